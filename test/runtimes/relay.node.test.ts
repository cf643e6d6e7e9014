/**
 * The relay as a black box, in real workerd with a Durable Object, real Deno with Deno KV, Bun and Node.
 * Runtime of this file: Node; it talks to them by HTTP alone.
 */
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { chat, connect, isChatError, streamChat } from 'keyless-chat'
import { brokerTokens } from 'keyless-chat/broker'
import { ISSUE } from './apps/app.ts'
import { ASK, CHAT, callsOf, eventually, finishedOf, post, postAndReset, raw, somebody, tokenOf } from './client.ts'
import { missing, startRelay, there } from './servers.ts'
import type { RelayServer } from './servers.ts'

const PAGE = 'https://app.example'
const emulator = inject('emulator')

/** Signs a JWT by hand, so that it can be wrong in any way. */
function forge(header: object, payload: object, secret = Buffer.from(ISSUE.keys[0]?.k ?? '', 'base64url')): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part(header)}.${part(payload)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}
const HEADER = { alg: 'HS256', kid: '2026-11', typ: 'relay+jwt' }
const claims = (more: object = {}) => {
  const now = Math.floor(Date.now() / 1000)
  return { iss: 'keyless-chat', aud: ISSUE.audience, sub: 'ada', iat: now, exp: now + 600, jti: somebody(), ...more }
}
const publicKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey

test.each(missing)('%s runs on this machine', (name) => {
  // Named, so that nobody takes a runtime that was not there for one that has passed.
  expect.soft(name).toBe(name)
})

describe.each(there)('a relay in %s', (name) => {
  let server: RelayServer
  let url: string
  beforeAll(async () => {
    server = await startRelay(name, emulator)
    ;({ url } = server)
  })
  afterAll(() => server?.stop())

  const connectTo = (token: string) => connect({ endpoint: url, kind: 'relay', token: () => token, retries: 0 })

  describe('serves', () => {
    test.each(['chat', 'grok', 'deepseek', 'late', 'crlf'])('%s, streamed and plain', async (model) => {
      const connection = connectTo(await tokenOf())
      const streamed = await streamChat(connection, { ...ASK, model }).result
      expect(streamed.text.length).toBeGreaterThan(100)
      expect(streamed.usage?.total_tokens).toBeGreaterThan(10)
      expect((await chat(connection, { ...ASK, model })).text).toBe(streamed.text)
    })

    test('an event of a megabyte', async () => {
      const { text } = await streamChat(connectTo(await tokenOf()), { ...ASK, model: 'big' }).result
      expect(text.length).toBeGreaterThan(1_000_000)
    })

    test('tools', async () => {
      const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }]
      const { toolCalls } = await streamChat(connectTo(await tokenOf()), { ...ASK, model: 'chat', tools, tool_choice: 'required' }).result
      expect(toolCalls).toMatchObject([{ name: 'weather', arguments: '{"city":"Paris"}' }])
    })

    test('the list of deployments', async () => {
      const response = await fetch(`${url}/openai/v1/models`, { headers: { authorization: `Bearer ${await tokenOf({ deployments: ['chat', 'grok'] })}` } })
      expect(await response.json()).toMatchObject({ object: 'list', data: [{ id: 'chat' }, { id: 'grok' }] })
    })

    test('a page that its broker knows', async () => {
      const token = brokerTokens(`${url}/token`, { headers: { origin: PAGE, cookie: 'session=1' } })
      const connection = connect({ endpoint: url, kind: 'relay', token, headers: { origin: PAGE } })
      expect((await chat(connection, { ...ASK, model: 'chat' })).text.length).toBeGreaterThan(10)
    })

    test('the same bytes as the upstream, event by event and uncompressed', async () => {
      const response = await post(url, { ...ASK, model: 'chat', stream: true }, { 'accept-encoding': 'gzip, br' })
      const { headers } = response
      expect([headers.get('content-encoding'), headers.get('x-accel-buffering'), headers.get('cache-control'), headers.get('x-relay-upstream')]).toEqual([null, 'no', 'no-store, no-transform', 'emulator'])
      expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
      const text = await response.text()
      expect(text.match(/^data: /gm)?.length).toBeGreaterThan(50)
      expect(text).toMatch(/^data: \{"choices":\[\],.*\n\ndata: \[DONE\]\n\n$/s)
    })
  })

  describe('types failures', () => {
    test.each([
      ['limited', 'rate-limited', { retryAfterMs: 86_400_000, status: 429 }],
      ['missing', 'deployment-not-found', { status: 404 }],
      ['wanting', 'server-error', { status: 502, serviceCode: 'upstream_refused' }],
      ['nowhere', 'deployment-not-found', { status: 404 }],
    ])('of %s as %s', async (model, code, facts) => {
      const connection = connectTo(await tokenOf())
      for (const asking of [chat(connection, { ...ASK, model }), streamChat(connection, { ...ASK, model }).result]) expect(await asking.catch((error: unknown) => error)).toMatchObject({ code, ...facts })
    })

    test('of the content filter', async () => {
      const asking = chat(connectTo(await tokenOf()), { model: 'chat', messages: [{ role: 'user', content: '[filter:prompt]' }] })
      expect(await asking.catch((error: unknown) => error)).toMatchObject({ code: 'content-filter', contentFilter: { source: 'prompt' } })
    })

    test.each(['cut', 'unfinished'])('of %s, which ends too early, as an error among the events that keeps what came', async (model) => {
      const text = await (await post(url, { ...ASK, model, stream: true })).text()
      expect(text).toMatch(/\n\ndata: \{"error":\{.*"code":"upstream_closed"\}\}\n\n$/)
      const stream = streamChat(connectTo(await tokenOf()), { ...ASK, model })
      const error = await stream.result.catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'server-error', serviceCode: 'upstream_closed', midStream: true })
      expect(isChatError(error) && error.partial?.text).toMatch(/\w/)
    })
  })

  describe('lets nobody in', () => {
    const now = Math.floor(Date.now() / 1000)
    const spki = publicKey.export({ type: 'spki', format: 'pem' })
    test.each<[string, string | undefined]>([
      ['without a token', undefined],
      ['with a token that has expired', forge(HEADER, claims({ iat: now - 700, exp: now - 100 }))],
      ['with a token for another audience', forge(HEADER, claims({ aud: 'https://other.example' }))],
      ['with a token of another issuer', forge(HEADER, claims({ iss: 'other' }))],
      ['with a token without a signature, alg: none', forge({ ...HEADER, alg: 'none' }, claims()).replace(/[^.]+$/, '')],
      ['with a token that says alg: none and is signed', forge({ ...HEADER, alg: 'none' }, claims())],
      ['with a token of a kid that nobody knows', forge({ ...HEADER, kid: '2020-01' }, claims())],
      ['with a token without a kid', forge({ alg: 'HS256', typ: 'relay+jwt' }, claims())],
      ['with a token signed with a public key as a secret', forge(HEADER, claims(), Buffer.from(spki))],
      ['with a token that claims another algorithm of the key', forge({ ...HEADER, alg: 'HS512' }, claims())],
      ['with a token of another type', forge({ ...HEADER, typ: 'JWT' }, claims())],
      ['with a token of nobody', forge(HEADER, claims({ sub: undefined }))],
      ['with a token that never expires', forge(HEADER, claims({ exp: undefined }))],
      ['with a token whose claims were changed', forge(HEADER, claims()).replace(/\.[^.]+\./, `.${Buffer.from(JSON.stringify(claims({ sub: 'root' }))).toString('base64url')}.`)],
    ])('%s', async (_, token) => {
      const response = await post(url, { ...ASK, model: 'chat' }, token === undefined ? { authorization: '' } : { authorization: `Bearer ${token}` })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/)
      expect(await response.json()).toMatchObject({ error: { type: 'authentication_error', code: 'invalid_token' } })
    })

    test('but the same token made well, so that each of these is refused for its own fault', async () => {
      expect((await post(url, { ...ASK, model: 'chat' }, { authorization: `Bearer ${forge(HEADER, claims())}` })).status).toBe(200)
    })

    test('with two tokens', async () => {
      const token = `Bearer ${await tokenOf()}`
      const { status } = await raw(url, { path: CHAT, headers: { 'content-type': 'application/json', authorization: [token, token] }, body: JSON.stringify({ ...ASK, model: 'chat' }) })
      // Node's own server keeps the first of two such headers; that one is good then.
      expect(status).toBe(name === 'node' ? 200 : 401)
    })

    test('from another page', async () => {
      for (const origin of ['https://evil.example', 'null', `${PAGE}:8443`]) {
        const response = await post(url, { ...ASK, model: 'chat' }, { origin })
        expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([403, null])
      }
      const bound = `Bearer ${await tokenOf({ origin: PAGE })}`
      expect((await post(url, { ...ASK, model: 'chat' }, { authorization: bound })).status).toBe(403)
      expect((await post(url, { ...ASK, model: 'chat' }, { authorization: bound, origin: PAGE })).status).toBe(200)
    })

    test('to a deployment that is not theirs', async () => {
      const authorization = `Bearer ${await tokenOf({ deployments: ['grok'] })}`
      expect((await post(url, { ...ASK, model: 'chat' }, { authorization })).status).toBe(404)
      expect((await post(url, { ...ASK, model: 'gpt-5-mini' })).status).toBe(404)
    })
  })

  describe('answers a preflight', () => {
    const preflight = (origin: string) => fetch(url + CHAT, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' } })

    test('of a listed page, without a token', async () => {
      const { status, headers } = await preflight(PAGE)
      expect([status, headers.get('access-control-allow-origin'), headers.get('access-control-allow-headers')]).toEqual([204, PAGE, 'authorization, content-type'])
    })

    test('of no other page', async () => {
      const { status, headers } = await preflight('https://evil.example')
      expect([status, headers.get('access-control-allow-origin')]).toEqual([403, null])
    })
  })

  describe('takes no', () => {
    test.each<[string, string, number]>([
      ['parameter that is not allowed', JSON.stringify({ ...ASK, model: 'chat', data_sources: [] }), 400],
      ['tool that the service runs', JSON.stringify({ ...ASK, model: 'chat', tools: [{ type: 'web_search' }] }), 400],
      ['10 000 nested arrays', `{"model":"chat","messages":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 400],
      ['broken JSON', '{"model":', 400],
    ])('%s', async (_, body, status) => {
      const response = await post(url, body)
      expect(response.status).toBe(status)
      expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
    })

    // By a client that hears an answer while it still sends: `fetch` may find the connection closed, and nothing else.
    test.each([['of more than a mebibyte', false], ['that is over the limit and has not ended', true]] as const)('body %s', async (_, unending) => {
      const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked', authorization: `Bearer ${await tokenOf()}` }
      const { status } = await raw(url, { path: CHAT, headers, body: `{"model":"chat","messages":["${'x'.repeat(1_100_000)}`, unending })
      expect(status).toBe(413)
    })

    test.each(['/openai/v1/../v1/files', '/openai/v1//chat/completions', '//openai/v1/chat/completions', '/openai/v1/chat%2Fcompletions', '/openai/v1/%2e%2e/v1/batches', '/openai/v1/models/../../files', '/openai/v1/chat/completions%2f..', '/OPENAI/v1/chat/completions'])('path %s', async (path) => {
      const { status } = await raw(url, { path, headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf()}` }, body: JSON.stringify({ ...ASK, model: 'chat' }) })
      // Some servers refuse a path such as `//host` before the relay sees it.
      expect([400, 404]).toContain(status)
    })

    test('header of the caller to the upstream', async () => {
      const before = (await callsOf(emulator, 'gpt-4o-mini')).length
      const smuggled = { 'x-forwarded-for': '10.0.0.1', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', forwarded: 'for=1', 'x-real-ip': '10.0.0.1', 'api-key': 'stolen', cookie: 'a=b', 'x-ms-client-request-id': 'mine', 'extra-parameters': 'pass-through', 'x-stainless-lang': 'js', 'user-agent': 'mine' }
      expect((await post(url, { ...ASK, model: 'plain' }, smuggled)).status).toBe(200)
      const call = (await callsOf(emulator, 'gpt-4o-mini'))[before]
      const own = call?.headerNames.filter((header) => !['accept', 'accept-encoding', 'authorization', 'content-type'].includes(header))
      // What is left is of the runtime's own HTTP client.
      for (const header of own ?? ['none']) expect(['accept-language', 'connection', 'content-length', 'host', 'keep-alive', 'sec-fetch-mode', 'transfer-encoding', 'user-agent']).toContain(header)
    })
  })

  describe('counts', () => {
    test('a budget of tokens, which 100 calls at once overspend by no more than one', async () => {
      const authorization = `Bearer ${await tokenOf({ tokens: 5000 })}`
      const responses = await Promise.all(Array.from({ length: 100 }, async () => post(url, { ...ASK, model: 'stall', stream: true }, { authorization })))
      const served = responses.filter(({ status }) => status === 200)
      // Each reserves 1000 and some: four are within, the fifth is the one beyond.
      expect(served).toHaveLength(5)
      expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200, 429]))
      await Promise.all(responses.map(async ({ body }) => body?.cancel()))
    }, 60_000)

    test('what was really used, and gives the rest back', async () => {
      const subject = somebody()
      const authorization = `Bearer ${await tokenOf({ subject, tokens: 3000 })}`
      let served = 0
      for (; served < 50; served++) {
        const response = await post(url, { ...ASK, model: 'chat', stream: true }, { authorization })
        if (response.status === 429) {
          expect(await response.json()).toMatchObject({ error: { code: 'insufficient_quota' } })
          break
        }
        await response.text()
        await eventually(async () => (await finishedOf(url, subject)).length > served)
      }
      const used = (await finishedOf(url, subject)).reduce((sum, { usage }) => sum + (usage?.total_tokens ?? 0), 0)
      expect(served).toBeGreaterThan(10)
      expect(served).toBeLessThan(50)
      expect(used).toBeGreaterThanOrEqual(3000 - 1001)
    }, 60_000)
  })

  describe('lets go of the upstream', () => {
    test('within one event where the reader leaves a stream that flows', async () => {
      const before = (await callsOf(emulator, 'gpt-5-mini~endless')).length
      const left = new AbortController()
      const response = await post(url, { ...ASK, model: 'endless', stream: true }, {}, left.signal)
      const reader = response.body?.getReader()
      for (let i = 0; i < 10; i++) await reader?.read()
      left.abort()
      const call = await eventually(async () => (await callsOf(emulator, 'gpt-5-mini~endless'))[before]?.state === 'cancelled' && (await callsOf(emulator, 'gpt-5-mini~endless'))[before])
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect((await callsOf(emulator, 'gpt-5-mini~endless'))[before]?.eventsSent).toBe(call.eventsSent)
    })

    test.each([['stall', 'between two events'], ['silent', 'before the first event'], ['hang', 'before the upstream has answered']])('%s: where the reader leaves in silence, %s', async (model) => {
      const subject = somebody()
      const authorization = `Bearer ${await tokenOf({ subject })}`
      const deployment = `gpt-5-mini~${model}`
      const state = async () => (await callsOf(emulator, deployment))[before]?.state
      const before = (await callsOf(emulator, deployment)).length
      let leave: () => void
      if (model === 'hang' && name === 'workerd') {
        // It does not notice a connection that is closed in order before it has answered; one that is reset it does.
        leave = postAndReset(url, { ...ASK, model, stream: true }, authorization)
      } else {
        const left = new AbortController()
        leave = () => left.abort()
        const answering = post(url, { ...ASK, model, stream: true }, { authorization }, left.signal)
        if (model === 'hang') answering.catch(() => {})
        else {
          const reader = (await answering).body?.getReader()
          if (model === 'stall') await reader?.read()
          reader?.read().catch(() => {})
        }
      }
      expect(await eventually(state)).toBe('open')
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(await state()).toBe('open')
      leave()
      await eventually(async () => (await state()) === 'cancelled')
      expect(await eventually(async () => (await finishedOf(url, subject))[0])).toMatchObject({ ending: 'cancelled' })
    })

    test('and of 500 streams that are opened and left, of which nothing stays in memory', async () => {
      const openAndLeave = async () => {
        const left = new AbortController()
        const response = await post(url, { ...ASK, model: 'endless', stream: true }, {}, left.signal)
        await response.body?.getReader().read()
        left.abort()
      }
      for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: 25 }, openAndLeave))
      await eventually(async () => (await callsOf(emulator, 'gpt-5-mini~endless')).every(({ state }) => state !== 'open'))
      // A few may be held by the engine's own stack and caches.
      await eventually(async () => ((await (await fetch(`${url}/test/alive`)).json()) as number) < 25)
    }, 120_000)
  })

  test('makes the upstream wait for a reader that pauses', async () => {
    const before = (await callsOf(emulator, 'gpt-5-mini~endless')).length
    const left = new AbortController()
    const response = await post(url, { ...ASK, model: 'endless', stream: true }, {}, left.signal)
    await response.body?.getReader().read()
    const sent = async () => (await callsOf(emulator, 'gpt-5-mini~endless'))[before]?.eventsSent ?? 0
    // Sockets on the way hold some; when they are full, the sender waits.
    const full = await eventually(async () => {
      const now = await sent()
      await new Promise((resolve) => setTimeout(resolve, 300))
      return (await sent()) === now && now
    })
    expect(full).toBeGreaterThan(0)
    left.abort()
  }, 60_000)
})
