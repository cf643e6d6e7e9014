import { describe, expect, inject, test, vi } from 'vitest'
import { brokerTokens } from '../../src/broker.ts'
import type { BrokerOptions } from '../../src/broker.ts'
import { chat, isChatError } from '../../src/index.ts'
import type { AccessToken, TokenRequest } from '../../src/index.ts'
import { ASK, foundry, rejection, until } from '../conformance/foundry.ts'

const URL_ = 'https://app.example/api/token?tenant=secret'
const TOKEN = 'eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl'
const REQUEST: TokenRequest = { scopes: ['https://ai.azure.com/.default'], forceRefresh: false, signal: new AbortController().signal }
const LATER = '2099-01-01T00:00:00Z'

type Answer = NonNullable<BrokerOptions['fetch']>

const ask = async (fetch: Answer, options: BrokerOptions = {}, request: Partial<TokenRequest> = {}): Promise<AccessToken> =>
  (await brokerTokens(URL_, { fetch, ...options })({ ...REQUEST, ...request })) as AccessToken
const json = (value: unknown, init?: ResponseInit): Answer => async () => Response.json(value, init)
const text = (body: BodyInit | null, init?: ResponseInit): Answer => async () => new Response(body, init)
/** Never answers, and does not listen to its signal. */
const deaf: Answer = () => new Promise(() => {})

describe('brokerTokens()', () => {
  test('posts what is asked for as JSON, and nothing that Workers refuse', async () => {
    const fetch = vi.fn(json({ token: TOKEN, expiresOn: LATER }))
    expect(await ask(fetch, {}, { claims: '{"c":1}', forceRefresh: true })).toEqual({ token: TOKEN, expiresOn: Date.parse(LATER) })
    const [url, init] = fetch.mock.calls[0] ?? []
    expect(url).toBe(URL_)
    expect(Object.keys(init ?? {}).sort()).toEqual(['body', 'headers', 'method', 'redirect', 'signal'])
    expect(init).toMatchObject({ method: 'POST', redirect: 'manual' })
    expect(Object.fromEntries(new Headers(init?.headers))).toEqual({ 'content-type': 'application/json', accept: 'application/json' })
    expect(JSON.parse(String(init?.body))).toEqual({ scopes: REQUEST.scopes, claims: '{"c":1}', forceRefresh: true })
  })

  test('says nothing of claims where there are none', async () => {
    const fetch = vi.fn(json({ token: TOKEN, expiresOn: LATER }))
    await ask(fetch)
    expect(JSON.parse(String(fetch.mock.calls[0]?.[1]?.body))).toEqual({ scopes: REQUEST.scopes, forceRefresh: false })
  })

  test('sends credentials where told to', async () => {
    const fetch = vi.fn(json({ token: TOKEN, expiresOn: LATER }))
    await ask(fetch, { credentials: 'include' })
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ credentials: 'include' })
  })

  test.each([
    ['a record', { 'x-csrf': 'a', accept: 'text/html', 'Content-Type': 'text/plain' }],
    ['a function', () => ({ 'x-csrf': 'a' })],
    ['an async function', async () => ({ 'x-csrf': 'a' })],
  ])('adds headers from %s to its own', async (_, headers) => {
    const fetch = vi.fn(json({ token: TOKEN, expiresOn: LATER }))
    await ask(fetch, { headers })
    expect(Object.fromEntries(new Headers(fetch.mock.calls[0]?.[1]?.headers))).toEqual({ 'content-type': 'application/json', accept: 'application/json', 'x-csrf': 'a' })
  })

  test('throws what its headers function throws, and sends nothing', async () => {
    const fetch = vi.fn(deaf)
    const reason = new Error('no session')
    expect(await rejection(ask(fetch, { headers: () => Promise.reject(reason) }))).toBe(reason)
    expect(fetch).not.toHaveBeenCalled()
  })

  test.each([
    ['a time in UTC', LATER, Date.parse(LATER)],
    ['a time with fractions and an offset', '2099-01-01T00:00:00.1234567+02:00', Date.parse('2099-01-01T00:00:00.123+02:00')],
    ['milliseconds', 4_070_908_800_000, 4_070_908_800_000],
  ])('takes %s', async (_, expiresOn, milliseconds) => {
    expect(await ask(json({ token: TOKEN, expiresOn, endpoint: 'https://c.services.ai.azure.com' }))).toEqual({ token: TOKEN, expiresOn: milliseconds })
  })

  test.each<[string, Answer, RegExp]>([
    ['is down', async () => Promise.reject(new TypeError('Failed to fetch')), /did not answer/],
    ['throws at once', () => { throw new TypeError('bad init') }, /did not answer/],
    ['breaks off', text(new ReadableStream({ start: (controller) => controller.error(new TypeError('terminated')) })), /not to the end/],
    ['answers with a page', text('<!doctype html><p>Sign in', { headers: { 'content-type': 'text/html' } }), /no JSON object: its content type is text\/html/],
    ['answers with nothing', text(null), /no JSON object/],
    ['answers with the token alone', text(TOKEN), /no JSON object/],
    ['answers with the token as JSON', json(TOKEN), /no JSON object/],
    ['answers with half an object', text(`{"token":"${TOKEN}","expiresOn"`), /no JSON object/],
    ['answers with too much', text(JSON.stringify({ token: TOKEN, expiresOn: LATER, more: 'x'.repeat(70_000) })), /more than 65536 bytes/],
    ['redirects', text(null, { status: 307, headers: { location: 'https://login.example' } }), /redirects/],
    ['refuses', json({ error: 'forbidden', token: TOKEN }, { status: 403 }), /status 403/],
    ['fails', text(`oops ${TOKEN}`, { status: 500 }), /status 500/],
    ['fails behind a gateway', text('<html>Bad gateway', { status: 502 }), /status 502/],
    ['forgets the token', json({ access_token: TOKEN, expiresOn: LATER }), /wrong or no token/],
    ['has a number as token', json({ token: 1, expiresOn: LATER }), /wrong or no token/],
    ['forgets the time', json({ token: TOKEN }), /wrong or no expiresOn/],
    ['has null as time', json({ token: TOKEN, expiresOn: null }), /wrong or no expiresOn/],
    ['has seconds as time', json({ token: TOKEN, expiresOn: 4_070_908_800 }), /wrong or no expiresOn/],
    ['has seconds as text', json({ token: TOKEN, expiresOn: '4070908800' }), /wrong or no expiresOn/],
    ['has a time without zone', json({ token: TOKEN, expiresOn: '2099-01-01T00:00:00' }), /wrong or no expiresOn/],
    ['has a time that is none', json({ token: TOKEN, expiresOn: '2099-13-01T00:00:00Z' }), /wrong or no expiresOn/],
    ['gives an expired token', json({ token: TOKEN, expiresOn: '2024-01-01T00:00:00Z' }), /expired at 2024-01-01T00:00:00.000Z/],
  ])('throws token where the backend %s', async (_, fetch, message) => {
    const error = await rejection(ask(fetch))
    expect(error).toMatchObject({ name: 'ChatError', code: 'token', message: expect.stringMatching(message) })
    const { message: said, cause } = error as Error
    expect(said).toContain('https://app.example/api/token')
    expect(`${said} ${String(cause)} ${JSON.stringify(error)}`).not.toMatch(/eyJ|secret/)
  })

  test('keeps the cause where there is one', async () => {
    const cause = new TypeError('Failed to fetch')
    expect(await rejection(ask(async () => Promise.reject(cause)))).toMatchObject({ code: 'token', cause })
  })

  const challenge = { 'www-authenticate': `Bearer realm="", error="insufficient_claims", claims="${btoa('{"c":2}')}"` }
  test.each<[string, Answer, string | undefined]>([
    ['401 alone', text(null, { status: 401 }), undefined],
    ['401 with a page', text('<html>', { status: 401 }), undefined],
    ['401 with an error', json({ error: 'unauthenticated', claims: 7 }, { status: 401 }), undefined],
    ['401 with claims', json({ error: 'interaction_required', claims: '{"c":1}' }, { status: 401 }), '{"c":1}'],
    ['401 with a challenge', text(null, { status: 401, headers: challenge }), '{"c":2}'],
    ['403 that names it', json({ error: 'interaction_required', claims: '{"c":1}' }, { status: 403 }), '{"c":1}'],
    ['400 that names consent', json({ error: 'consent_required' }, { status: 400 }), undefined],
  ])('throws interaction-required on %s', async (_, fetch, claims) => {
    const error = await rejection(ask(fetch))
    expect(error).toMatchObject({ code: 'interaction-required' })
    expect((error as { claims?: string }).claims).toBe(claims)
  })

  test.each<[string, Answer]>([
    ['never answers', deaf],
    ['never ends', text(new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{')) }))],
    ['listens', (_, init) => new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)))],
  ])('throws token after timeoutMs where the backend %s', async (_, fetch) => {
    expect(await rejection(ask(fetch, { timeoutMs: 20 }))).toMatchObject({ code: 'token', message: expect.stringContaining('within 20 ms') })
  })

  test('has no limit with Infinity', async () => {
    const late: Answer = () => new Promise((resolve) => setTimeout(() => resolve(Response.json({ token: TOKEN, expiresOn: LATER })), 20))
    expect(await ask(late, { timeoutMs: Infinity })).toMatchObject({ token: TOKEN })
  })

  test('throws the reason of its signal, before and while it waits, and tells the backend', async () => {
    const reason = new Error('left')
    const fetch = vi.fn(deaf)
    expect(await rejection(ask(fetch, {}, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(fetch).not.toHaveBeenCalled()
    const controller = new AbortController()
    const waiting = rejection(ask(fetch, {}, { signal: controller.signal }))
    await until(() => fetch.mock.calls.length === 1)
    controller.abort(reason)
    expect(await waiting).toBe(reason)
    expect(fetch.mock.calls[0]?.[1]?.signal?.aborted).toBe(true)
  })

  test.each(['http://app.example/token', 'ftp://app.example', 'https://', 'https://ada:pw@app.example/', 'data:application/json,{}'])('refuses %s', (url) => {
    expect(() => brokerTokens(url)).toThrow(expect.objectContaining({ code: 'invalid-request' }))
  })

  test.each(['http://localhost:1/t', 'http://127.0.0.1/t', 'http://[::1]:3/t', 'https://app.example/t', new URL('https://app.example')])('takes %s', (url) => {
    expect(brokerTokens(url)).toBeTypeOf('function')
  })

  test('takes a path in a page alone', async () => {
    if (globalThis.location === undefined) return expect(() => brokerTokens('/api/token')).toThrow(/absolute where there is no page/)
    const fetch = vi.fn(json({ token: TOKEN, expiresOn: LATER }))
    await brokerTokens('/api/token', { fetch })(REQUEST)
    expect(fetch.mock.calls[0]?.[0]).toBe(`${location.origin}/api/token`)
  })

  test.each([0, -1, NaN])('refuses %d as timeoutMs', (timeoutMs) => {
    expect(() => brokerTokens(URL_, { timeoutMs })).toThrow(expect.objectContaining({ code: 'invalid-request' }))
  })
})

describe('a connection with brokerTokens()', () => {
  test('answers, and asks the backend once for many calls', async () => {
    const fetch = vi.fn<Answer>(async () => Response.json(await emulator.token()))
    const { connection, emulator } = foundry({ token: brokerTokens(URL_, { fetch }) })
    const answers = await Promise.all(Array.from({ length: 3 }, async () => chat(connection, { model: 'gpt-5-mini', messages: ASK })))
    expect(answers.every(({ text: said }) => said !== '')).toBe(true)
    expect(fetch).toHaveBeenCalledTimes(1)
    expect(JSON.parse(String(fetch.mock.calls[0]?.[1]?.body))).toEqual({ scopes: connection.endpoint.scopes, forceRefresh: false })
  })

  test('reports its failures as they are', async () => {
    const { connection } = foundry({ token: brokerTokens(URL_, { fetch: text(null, { status: 401 }) }) })
    const error = await rejection(chat(connection, { model: 'gpt-5-mini', messages: ASK }))
    expect(isChatError(error) && error.code).toBe('interaction-required')
  })
})

describe('brokerTokens() over a socket', () => {
  const served: string = inject('emulator')
  // A page of another origin would have to ask the test's server for leave to send JSON, which has no route for that.
  const simple: Answer = (url, init) => fetch(url, { ...init, headers: {} })

  test('gets a token that the service takes', async () => {
    const { connection } = foundry({ endpoint: served, fetch: (url, init) => fetch(url, init), token: brokerTokens(`${served}/test/token`, { fetch: simple }) })
    expect((await chat(connection, { model: 'gpt-5-mini', messages: ASK })).text).not.toBe('')
  })

  test('follows no redirect', async () => {
    const elsewhere = async (): Promise<unknown> => (await fetch(`${served}/test/elsewhere`)).json()
    const before = await elsewhere()
    const token = brokerTokens(`${served}/test/redirect/token`, { fetch: simple })
    expect(await rejection(Promise.resolve(token(REQUEST)))).toMatchObject({ code: 'token', message: expect.stringContaining('redirects') })
    expect(await elsewhere()).toEqual(before)
  })

  test('says that nobody answers', async () => {
    expect(await rejection(Promise.resolve(brokerTokens('http://127.0.0.1:1/token')(REQUEST)))).toMatchObject({ code: 'token', cause: expect.anything() })
  })
})
