// Where a token appears, and that it appears nowhere else.
import { describe, expect, test } from 'vitest'
import { authorize, chat, isChatError, streamChat, tokenCache, endpointFor } from '../../src/index.ts'
import type { ConnectOptions, Fetch } from '../../src/index.ts'
import { FAULTS } from '../../src/emulator/index.ts'
import { everythingIn } from '../everything.ts'
import { ASK, ENDPOINT, ENTRIES, foundry, foundryWith, readAll, rejection, until } from './foundry.ts'

/** Not a whole token, and no piece of one that a cut text may hold. */
function expectNoToken(found: string, token: string): void {
  for (const piece of [token.slice(0, 24), token.slice(-24), token.slice(token.length / 2, token.length / 2 + 24)]) expect(found).not.toContain(piece)
}

describe.each(ENTRIES)('%s', (_, connect) => {
  // `endless`, `hang` and their kind are left to the test below.
  const ending = Object.keys(FAULTS).filter((name) => !['endless', 'hang', 'silent', 'stall', 'comments'].includes(name))

  test.each(ending)('no token in anything that %s leaves behind', async (name) => {
    const { connection, tokens } = foundryWith(connect, { retries: 0 })
    const stream = streamChat(connection, { model: `gpt-5-mini~${name}`, messages: ASK })
    const { events, error } = await readAll(stream)
    const result = await stream.result.catch((caught: unknown) => caught)
    const plain = await chat(connection, { model: `gpt-5-mini~${name}`, messages: ASK }).catch((caught: unknown) => caught)
    const info = await stream.response.catch((caught: unknown) => caught)
    const found = everythingIn({ connection, stream, events, error, result, plain, info, partial: stream.partial })
    expect(tokens.length).toBeGreaterThan(0)
    for (const token of tokens) expectNoToken(found, token)
  })

  test('no token in timeouts and aborts', async () => {
    for (const [name, timeouts] of [['hang', { connectMs: 20 }], ['silent', { firstEventMs: 20 }], ['stall', { idleMs: 20 }]] as const) {
      const { connection, tokens } = foundryWith(connect, { timeouts })
      const error = await rejection(streamChat(connection, { model: `gpt-5-mini~${name}`, messages: ASK }).result)
      for (const token of tokens) expectNoToken(everythingIn(error), token)
    }
  })

  test('no token in the cause of a network error', async () => {
    const { connection, tokens } = foundryWith(connect, { retries: 0, fetch: () => Promise.reject(new TypeError('fetch failed')) })
    const error = await rejection(streamChat(connection, { model: 'gpt', messages: ASK }).result)
    expect(tokens).toHaveLength(1)
    expectNoToken(everythingIn(error), tokens[0] ?? '')
  })

  const TOKEN = 'secret-token-of-this-test/with-a-slash'
  test.each([
    ['an error in a stream', 200, `data: {"error":{"message":"bad ${TOKEN}","code":"${TOKEN}","param":"${TOKEN}"}}\n\n`],
    ['a page', 200, `<html>${TOKEN}</html>`],
    ['no JSON', 200, `data: ${TOKEN}\n\n`],
    ['a failure', 400, JSON.stringify({ error: { message: TOKEN, code: TOKEN, param: TOKEN } })],
    ['escaped slashes', 400, JSON.stringify({ error: { message: TOKEN } }).replaceAll('/', '\\/')],
    ['the end of a page that is cut', 500, `${'<p>'.repeat(8192 / 3 - 8)}${TOKEN}`],
    ['the end of the words that are kept', 500, `${'x'.repeat(280)} ${TOKEN}`],
  ])('a token that the service echoes is taken out of %s', async (_, status, body) => {
    const { connection } = foundryWith(connect, { retries: 0, fetch: async () => new Response(body, { status }), token: () => TOKEN })
    const error = await rejection(streamChat(connection, { model: 'gpt', messages: ASK }).result)
    expect(isChatError(error)).toBe(true)
    expect(everythingIn(error)).not.toContain('secret-to')
  })

  test("a request's headers are accept, authorization and content-type, also when it is repeated", async () => {
    const { connection, emulator } = foundryWith(connect)
    for (const name of ['gpt-5-mini', 'gpt-5-mini~401-once', 'mistral-small']) {
      await streamChat(connection, { model: name, messages: ASK }).result
      await chat(connection, { model: name, messages: ASK })
    }
    await streamChat(connection, { model: 'gpt-5-mini~503-once', messages: ASK }).result.catch(() => {})
    for (const { headerNames } of emulator.calls) expect(headerNames).toEqual(['accept', 'authorization', 'content-type'])
    expect(emulator.calls.length).toBeGreaterThan(8)
  })

  test('fetch is called with a string, five known members and no this', async () => {
    const { emulator } = foundryWith(connect)
    let calls = 0
    const strict: Fetch = function (this: unknown, url, init): Promise<Response> {
      calls++
      expect(this).toBeUndefined()
      expect(typeof url).toBe('string')
      expect(Object.keys(init ?? {}).sort()).toEqual(['body', 'headers', 'method', 'redirect', 'signal'])
      expect(url + String(init?.body)).not.toContain(new Headers(init?.headers).get('authorization')?.slice(7) ?? 'missing')
      return emulator.fetch(url, init)
    }
    const { connection } = foundryWith(connect, { fetch: strict, token: () => emulator.token() })
    await streamChat(connection, { model: 'gpt-5-mini', messages: ASK }).result
    expect(calls).toBe(1)
  })

  test('further headers are sent, and none that carries a credential', async () => {
    const { connection, emulator } = foundryWith(connect, { endpoint: `${ENDPOINT}/models`, headers: { 'x-team': 'a' } })
    await streamChat(connection, { model: 'grok-4-1-fast', messages: ASK }, { headers: { 'extra-parameters': 'pass-through' } }).result
    expect(emulator.calls[0]?.headerNames).toEqual(['accept', 'authorization', 'content-type', 'extra-parameters', 'x-team'])
    for (const name of ['Authorization', 'api-key', 'x-api-key', 'Ocp-Apim-Subscription-Key', 'cookie', 'accept']) {
      expect(() => connect({ endpoint: ENDPOINT, token: () => 't', headers: { [name]: 'secret' } })).toThrow(name)
      expect(await rejection(chat(connection, { model: 'gpt', messages: ASK }, { headers: { [name]: 'secret' } }))).toMatchObject({ code: 'invalid-request', message: expect.not.stringContaining('secret') })
    }
    expect(emulator.calls).toHaveLength(1)
  })

  test('there is no option for a key', () => {
    // @ts-expect-error -- a token provider is the only way
    const options: ConnectOptions = { endpoint: ENDPOINT, apiKey: 'secret' }
    expect(() => connect(options)).toThrow('token must be a function')
  })

  test.each([
    ['no token', { endpoint: ENDPOINT }, 'token must be a function that gets a token: it is undefined'],
    ['a limit of 0', { endpoint: ENDPOINT, token: (): string => 't', timeouts: { idleMs: 0 } }, 'idleMs must be above 0: it is 0'],
    ['a limit that is no number', { endpoint: ENDPOINT, token: (): string => 't', timeouts: { totalMs: NaN } }, 'totalMs must be above 0: it is NaN'],
    ['no endpoint', { token: (): string => 't' }, 'not a valid absolute URL'],
  ])('connect() refuses %s, saying why', (_, options, message) => {
    expect(() => connect(options as unknown as ConnectOptions)).toThrow(message)
  })

  test.each([
    ['no messages', {}, 'messages must be an array of at least one message: it is undefined'],
    ['an empty array', { messages: [] }, 'it is []'],
    ['no model', { messages: ASK }, 'model must be the name of a deployment: it is undefined'],
    ['what is no JSON', { model: 'gpt', messages: ASK, seed: 1n }, 'cannot be written as JSON'],
  ])('a request with %s is refused before anything is sent', async (_, request, message) => {
    const { connection, emulator, asked } = foundryWith(connect)
    expect(await rejection(streamChat(connection, request as never).result)).toMatchObject({ code: 'invalid-request', message: expect.stringContaining(message) })
    expect(emulator.calls).toHaveLength(0)
    expect(asked).toHaveLength(0)
  })
})

describe('authorize()', () => {
  async function harness() {
    const { emulator } = foundry()
    const asked: boolean[] = []
    const tokens = tokenCache(({ forceRefresh }) => (asked.push(forceRefresh), emulator.token()), endpointFor(ENDPOINT))
    const seen: { url: string; authorization: string | null; redirect: string | undefined }[] = []
    const fetch = authorize((url, init) => {
      const input = url as string | Request
      seen.push({ url: typeof input === 'string' ? input : input.url, authorization: new Headers(init?.headers).get('authorization'), redirect: init?.redirect })
      return emulator.fetch(url, init)
    }, tokens)
    return { emulator, fetch, seen, asked }
  }
  const body = JSON.stringify({ model: 'gpt-5-mini', messages: ASK })
  const url = `${ENDPOINT}/openai/v1/chat/completions`

  test.each([
    ['a string', () => [url, { method: 'POST', body, headers: { authorization: 'Bearer dummy' } }] as const],
    ['a URL', () => [new URL(url), { method: 'POST', body }] as const],
    ['a Request', () => [new Request(url, { method: 'POST', body })] as const],
  ])('adds a token to %s, in place of any other', async (_, args) => {
    const { fetch, seen } = await harness()
    const [input, init] = args()
    expect((await fetch(input, init)).status).toBe(200)
    expect(seen).toEqual([{ url, authorization: expect.stringMatching(/^Bearer ey/), redirect: 'manual' }])
  })

  test('sends a Request again, body and all, after a 401', async () => {
    const { fetch, seen, asked, emulator } = await harness()
    const again = JSON.stringify({ model: 'gpt-5-mini~401-once', messages: ASK })
    expect((await fetch(new Request(url, { method: 'POST', body: again }))).status).toBe(200)
    expect(seen).toHaveLength(2)
    expect(asked).toEqual([false, true])
    expect(emulator.calls.map((call) => call.body)).toEqual([JSON.parse(again), JSON.parse(again)])
  })

  test('leaves the body of a 401 readable where a role is missing', async () => {
    const { fetch, seen } = await harness()
    const response = await fetch(url, { method: 'POST', body: JSON.stringify({ model: 'gpt-5-mini~401-role', messages: ASK }) })
    expect(response.status).toBe(401)
    expect((await response.json()).error.code).toBe('PermissionDenied')
    expect(seen).toHaveLength(1)
  })

  test.each(['https://evil.example/openai/v1', 'http://c.services.ai.azure.com/', 'https://c.services.ai.azure.com:8443/', 'https://c.services.ai.azure.com@evil.example/'])('gives no token to another origin: %s', async (other) => {
    const { fetch, seen, asked } = await harness()
    await fetch(other, { method: 'POST', body }).catch(() => {})
    expect(seen[0]?.authorization).toBeNull()
    expect(asked).toEqual([])
  })

  test('refuses a redirect', async () => {
    const { fetch, emulator } = await harness()
    expect(await rejection(fetch(url, { method: 'POST', body: JSON.stringify({ model: 'gpt-5-mini~redirect', messages: ASK }) }))).toMatchObject({ code: 'redirected' })
    await until(() => emulator.calls.length === 1)
  })
})
