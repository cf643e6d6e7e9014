// Everything that a relay refuses, each rule by itself, and that nothing is sent then.
import { describe, expect, test } from 'vitest'
import { Refusal } from '../../src/edge/index.ts'
import type { RelayOptions } from '../../src/edge/index.ts'
import { memoryQuota } from '../../src/quota/index.ts'
import { until } from '../conformance/foundry.ts'
import { ASK, PAGE, RELAY, countedBody, errorOf, rig } from './rig.ts'

describe('a relay lets nobody in', () => {
  test.each<[string, Record<string, string>]>([
    ['without a token', {}],
    ['with an empty header', { authorization: '' }],
    ['by Basic', { authorization: 'Basic YTpi' }],
    ['with a token that is none', { authorization: 'Bearer abc' }],
    ['with a key', { 'api-key': 'abc' }],
  ])('%s', async (_, headers) => {
    const { relay, sent } = rig()
    const response = await relay(new Request(`${RELAY}/openai/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(ASK) }))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/)
    expect((await errorOf(response)).type).toBe('authentication_error')
    expect(sent).toHaveLength(0)
  })

  test('with two tokens in one request, though both are good', async () => {
    const { relay, token, sent } = rig()
    const headers = new Headers({ 'content-type': 'application/json' })
    headers.append('authorization', `Bearer ${await token()}`)
    headers.append('authorization', `Bearer ${await token()}`)
    const response = await relay(new Request(`${RELAY}/openai/v1/chat/completions`, { method: 'POST', headers, body: JSON.stringify(ASK) }))
    expect(response.status).toBe(401)
    expect(sent).toHaveLength(0)
  })

  test("whom the user's own function does not know, and says what it says", async () => {
    const unknown = rig({ authorize: () => undefined })
    expect((await unknown.post()).status).toBe(401)
    const refused = rig({
      authorize: () => {
        throw new Refusal(402, 'no_plan', 'Cannot chat as the plan has ended')
      },
    })
    const response = await refused.post()
    expect([response.status, (await errorOf(response)).code]).toEqual([402, 'no_plan'])
    const known = rig({ authorize: async (request) => (request.headers.get('authorization') === 'Bearer mine' ? { subject: 'me' } : undefined) })
    expect((await known.post(ASK, { headers: { authorization: 'Bearer mine' } })).status).toBe(200)
    expect((await known.post(ASK, { headers: { authorization: 'Bearer yours' } })).status).toBe(401)
  })
})

describe('a relay binds a token', () => {
  test('to its page', async () => {
    const { post, token, sent } = rig({ cors: { origins: [PAGE, 'https://other.example'] } })
    const authorization = `Bearer ${await token({ origin: PAGE })}`
    expect((await post(ASK, { headers: { authorization, origin: PAGE } })).status).toBe(200)
    for (const origin of [{ origin: 'https://other.example' }, {}]) {
      const response = await post(ASK, { headers: { authorization, ...origin } })
      expect([response.status, (await errorOf(response)).code]).toEqual([403, 'origin_not_allowed'])
    }
    expect(sent).toHaveLength(1)
  })

  test('to its deployments, and does not tell that there are others', async () => {
    const { post, token, sent } = rig()
    const authorization = `Bearer ${await token({ deployments: ['plain'] })}`
    expect((await post({ ...ASK, model: 'plain' }, { headers: { authorization } })).status).toBe(200)
    const foreign = await post(ASK, { headers: { authorization } })
    const missing = await post({ ...ASK, model: 'nowhere' }, { headers: { authorization } })
    expect([foreign.status, await foreign.text()]).toEqual([404, await missing.text()])
    expect(sent).toHaveLength(1)
  })

  test('to its budget, which needs a quota that counts tokens', async () => {
    const { post, token, sent } = rig({ quota: memoryQuota({ requests: 100, windowMs: 60_000 }) })
    const authorization = `Bearer ${await token({ tokens: 100 })}`
    expect((await post(ASK, { headers: { authorization } })).status).toBe(200)
    const spent = await post(ASK, { headers: { authorization } })
    expect([spent.status, (await errorOf(spent)).code]).toEqual([429, 'insufficient_quota'])
    expect((await post(ASK, { headers: { authorization: `Bearer ${await token({ tokens: 100 })}` } })).status).toBe(200)
    expect(sent).toHaveLength(2)
    const without = rig()
    const response = await without.post(ASK, { headers: { authorization: `Bearer ${await without.token({ tokens: 100 })}` } })
    expect([response.status, (await errorOf(response)).code]).toEqual([500, 'relay_misconfigured'])
    expect(without.sent).toHaveLength(0)
  })
})

test('a relay serves nothing on a budget of nothing', async () => {
  const { post, sent } = rig({ quota: memoryQuota({ tokens: 1000, windowMs: 1000 }), authorize: () => ({ subject: 'ada', budget: { id: 'one', tokens: 0, expiresAt: Date.now() + 10_000 } }) })
  const response = await post()
  expect([response.status, (await errorOf(response)).code, sent.length]).toEqual([429, 'insufficient_quota', 0])
})

test('a relay serves no caller without a name, whose quota would be that of all such', async () => {
  const { post, sent, finished } = rig({ authorize: () => ({ subject: '' }) })
  expect((await post()).status).toBe(500)
  expect([sent.length, finished[0]?.error]).toEqual([0, expect.any(TypeError)])
})

test('a relay does not fill a budget again while the last tolerance of its token runs', async () => {
  const now = { ms: 1_000_000 }
  const { post, sent } = rig({
    quota: memoryQuota({ tokens: 1_000_000, windowMs: 60_000 }, { now: () => now.ms }),
    authorize: () => ({ subject: 'ada', budget: { id: 'one', tokens: 100, expiresAt: 1_010_000 } }),
    now: () => now.ms,
  })
  expect((await post()).status).toBe(200)
  for (now.ms = 1_008_000; now.ms < 1_016_000; now.ms += 500) expect((await post()).status, `at ${now.ms}`).toBe(429)
  expect(sent).toHaveLength(1)
})

describe('a relay serves no path but its own', () => {
  test.each([
    '/', '/openai/v1', '/openai/v1/', '/openai/v1/chat', '/openai/v1/chat/completions/', '/openai/v1//chat/completions', '//openai/v1/chat/completions',
    '/openai/v1/chat%2Fcompletions', '/openai/v1/chat%2fcompletions', '/openai/v1/%63hat/completions', '/openai/v1/chat/completions%00', '/openai/v1/chat/completions;x',
    '/OpenAI/v1/chat/completions', '/x/openai/v1/chat/completions', '/openai/v1/files', '/openai/v1/batches', '/openai/v1/chat/completions/../../files', '/openai/v1/models/../files',
    '/openai/v1/..%2f..%2fopenai/v1/chat/completions', '/openai/deployments/gpt-5-mini/chat/completions', '/openai/v1/models/a%2Fb', '/openai/v1/%2e%2e/v1/files', '/openai/v1\\chat\\completions/x',
  ])('%s', async (path) => {
    const { post, sent } = rig()
    const response = await post(ASK, { path })
    expect(response.status).toBe(404)
    expect((await errorOf(response)).type).toBe('invalid_request_error')
    expect(sent).toHaveLength(0)
  })

  test('but the same path by whatever spelling that a URL parser resolves, as nothing else is left of it then', async () => {
    const { post, sent } = rig()
    expect((await post(ASK, { path: '/openai/v1/files/../chat/completions' })).status).toBe(200)
    expect(sent[0]?.url).toMatch(/\/openai\/v1\/chat\/completions$/)
  })

  test('and passes no query on', async () => {
    const { post, sent } = rig()
    await post(ASK, { path: '/openai/v1/chat/completions?api-version=preview&x=../..' })
    expect(sent[0]?.url).toMatch(/\/openai\/v1\/chat\/completions$/)
  })

  test.each([['GET', 'chat/completions', 'POST, OPTIONS'], ['DELETE', 'chat/completions', 'POST, OPTIONS'], ['PUT', 'embeddings', 'POST, OPTIONS'], ['POST', 'models', 'GET, OPTIONS'], ['DELETE', 'models/chat', 'GET, OPTIONS']])('by %s %s', async (method, path, allow) => {
    const { relay, token } = rig()
    const response = await relay(new Request(`${RELAY}/openai/v1/${path}`, { method, headers: { authorization: `Bearer ${await token()}` } }))
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow])
  })
})

describe('a relay takes no body', () => {
  const refused = async (body: unknown, options: Partial<RelayOptions> = {}, headers: Record<string, string> = {}) => {
    const { post, sent } = rig(options)
    const response = await post(body, { headers })
    expect(sent).toHaveLength(0)
    return { status: response.status, ...(await errorOf(response)) }
  }

  test.each<[string, unknown, number, string, string | null]>([
    ['that is no JSON', '{"model":', 400, 'invalid_json', null],
    ['that is no object', '[]', 400, 'invalid_json', null],
    ['that is empty', '', 400, 'invalid_json', null],
    ['of 10 000 nested arrays', `{"model":"chat","messages":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 400, 'invalid_json', null],
    ['of 10 000 nested objects', `{"model":"chat","messages":[{"role":"user","content":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}]}`, 400, 'invalid_json', null],
    ['without a model', { messages: ASK.messages }, 404, 'DeploymentNotFound', 'model'],
    ['whose model is none', { ...ASK, model: 7 }, 404, 'DeploymentNotFound', 'model'],
    ['whose model is a deployment of the upstream', { ...ASK, model: 'gpt-5-mini' }, 404, 'DeploymentNotFound', 'model'],
    ['whose model is of every object', { ...ASK, model: 'constructor' }, 404, 'DeploymentNotFound', 'model'],
    ['for a chat of a deployment that only embeds', { ...ASK, model: 'embed' }, 400, 'OperationNotSupported', 'model'],
    ['without messages', { model: 'chat' }, 400, 'invalid_value', 'messages'],
    ['with no message', { model: 'chat', messages: [] }, 400, 'invalid_value', 'messages'],
    ['with a message that is none', { model: 'chat', messages: ['hello'] }, 400, 'invalid_value', 'messages.0'],
    ['with too many messages', { model: 'chat', messages: Array.from({ length: 257 }, () => ASK.messages[0]) }, 400, 'too_many_messages', 'messages'],
    ['with too many choices', { ...ASK, n: 2 }, 400, 'invalid_value', 'n'],
    ['with half a choice', { ...ASK, n: 0.5 }, 400, 'invalid_value', 'n'],
    ['with a limit that is none', { ...ASK, max_completion_tokens: -5 }, 400, 'invalid_value', 'max_completion_tokens'],
    ['with a limit as text', { ...ASK, max_tokens: '5' }, 400, 'invalid_value', 'max_tokens'],
    ['with stream as text', { ...ASK, stream: 'yes' }, 400, 'invalid_value', 'stream'],
    ['with data sources of another', { ...ASK, data_sources: [{ type: 'azure_search' }] }, 400, 'unsupported_parameter', 'data_sources'],
    ['that keeps what is said', { ...ASK, store: true }, 400, 'unsupported_parameter', 'store'],
    ['with a parameter that nobody knows', { ...ASK, xxxxxxxxx: 1 }, 400, 'unsupported_parameter', 'xxxxxxxxx'],
    ['that would change what objects are', '{"model":"chat","messages":[{"role":"user","content":"x"}],"__proto__":{"admin":true}}', 400, 'unsupported_parameter', '__proto__'],
    ['that refers to a file of somebody', { model: 'chat', messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }] }, 400, 'unsupported_parameter', 'file_id'],
    ['with a tool that the service runs', { ...ASK, tools: [{ type: 'mcp', server_url: 'https://evil.example' }] }, 400, 'unsupported_parameter', 'tools'],
  ])('%s', async (_, body, status, code, param) => {
    expect(await refused(body)).toMatchObject({ status, code, param })
  })

  test('that is no JSON by its type, or compressed', async () => {
    expect(await refused(ASK, {}, { 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
    expect(await refused(ASK, {}, { 'content-type': 'application/json-patch+json' })).toMatchObject({ status: 415 })
    expect(await refused(ASK, {}, { 'content-encoding': 'gzip' })).toMatchObject({ status: 415 })
  })

  test('that says it is too long, without reading any of it', async () => {
    const { relay, token } = rig()
    const { stream, state } = countedBody(100, new Uint8Array(1024))
    const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json', 'content-length': '1048577' }
    const response = await relay(new Request(`${RELAY}/openai/v1/chat/completions`, { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit))
    expect([response.status, (await errorOf(response)).code]).toEqual([413, 'body_too_large'])
    expect(state.pulled).toBeLessThanOrEqual(1)
  })

  test('that is too long and does not say so, reading no further than the limit', async () => {
    const { relay, token, sent } = rig({ limits: { bodyBytes: 10_000 } })
    const { stream, state } = countedBody(1000, new Uint8Array(1000))
    const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' }
    const response = await relay(new Request(`${RELAY}/openai/v1/chat/completions`, { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit))
    expect(response.status).toBe(413)
    await until(() => state.cancelled)
    expect(state.pulled).toBeLessThan(20)
    expect(sent).toHaveLength(0)
  })

  test('before it knows whose it is', async () => {
    const { relay } = rig()
    const { stream, state } = countedBody(100, new Uint8Array(1024))
    const response = await relay(new Request(`${RELAY}/openai/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: stream, duplex: 'half' } as RequestInit))
    expect(response.status).toBe(401)
    expect(state.pulled).toBeLessThanOrEqual(1)
  })

  test('of half a million messages that are none, and looks at none of them', async () => {
    expect(await refused(`{"model":"chat","messages":[${'1,'.repeat(500_000)}1]}`)).toMatchObject({ status: 400, code: 'too_many_messages' })
    expect(await refused(`{"model":"chat","messages":[{"role":"user","content":"x"}],"tools":[${'1,'.repeat(500_000)}1]}`)).toMatchObject({ status: 400, param: 'tools.0' })
  })

  test('that does not come', async () => {
    const { relay, token, finished } = rig({ limits: { headersMs: 20 } })
    const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' }
    const response = await relay(new Request(`${RELAY}/openai/v1/chat/completions`, { method: 'POST', headers, body: new ReadableStream({ pull: () => new Promise(() => {}) }), duplex: 'half' } as RequestInit))
    expect([response.status, (await errorOf(response)).code]).toEqual([408, 'request_timeout'])
    expect(finished).toHaveLength(1)
  })

  test('that refers to what is stored, on the responses route, unless the deployment allows it', async () => {
    const fetch = async () => Response.json({ output: [] })
    const input = [{ type: 'item_reference', id: 'msg_1' }]
    const { post, sent } = rig({ fetch, deployments: { chat: {}, own: { parameters: ['item_reference'] } } })
    const path = '/openai/v1/responses'
    const response = await post({ model: 'chat', input }, { path })
    expect([response.status, (await errorOf(response)).param, sent.length]).toEqual([400, 'item_reference', 0])
    expect((await post({ model: 'own', input }, { path })).status).toBe(200)
    // The name of a tool's parameter refers to nothing.
    const tools = [{ type: 'function', name: 'x', parameters: { properties: { file_id: { type: 'string' } } } }]
    expect((await post({ model: 'own', input: 'x' }, { path })).status).toBe(200)
    expect((await post({ model: 'chat', messages: ASK.messages, tools })).status).toBe(200)
  })

  test('whose values it would repeat in an error', async () => {
    const { message } = await refused({ ...ASK, max_tokens: 'my secret words' })
    expect(message).not.toContain('secret')
  })
})

describe('a relay lowers what a request may cost', () => {
  const sentBy = async (body: object, rule: object = {}, options: Partial<RelayOptions> = {}) => {
    const { post, sent } = rig({ deployments: { chat: { maxOutputTokens: 100, ...rule } }, fetch: async () => Response.json({ choices: [] }), ...options })
    expect((await post({ ...ASK, ...body })).status).toBe(200)
    const { model: _, messages: __, ...rest } = sent[0]?.body ?? {}
    return rest
  }

  test.each<[string, object, object, object]>([
    ['one that names no limit', {}, {}, { max_completion_tokens: 100 }],
    ['one that asks for more', { max_completion_tokens: 5000 }, {}, { max_completion_tokens: 100 }],
    ['one that asks for less', { max_completion_tokens: 50 }, {}, { max_completion_tokens: 50 }],
    ['by the name that the deployment does not know', { max_tokens: 5000 }, {}, { max_completion_tokens: 100 }],
    ['by both names, of which the lesser counts', { max_tokens: 5000, max_completion_tokens: 70 }, {}, { max_completion_tokens: 70 }],
    ['of a deployment that knows the older name alone', {}, { outputLimit: 'max_tokens' }, { max_tokens: 100 }],
    ['of such a one, by the newer name', { max_completion_tokens: 1 }, { outputLimit: 'max_tokens' }, { max_tokens: 1 }],
    ['of nobody where there is no limit but the caller\'s', { max_tokens: 7 }, { maxOutputTokens: Infinity }, { max_completion_tokens: 7 }],
    ['unless there is no limit', {}, { maxOutputTokens: Infinity }, {}],
  ])('%s', async (_, body, rule, expected) => {
    expect(await sentBy(body, rule)).toEqual(expected)
  })

  test('and holds back an answer for each choice', async () => {
    const { post } = rig({ quota: memoryQuota({ tokens: 10_000, windowMs: 60_000 }), deployments: { chat: { deployment: 'gpt-4o-mini', maxOutputTokens: 1000 } }, limits: { choices: 4 } })
    const response = await post({ ...ASK, n: 4, stream: true })
    const left = Number(response.headers.get('x-ratelimit-remaining-tokens'))
    expect([left < 6000, left > 5900]).toEqual([true, true])
    await response.body?.cancel()
  })

  test('and does not take the letters of an image for tokens', async () => {
    const { post } = rig({ quota: memoryQuota({ tokens: 100_000, windowMs: 60_000 }), deployments: { chat: { deployment: 'gpt-4o-mini', maxOutputTokens: 1000 } } })
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(400_000)}` } }
    const response = await post({ model: 'chat', messages: [{ role: 'user', content: [image, image] }], stream: true })
    const held = 100_000 - Number(response.headers.get('x-ratelimit-remaining-tokens'))
    expect([held > 4000, held < 4400]).toEqual([true, true])
    await response.body?.cancel()
  })

  test('and lets through what the deployment allows beside', async () => {
    expect(await sentBy({ store: true, tools: [{ type: 'web_search' }] }, { parameters: ['store', 'tools'], toolTypes: ['web_search'] })).toEqual({ store: true, tools: [{ type: 'web_search' }], max_completion_tokens: 100 })
  })

  test('and asks for usage where a quota counts tokens', async () => {
    const quota = memoryQuota({ tokens: 1000, windowMs: 1000 })
    expect(await sentBy({ stream: true }, {}, { quota })).toMatchObject({ stream_options: { include_usage: true } })
    expect(await sentBy({ stream: true, stream_options: { include_obfuscation: false } }, {}, { quota })).toMatchObject({ stream_options: { include_usage: true, include_obfuscation: false } })
    expect(await sentBy({ stream: true, stream_options: { include_usage: false } }, {}, { quota })).toMatchObject({ stream_options: { include_usage: false } })
    expect(await sentBy({ stream: true })).not.toHaveProperty('stream_options')
    expect(await sentBy({}, {}, { quota })).not.toHaveProperty('stream_options')
  })

  test('and learns which deployment refuses to be asked for usage', async () => {
    const { post, sent } = rig({ deployments: { chat: { deployment: 'mistral-small', outputLimit: 'max_tokens' } }, quota: memoryQuota({ tokens: 1_000_000, windowMs: 60_000 }) })
    for (let i = 0; i < 2; i++) expect((await post({ ...ASK, stream: true })).status).toBe(200)
    expect(sent.map(({ body }) => 'stream_options' in body)).toEqual([true, false, false])
  })
})

describe('a relay limits a caller', () => {
  test('to so many requests at a time', async () => {
    const { post, token, finished } = rig({ limits: { concurrentStreams: 2 }, deployments: { chat: { deployment: 'gpt-5-mini~stall' } } })
    const stream = { ...ASK, stream: true }
    const [first, second] = [await post(stream), await post(stream)]
    const third = await post(stream)
    expect([third.status, third.headers.get('retry-after'), (await errorOf(third)).code]).toEqual([429, '1', 'too_many_streams'])
    const other = await post(stream, { headers: { authorization: `Bearer ${await token({ subject: 'bob' })}` } })
    expect(other.status).toBe(200)
    await first.body?.cancel()
    await until(() => finished.some(({ ending }) => ending === 'cancelled'))
    const fourth = await post(stream)
    expect(fourth.status).toBe(200)
    for (const { body } of [second, other, fourth]) await body?.cancel()
  })

  test('and gives a place back after a refusal', async () => {
    const { post } = rig({ limits: { concurrentStreams: 1 } })
    for (let i = 0; i < 5; i++) expect((await post({ ...ASK, model: 'nowhere' })).status).toBe(404)
    expect((await post()).status).toBe(200)
  })

  test('to a quota of requests', async () => {
    const { post, sent } = rig({ quota: memoryQuota({ requests: 2, windowMs: 60_000 }, { now: () => 1000 }) })
    expect((await post()).headers.get('x-ratelimit-remaining-requests')).toBe('1')
    expect((await post()).status).toBe(200)
    const refused = await post()
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('retry-after-ms'), refused.headers.get('x-ratelimit-remaining-requests')]).toEqual([429, '60', '60000', '0'])
    expect((await errorOf(refused)).message).toContain('retry after 60 seconds')
    expect(sent).toHaveLength(2)
  })

  test('to a quota of tokens, settled with what was really used', async () => {
    const { post, finished } = rig({ quota: memoryQuota({ tokens: 1000, windowMs: 60_000 }), deployments: { chat: { deployment: 'gpt-5-mini', maxOutputTokens: 900 } } })
    let used = 0
    let calls = 0
    for (; ; calls++) {
      const response = await post({ ...ASK, stream: true })
      if (response.status === 429) break
      await response.text()
      await until(() => finished.length === calls + 1)
      used += finished[calls]?.usage?.total_tokens ?? NaN
    }
    // Each answer has about 141 tokens: reserved are 900 and more, so that two calls would be all if nothing were given back.
    expect(calls).toBeGreaterThan(5)
    expect(used).toBeGreaterThanOrEqual(1000)
    expect(used).toBeLessThan(1000 + used / calls)
  })

  test('to a quota of tokens, never overspent by more than one of 100 calls at once', async () => {
    const { post, sent } = rig({ quota: memoryQuota({ tokens: 5000, windowMs: 60_000 }), deployments: { chat: { deployment: 'gpt-5-mini', maxOutputTokens: 1000 } }, limits: { concurrentStreams: 1000 } })
    const statuses = await Promise.all(Array.from({ length: 100 }, async () => (await post({ ...ASK, stream: true })).status))
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
    expect(sent).toHaveLength(statuses.filter((status) => status === 200).length)
    expect(sent).toHaveLength(5)
  })

  test('by every one of several quotas, and gives back what the first has granted', async () => {
    const tokens = memoryQuota({ tokens: 10_000, windowMs: 60_000 })
    const { post } = rig({ quota: [tokens, memoryQuota({ requests: 1, windowMs: 60_000 })], deployments: { chat: { deployment: 'gpt-5-mini', maxOutputTokens: 1000 } } })
    await (await post()).text()
    for (let i = 0; i < 20; i++) expect((await post()).status).toBe(429)
    const left = await tokens.reserve({ subject: 'caller:ada', tokens: 0 })
    expect(left).toMatchObject({ granted: true, remaining: { tokens: expect.any(Number) } })
    expect((left as { remaining: { tokens: number } }).remaining.tokens).toBeGreaterThan(9000)
  })

  test('charges a failure that the service charges, and what passed where the reader left', async () => {
    const tokens = memoryQuota({ tokens: 1_000_000, windowMs: 60_000 })
    const { post, finished } = rig({ now: () => 1000, quota: tokens, deployments: { chat: { deployment: 'gpt-5-mini~endless' }, bad: { deployment: 'gpt-5-mini~500' } } })
    expect((await post({ ...ASK, model: 'bad' })).status).toBe(500)
    expect(finished[0]?.chargedTokens).toBeGreaterThan(5)
    expect(finished[0]?.chargedTokens).toBeLessThan(50)
    const reader = (await post({ ...ASK, stream: true })).body?.getReader()
    for (let i = 0; i < 20; i++) await reader?.read()
    await reader?.cancel()
    await until(() => finished.length === 2)
    expect(finished[1]?.ending).toBe('cancelled')
    expect(finished[1]?.usage).toBeUndefined()
    expect(finished[1]?.chargedTokens).toBeGreaterThan(20)
    expect(finished[1]?.chargedTokens).toBeLessThan(100)
  })

  test('charges nothing where no upstream can be reached, and the prompt where one was asked and did not answer', async () => {
    const quota = memoryQuota({ tokens: 1_000_000, windowMs: 60_000 })
    const down = rig({ quota, fetch: () => Promise.reject(new TypeError('fetch failed')) })
    expect((await down.post()).status).toBe(502)
    expect(down.finished[0]?.chargedTokens).toBe(0)
    const slow = rig({ quota, limits: { headersMs: 20 }, fetch: () => new Promise(() => {}) })
    expect((await slow.post()).status).toBe(504)
    expect(slow.finished[0]?.chargedTokens).toBeGreaterThan(5)
  })

  test('serves nothing that it cannot count', async () => {
    const broken = { countsTokens: true, reserve: async () => Promise.reject(new Error('storage at 10.0.0.7')) }
    const { post, sent } = rig({ quota: broken })
    const response = await post()
    expect([response.status, await response.text()]).toEqual([503, expect.not.stringContaining('10.0.0.7')])
    expect(sent).toHaveLength(0)
  })

  test('to so long a wait for an upstream', async () => {
    const { post, emulator } = rig({ limits: { headersMs: 300 }, deployments: { chat: { deployment: 'gpt-5-mini~hang' } } })
    const response = await post()
    expect([response.status, (await errorOf(response)).code]).toEqual([504, 'upstream_timeout'])
    await until(() => emulator.calls[0]?.state === 'cancelled')
  })
})
