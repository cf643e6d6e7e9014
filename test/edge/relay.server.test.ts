// What a relay lets through, and what becomes of it.
import { describe, expect, test } from 'vitest'
import { createRelay } from '../../src/edge/index.ts'
import type { OnBehalfOf } from '../../src/edge/index.ts'
import { chat, connect, streamChat } from '../../src/index.ts'
import { memoryQuota } from '../../src/quota/index.ts'
import { ASK, PAGE, RELAY, RESOURCE, countedBody, errorOf, rig } from './rig.ts'
import { rejection, until } from '../conformance/foundry.ts'
import { listenersOf } from '../listeners.ts'

/** A connection of this library's through a relay. */
function connectTo({ relay, token }: ReturnType<typeof rig>) {
  return connect({ endpoint: RELAY, token: () => token(), retries: 0, fetch: async (url, init) => relay(new Request(url, init)) })
}

describe('createRelay()', () => {
  test('streams an answer byte for byte as the upstream sent it', async () => {
    const { post, emulator, sent } = rig()
    const direct = await emulator.fetch(`${RESOURCE}/openai/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${(await emulator.token()).token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...ASK, model: 'gpt-5-mini', stream: true, stream_options: { include_obfuscation: false } }),
    })
    const relayed = await post({ ...ASK, stream: true, stream_options: { include_obfuscation: false } })
    expect(relayed.status).toBe(200)
    // Ids count up at the emulator.
    const bare = (text: string) => text.replace(/"id":"[^"]+"/g, '"id":""').replace(/"created":\d+/g, '"created":0')
    const text = await relayed.text()
    expect(bare(text)).toBe(bare(await direct.text()))
    expect(text).toMatch(/data: \[DONE\]\n\n$/)
    expect(sent).toHaveLength(1)
  })

  test('serves this library, streamed and plain, with the same answer as without it', async () => {
    const made = rig()
    const connection = connectTo(made)
    const direct = connect({ endpoint: RESOURCE, token: () => made.emulator.token(), fetch: made.emulator.fetch })
    const streamed = await streamChat(connection, ASK).result
    const plain = await chat(connection, ASK)
    const expected = await chat(direct, { ...ASK, model: 'gpt-5-mini' })
    expect(streamed.text).toBe(expected.text)
    expect(plain.text).toBe(expected.text)
    expect(streamed.usage).toEqual(expected.usage)
    expect(made.finished).toMatchObject([{ ending: 'complete', streamed: true, status: 200 }, { ending: 'complete', streamed: false, status: 200 }])
  })

  test('sends the credential, and nothing of the caller but the body', async () => {
    const { post, sent, token } = rig()
    const secret = await token()
    const smuggled = { 'x-forwarded-for': '10.0.0.1', 'x-forwarded-host': 'evil.example', forwarded: 'for=10.0.0.1', 'api-key': 'stolen', cookie: 'a=b', 'x-ms-client-request-id': 'x', 'extra-parameters': 'pass-through', 'x-stainless-lang': 'js', te: 'trailers' }
    const response = await post({ ...ASK, user: 'ada' }, { headers: { ...smuggled, authorization: `Bearer ${secret}` } })
    expect(response.status).toBe(200)
    const [request] = sent
    expect([...(request?.headers.keys() ?? [])].sort()).toEqual(['accept', 'accept-encoding', 'authorization', 'content-type'])
    expect(request?.headers.get('authorization')).not.toContain(secret)
    expect(JSON.stringify(request?.body)).not.toContain(secret)
    expect(request?.url).toBe(`${RESOURCE}/openai/v1/chat/completions`)
  })

  test('names the deployment as the upstream does', async () => {
    const { post, sent } = rig()
    await post()
    expect(sent[0]?.body['model']).toBe('gpt-5-mini')
  })

  test.each([
    ['deployments', 'https://c.openai.azure.com/openai/deployments/any/chat/completions?api-version=2024-10-21', 'https://c.openai.azure.com/openai/deployments/gpt-5-mini/chat/completions?api-version=2024-10-21'],
    ['inference', 'https://c.services.ai.azure.com/models', 'https://c.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview'],
    ['project', 'https://c.services.ai.azure.com/api/projects/p', 'https://c.services.ai.azure.com/api/projects/p/openai/v1/chat/completions'],
  ])('sends to an upstream of kind %s', async (_, endpoint, url) => {
    const { post, sent } = rig({ upstreams: [{ endpoint, credential: () => 'token' }], fetch: async () => Response.json({ choices: [] }) })
    expect((await post()).status).toBe(200)
    expect(sent[0]?.url).toBe(url)
  })

  test('answers nothing that an intermediary may keep, buffer, compress or guess about', async () => {
    const { post } = rig()
    for (const stream of [true, false]) {
      const { headers } = await post({ ...ASK, stream })
      expect(headers.get('cache-control')).toBe('no-store, no-transform')
      expect(headers.get('x-accel-buffering')).toBe('no')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.has('content-encoding')).toBe(false)
      expect(headers.get('x-relay-upstream')).toBe('upstream-1')
      expect(headers.get('apim-request-id')).toMatch(/^0000/)
    }
  })

  test('gives events their type back where a gateway has dropped it, and says nothing before the first byte has told what they are', async () => {
    const untyped = (pieces: readonly string[]) => async () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => setTimeout(resolve, 60))
            const piece = (pieces as string[]).shift()
            if (piece === undefined) controller.close()
            else controller.enqueue(new TextEncoder().encode(piece))
          },
        }),
      )
    const { post } = rig({ limits: { keepAliveMs: 10 }, fetch: untyped(['data: [DONE]\n\n']) })
    const events = await post({ ...ASK, stream: true })
    expect([events.headers.get('content-type'), await events.text()]).toEqual(['text/event-stream; charset=utf-8', 'data: [DONE]\n\n'])
    const json = rig({ limits: { keepAliveMs: 10 }, fetch: untyped(['{"choices":', '[]}']) })
    expect(await (await json.post({ ...ASK, stream: true })).text()).toBe('{"choices":[]}')
  })

  test('sends nothing for a caller who had left before', async () => {
    const { post, sent, finished } = rig()
    expect((await post(ASK, { signal: AbortSignal.abort() })).status).toBe(499)
    expect(sent).toHaveLength(0)
    expect(finished).toMatchObject([{ status: 499, ending: 'cancelled' }])
  })

  test('passes no cookie and no header of the infrastructure on', async () => {
    const headers = { 'content-type': 'application/json', 'set-cookie': 'a=b', 'x-ms-region': 'West Europe', server: 'x', 'content-encoding': 'identity', 'x-ratelimit-remaining-tokens': '7', 'access-control-allow-origin': '*', 'strict-transport-security': 'max-age=1' }
    const { post } = rig({ fetch: async () => new Response('{"choices":[]}', { headers }) })
    const response = await post(ASK, { headers: { origin: PAGE } })
    expect([...response.headers.keys()].sort()).toEqual(['access-control-allow-origin', 'access-control-expose-headers', 'cache-control', 'content-type', 'vary', 'x-accel-buffering', 'x-content-type-options', 'x-ratelimit-remaining-tokens', 'x-relay-upstream', 'x-request-id'])
    expect(response.headers.get('access-control-allow-origin')).toBe(PAGE)
  })

  test("passes the upstream's own failure on, so that a client tells it apart", async () => {
    const made = rig({ deployments: { 'chat': { deployment: 'gpt-5-mini' }, long: { deployment: 'gpt-5-mini~429-long' } } })
    const connection = connectTo(made)
    expect(await rejection(chat(connection, { ...ASK, messages: [{ role: 'user', content: '[filter:prompt]' }] }))).toMatchObject({ code: 'content-filter', contentFilter: { source: 'prompt' } })
    expect(await rejection(chat(connection, { ...ASK, temperature: 0.5 }))).toMatchObject({ code: 'unsupported-parameter', param: 'temperature' })
    expect(await rejection(chat(connection, { ...ASK, model: 'long' }))).toMatchObject({ code: 'rate-limited', retryAfterMs: 86_400_000 })
    expect(made.finished.map(({ ending }) => ending)).toEqual(['failed', 'failed', 'failed'])
  })

  test('turns a page of a gateway before the upstream into an error of the envelope', async () => {
    const { post } = rig({ deployments: { chat: { deployment: 'gpt-5-mini~403-html' } } })
    const response = await post()
    expect(response.status).toBe(502)
    expect((await errorOf(response)).code).toBe('upstream_refused')
    const gateway = rig({ deployments: { chat: { deployment: 'gpt-5-mini~502-html' } } })
    const failed = await gateway.post()
    expect([failed.status, failed.headers.get('content-type')]).toEqual([502, 'application/json'])
    expect((await errorOf(failed)).code).toBe('upstream_failed')
  })

  test.each(['401', '401-key', '401-role', '403'])('does not answer %s of the upstream as if it were of the caller, who would only get another token', async (fault) => {
    const { post, sent } = rig({ deployments: { chat: { deployment: `gpt-5-mini~${fault}` } } })
    const response = await post()
    expect(response.status).toBe(502)
    expect((await errorOf(response)).code).toBe('upstream_refused')
    // A refused token is asked for anew, once.
    expect(sent.length).toBeLessThanOrEqual(2)
  })

  test('shows no credential of its own that an upstream echoes', async () => {
    const made = rig({ deployments: { chat: { deployment: 'gpt-5-mini~echo' } } })
    const echoed = await (await made.post()).text()
    const { token } = await made.emulator.token()
    expect(echoed).not.toContain(token.slice(0, 40))
    const failing = rig({ fetch: async (_, init) => Response.json({ error: { code: '400', message: `Bad ${new Headers(init?.headers).get('authorization')}` } }, { status: 400 }) })
    const text = await (await failing.post()).text()
    expect(text).toContain('Bad Bearer [token]')
    expect(failing.sent[0]?.headers.get('authorization')).toMatch(/^Bearer ey/)
  })

  test('follows no redirect of an upstream', async () => {
    const { post, sent } = rig({ deployments: { chat: { deployment: 'gpt-5-mini~redirect' } } })
    const response = await post()
    expect([response.status, (await errorOf(response)).code]).toEqual([502, 'upstream_redirected'])
    expect(sent).toHaveLength(1)
  })

  test('lists the deployments that the caller may use, and tells of one', async () => {
    const { relay, token } = rig()
    const get = async (path: string, grant = {}) => relay(new Request(`${RELAY}/openai/v1/${path}`, { headers: { authorization: `Bearer ${await token(grant)}` } }))
    expect(await (await get('models')).json()).toMatchObject({ object: 'list', data: [{ id: 'chat', object: 'model' }, { id: 'plain' }, { id: 'embed' }] })
    expect(await (await get('models', { deployments: ['plain'] })).json()).toMatchObject({ data: [{ id: 'plain' }] })
    expect(await (await get('models/plain')).json()).toMatchObject({ id: 'plain' })
    expect((await get('models/chat', { deployments: ['plain'] })).status).toBe(404)
    expect((await relay(new Request(`${RELAY}/openai/v1/models`))).status).toBe(401)
  })

  test('serves embeddings', async () => {
    const { post, finished } = rig()
    const response = await post({ model: 'embed', input: ['one', 'two'], encoding_format: 'float' }, { path: '/openai/v1/embeddings' })
    const { data } = (await response.json()) as { data: { embedding: number[] }[] }
    expect(data.map(({ embedding }) => embedding.length)).toEqual([1536, 1536])
    expect(finished[0]?.usage?.total_tokens).toBeGreaterThan(0)
  })

  test('serves more texts to embed than messages of a chat', async () => {
    const { post } = rig({ limits: { messages: 2 } })
    expect((await post({ model: 'embed', input: ['one', 'two', 'three'] }, { path: '/openai/v1/embeddings' })).status).toBe(200)
  })

  test('leaves no listener on the signal of a request', async () => {
    const { relay, token } = rig()
    for (const [model, stream] of [['chat', true], ['chat', false], ['nowhere', true]] as const) {
      const request = new Request(`${RELAY}/openai/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' }, body: JSON.stringify({ ...ASK, model, stream }) })
      const listeners = listenersOf(request.signal)
      await (await relay(request)).text()
      expect([...listeners], model).toEqual([])
    }
  })

  test('keeps nothing at the service on the responses route, unless the deployment allows it', async () => {
    const fetch = async () => Response.json({ output: [], error: null })
    const made = rig({ fetch, deployments: { chat: {}, kept: { parameters: ['store', 'previous_response_id'] } } })
    const path = '/openai/v1/responses'
    await made.post({ model: 'chat', input: 'Hello', max_output_tokens: 99_999 }, { path })
    await made.post({ model: 'kept', input: [{ role: 'user', content: 'x' }], store: true, previous_response_id: 'resp_1' }, { path })
    expect(made.sent.map(({ body }) => body)).toEqual([
      { model: 'chat', input: 'Hello', store: false, max_output_tokens: 16_384 },
      { model: 'kept', input: [{ role: 'user', content: 'x' }], store: true, previous_response_id: 'resp_1', max_output_tokens: 16_384 },
    ])
    const refused = await made.post({ model: 'chat', input: 'Hello', previous_response_id: 'resp_1' }, { path })
    expect([refused.status, (await errorOf(refused)).param]).toEqual([400, 'previous_response_id'])
  })

  test('tells its hooks ids, counts and times, and no content', async () => {
    const requests: unknown[] = []
    const made = rig({ onRequest: (info) => requests.push(info), quota: memoryQuota({ tokens: 100_000, windowMs: 60_000 }) })
    await (await made.post({ ...ASK, stream: true, messages: [{ role: 'user', content: 'a secret of mine' }] })).text()
    await until(() => made.finished.length === 1)
    expect(requests).toEqual([{ id: expect.stringMatching(/^[\da-f-]{36}$/), subject: 'ada', operation: 'chat/completions', deployment: 'chat', streamed: true }])
    const [info] = made.finished
    expect(info).toMatchObject({ subject: 'ada', deployment: 'chat', upstream: 'upstream-1', status: 200, ending: 'complete', attempts: [{ upstream: 'upstream-1', status: 200 }], usage: { total_tokens: expect.any(Number) } })
    expect(info?.chargedTokens).toBe(info?.usage?.total_tokens)
    expect(info?.timings.totalMs).toBeGreaterThanOrEqual(info?.timings.firstByteMs ?? Infinity)
    expect(JSON.stringify([requests, made.finished])).not.toContain('secret')
  })

  test('closes what it has opened where the answer cannot be passed on', async () => {
    for (const fetch of [async () => new Response(null, { status: 204 }), async () => new Response(null, { status: 205 })]) {
      const { post, finished } = rig({ fetch })
      const response = await post()
      expect([response.status, (await errorOf(response)).code]).toEqual([502, 'upstream_failed'])
      expect(finished).toHaveLength(1)
    }
  })

  // Bun 1.4.5 makes a Response of any status with any body.
  test.skipIf('Bun' in globalThis)('closes the connection of an answer that it cannot make one of', async () => {
    const { stream, state } = countedBody(5, new Uint8Array(10))
    const { post, finished } = rig({ fetch: async () => Object.defineProperty(new Response(stream), 'status', { value: 204 }) })
    expect((await post()).status).toBe(500)
    expect(finished[0]?.error).toBeInstanceOf(Error)
    await until(() => state.cancelled)
  })

  test('takes its credential out of headers that repeat it', async () => {
    const { post } = rig({ upstreams: [{ endpoint: RESOURCE, credential: () => 'secret-of-the-relay' }], fetch: async (_, init) => Response.json({ choices: [] }, { headers: { 'x-request-id': `for ${new Headers(init?.headers).get('authorization')}` } }) })
    expect((await post()).headers.get('x-request-id')).toBe('for Bearer [token]')
  })

  test('tells the tightest of several limits', async () => {
    const { post } = rig({ quota: [memoryQuota({ tokens: 50_000, windowMs: 1000 }), memoryQuota({ tokens: 900_000, windowMs: 60_000 })] })
    expect((await post()).headers.get('x-ratelimit-limit-tokens')).toBe('50000')
  })

  test('is not disturbed by a hook that fails', async () => {
    const fail = (): never => {
      throw new Error('mine')
    }
    const { post } = rig({ onRequest: fail, onFinish: async () => fail() })
    expect((await post()).status).toBe(200)
  })

  test("hides what a function of the user's has thrown from the caller, and shows it to the hook", async () => {
    const mine = new Error('database at 10.0.0.7 is down')
    const { post, finished } = rig({
      authorize: () => {
        throw mine
      },
    })
    const response = await post()
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('10.0.0.7')])
    expect(finished[0]).toMatchObject({ code: 'relay_failed', error: mine, status: 500, ending: 'refused' })
  })

  test('waits for settlements and hooks where the runtime lets it', async () => {
    const waited: Promise<unknown>[] = []
    let settled = false
    const { relay, token } = rig({
      onFinish: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        settled = true
      },
    })
    const request = new Request(`${RELAY}/openai/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' }, body: JSON.stringify({ ...ASK, stream: true }) })
    const response = await relay(request, { waitUntil: (promise) => waited.push(promise) })
    await response.text()
    for (let index = 0; index < waited.length; index++) await waited[index]
    expect(settled).toBe(true)
  })

  test('keeps the tokens of the last thousand users, and no more', async () => {
    const asked: string[] = []
    const credential: OnBehalfOf = { kind: 'on-behalf-of', providerFor: (assertion) => () => ({ token: `for-${asked.push(assertion)}`, expiresOn: Date.now() + 3_600_000 }) }
    const { post } = rig({
      upstreams: [{ endpoint: RESOURCE, credential }],
      fetch: async () => Response.json({ choices: [] }),
      authorize: (request) => ({ subject: 'one', assertion: request.headers.get('x-user') ?? '' }),
    })
    const call = async (user: number) => (await post(ASK, { headers: { 'x-user': `user-${user}` } })).text()
    for (let user = 0; user <= 1000; user++) await call(user)
    await call(1000)
    expect(asked).toHaveLength(1001)
    await call(0)
    expect(asked).toHaveLength(1002)
  })

  test('serves below a path', async () => {
    const { relay, token } = rig({ path: '/ai' })
    const at = async (path: string) => (await relay(new Request(RELAY + path, { headers: { authorization: `Bearer ${await token()}` } }))).status
    expect([await at('/ai/openai/v1/models'), await at('/openai/v1/models')]).toEqual([200, 404])
  })

  test.each<[string, object, RegExp]>([
    ['no upstream', { upstreams: [] }, /no upstream/],
    ['an endpoint that is none', { upstreams: [{ endpoint: 'contoso', credential: () => 't' }] }, /valid absolute URL/],
    ['a weight of 0', { upstreams: [{ endpoint: RESOURCE, credential: () => 't', weight: 0 }] }, /weight must be above 0/],
    ['two upstreams of one name', { upstreams: [1, 2].map(() => ({ endpoint: RESOURCE, name: 'one', credential: () => 't' })) }, /two upstreams have the name one/],
    ['a wildcard origin', { cors: { origins: ['*'] } }, /must be exact/],
    ['an origin with a path', { cors: { origins: ['https://app.example/'] } }, /must be exact/],
    ['a name that cannot be a header', { upstreams: [{ endpoint: RESOURCE, name: '東京', credential: () => 't' }] }, /must be visible ASCII/],
    ['a cap that is none', { deployments: { chat: { maxOutputTokens: Number(undefined) } } }, /maxOutputTokens of chat must be 1 or above: it is NaN/],
    ['a rest that is none', { coolDownMs: NaN }, /coolDownMs must not be below 0/],
    ['a path that would never be found', { path: '/ai/' }, /must be '' or begin with a slash/],
    ['a limit of 0', { limits: { bodyBytes: 0 } }, /bodyBytes must be above 0/],
  ])('refuses %s before anything is served', (_, options, message) => {
    expect(() => createRelay({ upstreams: [{ endpoint: RESOURCE, credential: () => 't' }], deployments: {}, authorize: () => undefined, cors: { origins: [] }, ...options })).toThrow(message)
  })
})
