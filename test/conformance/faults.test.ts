// What goes wrong, one row each, and what the caller is told.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chat, isChatError, streamChat } from '../../src/index.ts'
import type { ConnectOptions, RetryInfo } from '../../src/index.ts'
import { ASK, ENTRIES, foundry, foundryWith, readAll, rejection, sleep, until } from './foundry.ts'

const unhandled: unknown[] = []
const note = (event: PromiseRejectionEvent | { reason?: unknown }) => void unhandled.push(event.reason)
beforeAll(() => globalThis.addEventListener?.('unhandledrejection', note as EventListener))
afterAll(async () => {
  await sleep(20)
  globalThis.removeEventListener?.('unhandledrejection', note as EventListener)
  expect(unhandled).toEqual([])
})

const fault = (name: string) => ({ model: `gpt-5-mini~${name}`, messages: ASK })
const once = { retries: 0 } as const satisfies Partial<ConnectOptions>

// What the service answers, what it becomes, and the facts that come with it.
const ANSWERS: readonly (readonly [fault: string, code: string, facts?: object])[] = [
  ['401', 'wrong-audience', { status: 401, scope: 'https://ai.azure.com/.default', expectedScope: 'https://cognitiveservices.azure.com/.default' }],
  ['401-key', 'unauthorized', { status: 401 }],
  ['401-role', 'missing-role', { status: 401, serviceMessage: expect.stringContaining('data action') }],
  ['403', 'forbidden', { status: 403, serviceMessage: expect.stringContaining('Firewall') }],
  ['403-html', 'forbidden', { status: 403, serviceMessage: expect.not.stringContaining('<') }],
  ['404-route', 'route-not-found', { status: 404, url: 'https://c.services.ai.azure.com/openai/v1/chat/completions' }],
  ['404-deployment', 'deployment-not-found', { status: 404, serviceCode: 'DeploymentNotFound' }],
  ['408', 'server-error', { status: 408 }],
  ['422', 'unsupported-parameter', { status: 422 }],
  ['422-gateway', 'unsupported-parameter', { status: 422 }],
  ['429', 'rate-limited', { status: 429, retryAfterMs: 2000 }],
  ['429-ms', 'rate-limited', { retryAfterMs: 20 }],
  ['429-x-ms', 'rate-limited', { retryAfterMs: 20 }],
  ['429-seconds', 'rate-limited', { retryAfterMs: 1000 }],
  ['429-date', 'rate-limited', { retryAfterMs: expect.toSatisfy((ms: number) => ms > 0 && ms <= 2000) }],
  ['429-none', 'rate-limited', { retryAfterMs: undefined }],
  ['429-both', 'rate-limited', { retryAfterMs: 1000, serviceCode: 'RateLimitReached' }],
  ['429-long', 'rate-limited', { retryAfterMs: 86_400_000 }],
  ['429-quota', 'quota-exceeded', { status: 429 }],
  ['500', 'server-error', { status: 500 }],
  ['502-html', 'server-error', { status: 502, serviceMessage: expect.not.stringContaining('<') }],
  ['503', 'server-error', { status: 503 }],
  ['flat-400', 'bad-request', { status: 400 }],
  ['numeric-code', 'bad-request', { status: 400, serviceCode: '400' }],
  ['empty-500', 'server-error', { status: 500 }],
  ['html-200', 'not-a-stream', { contentType: expect.stringContaining('html'), snippet: expect.stringContaining('<') }],
  ['error-200', 'server-error', {}],
  ['redirect', 'redirected', {}],
  ['cut', 'truncated', { partial: expect.objectContaining({ text: expect.stringMatching(/./) }) }],
  ['cut-clean', 'truncated', { partial: expect.objectContaining({ text: expect.stringMatching(/./) }) }],
  ['no-finish', 'truncated', { partial: expect.objectContaining({ text: expect.stringMatching(/./) }) }],
  ['error-event', 'server-error', { midStream: true, partial: expect.objectContaining({ text: expect.stringMatching(/./) }) }],
  ['error-named', 'server-error', { midStream: true, partial: expect.objectContaining({ text: expect.stringMatching(/./) }) }],
  ['bad-json', 'malformed', { path: 'data' }],
  ['bad-type', 'malformed', { path: 'choices' }],
  ['echo', 'unauthorized', { status: 401 }],
]

describe.each(ENTRIES)('%s', (_, connect) => {
  test.each(ANSWERS.map(([name, code, facts = {}]) => [name, code, facts] as const))('%s becomes %s', async (name, code, facts) => {
    const { connection } = foundryWith(connect, once)
    const stream = streamChat(connection, fault(name))
    const { error } = await readAll(stream)
    expect(error).toMatchObject({ name: 'ChatError', code, ...facts })
    expect(await rejection(stream.result)).toBe(error)
    // A person can read it: what could not be done, and why.
    expect(String(error)).toMatch(/^ChatError: Cannot .{20}/)
  })

  test.each(['json-200', 'no-done', 'drip', 'crlf', 'no-content-type', 'trailing', 'big', '401-once', '401-claims'])('%s is a whole answer', async (name) => {
    const { connection } = foundryWith(connect, once)
    const stream = streamChat(connection, fault(name))
    const { error } = await readAll(stream)
    expect(error).toBeUndefined()
    expect(await stream.result).toMatchObject({ finishReason: 'stop', text: expect.stringMatching(/.{50}/) })
  })

  test.each([
    ['silent', 'first-event-timeout', { firstEventMs: 40 }],
    ['stall', 'idle-timeout', { idleMs: 40 }],
    ['comments', 'idle-timeout', { idleMs: 60 }],
    // Long enough for a token to be minted on a busy machine, as these limits count it.
    ['hang', 'connect-timeout', { connectMs: 500 }],
    ['endless', 'total-timeout', { totalMs: 500 }],
  ] as const)('%s ends in %s, with what came, and closes the connection', async (name, code, timeouts) => {
    const { connection, emulator } = foundryWith(connect, { ...once, timeouts })
    const stream = streamChat(connection, fault(name))
    // The loop must breathe where the sender never pauses: timers run between tasks alone.
    let error: unknown
    let text = ''
    try {
      for await (const event of stream) {
        if (event.type === 'text') text += event.text
        if (name === 'endless') await sleep(0)
      }
    } catch (caught) {
      error = caught
    }
    expect(error).toMatchObject({ code, limitMs: Object.values(timeouts)[0], partial: { text } })
    if (name === 'stall' || name === 'comments') expect(text).not.toBe('')
    await until(() => emulator.calls.at(-1)?.state === 'cancelled')
  })

  test('a healthy stream outlives connectMs, firstEventMs and idleMs', async () => {
    const { connection } = foundryWith(connect, { ...once, timeouts: { connectMs: 500, firstEventMs: 500, idleMs: 500 } }, { chunkDelayMs: 15 })
    const { error, events } = await readAll(streamChat(connection, { model: 'gpt-5-mini', messages: ASK }))
    expect(error).toBeUndefined()
    expect(events.length).toBeGreaterThan(20)
  })

  test('time in which nobody reads does not count as idle', async () => {
    const { connection } = foundryWith(connect, { ...once, timeouts: { idleMs: 200 } })
    let events = 0
    for await (const _ of streamChat(connection, { model: 'gpt-5-mini', messages: ASK })) if (events++ % 20 === 0) await sleep(250)
    expect(events).toBeGreaterThan(20)
  })

  test('a connect limit counts the token, and a provider that never settles ends in it', async () => {
    const { connection, emulator } = foundryWith(connect, { ...once, timeouts: { connectMs: 40 }, token: () => new Promise(() => {}) })
    expect(await rejection(streamChat(connection, fault('x')).result)).toMatchObject({ code: 'connect-timeout', limitMs: 40 })
    expect(await rejection(chat(connection, fault('x')))).toMatchObject({ code: 'connect-timeout' })
    expect(emulator.calls).toHaveLength(0)
  })

  test('a plain answer may take longer than connectMs, and no longer than firstEventMs', async () => {
    const slow = (connectMs: number, firstEventMs: number) =>
      foundryWith(connect, { ...once, timeouts: { connectMs, firstEventMs }, fetch: (_, init) => sleep(600).then(() => (init?.signal?.aborted ? Promise.reject(init.signal.reason) : Response.json({ choices: [{ index: 0, message: { content: 'x' }, finish_reason: 'stop' }] }))) })
    expect((await chat(slow(400, 5000).connection, { model: 'gpt', messages: ASK })).text).toBe('x')
    expect(await rejection(chat(slow(5000, 30).connection, { model: 'gpt', messages: ASK }))).toMatchObject({ code: 'first-event-timeout' })
  })

  test('401 then 200 takes two requests and two tokens, the second forced', async () => {
    const { connection, emulator, asked } = foundryWith(connect, once)
    const stream = streamChat(connection, fault('401-once'))
    await stream.result
    expect(emulator.calls.map(({ status }) => status)).toEqual([401, 200])
    expect(asked.map(({ forceRefresh }) => forceRefresh)).toEqual([false, true])
    expect((await stream.response).attempts).toBe(2)
  })

  test('401 with a claims challenge hands the decoded claims to the provider', async () => {
    const { connection, asked } = foundryWith(connect, once)
    await streamChat(connection, fault('401-claims')).result
    expect(asked).toHaveLength(2)
    expect(asked[1]?.forceRefresh).toBe(true)
    expect(JSON.parse(asked[1]?.claims ?? '')).toHaveProperty('access_token')
  })

  test('401 twice is reported after two requests and two tokens', async () => {
    const { connection, emulator, asked } = foundryWith(connect, once)
    expect(await rejection(streamChat(connection, fault('401-key')).result)).toMatchObject({ code: 'unauthorized', attempts: 2 })
    expect(emulator.calls).toHaveLength(2)
    expect(asked).toHaveLength(2)
  })

  test('401 for a missing role is reported after one request', async () => {
    const { connection, emulator, asked } = foundryWith(connect, once)
    expect(await rejection(streamChat(connection, fault('401-role')).result)).toMatchObject({ code: 'missing-role', attempts: 1 })
    expect(emulator.calls).toHaveLength(1)
    expect(asked).toHaveLength(1)
  })

  test('50 concurrent cold calls share one token', async () => {
    const { connection, emulator, asked } = foundryWith(connect, once)
    await Promise.all(Array.from({ length: 50 }, () => streamChat(connection, { model: 'gpt-5-mini', messages: ASK }).result))
    expect(asked).toHaveLength(1)
    expect(emulator.calls).toHaveLength(50)
  })

  test('a provider that rejects is reported before anything is sent', async () => {
    const cause = new Error('no account')
    const { connection, emulator } = foundryWith(connect, { token: () => Promise.reject(cause) })
    expect(await rejection(streamChat(connection, { model: 'gpt-5-mini', messages: ASK }).result)).toMatchObject({ code: 'token', cause })
    expect(await rejection(connection.prepare())).toMatchObject({ code: 'token', cause })
    expect(emulator.calls).toHaveLength(0)
  })

  test('a redirect is refused and the token is not sent on', async () => {
    const { connection, emulator } = foundryWith(connect, once)
    const urls: string[] = []
    const watched = foundryWith(connect, { ...once, fetch: (url, init) => (urls.push(url), expect(init?.redirect).toBe('manual'), emulator.fetch(url, init)), token: () => emulator.token() })
    expect(await rejection(streamChat(watched.connection, fault('redirect')).result)).toMatchObject({ code: 'redirected', url: expect.not.stringContaining('login') })
    expect(urls).toHaveLength(1)
    expect(connection.endpoint.origin).toBe(new URL(urls[0] ?? '').origin)
  })

  test('an opaque redirect, as browsers give, is refused as well', async () => {
    const opaque = Object.defineProperty(new Response(null), 'type', { value: 'opaqueredirect' })
    const { connection } = foundryWith(connect, { ...once, fetch: async () => opaque })
    expect(await rejection(streamChat(connection, fault('x')).result)).toMatchObject({ code: 'redirected' })
  })

  test('a connection that cannot be made is a network error, and CORS is named for a page alone', async () => {
    const cause = new TypeError('fetch failed')
    const { connection } = foundryWith(connect, { ...once, fetch: () => Promise.reject(cause) })
    const error = await rejection(streamChat(connection, fault('x')).result)
    const page = typeof document !== 'undefined'
    expect(error).toMatchObject({ code: 'network', cause, possibleCauses: page ? ['unreachable', 'cors'] : ['unreachable'] })
    expect(/CORS/.test(String(error))).toBe(page)
  })

  test.each(['cut', 'no-finish', 'bad-json', 'error-event', 'stall'])('%s halfway has the request id that support asks for', async (name) => {
    const { connection } = foundryWith(connect, { ...once, timeouts: { idleMs: 30 } })
    const stream = streamChat(connection, fault(name))
    const error = await rejection(stream.result)
    expect(error).toMatchObject({ name: 'ChatError', requestId: (await stream.response).requestId, attempts: 1 })
    expect((error as { requestId?: string }).requestId).toMatch(/./)
  })

  test('a message that is too large loses nothing of what came before it in its block', async () => {
    const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`
    const { connection } = foundryWith(connect, { ...once, maxMessageBytes: 200, fetch: async () => new Response(chunk('a') + chunk('b') + chunk('x'.repeat(300))) })
    const stream = streamChat(connection, fault('x'))
    const { events, error } = await readAll(stream)
    expect(error).toMatchObject({ code: 'too-large', maxMessageBytes: 200, partial: { text: 'ab' } })
    expect(events).toHaveLength(2)
  })

  test('no more than 64 KiB of a failure are read, and the rest is let go', async () => {
    let sent = 0
    let cancelled = false
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array((sent += 1024) && 1024).fill(120)), cancel: () => void (cancelled = true) }, { highWaterMark: 0 })
    const { connection } = foundryWith(connect, { ...once, fetch: async () => new Response(endless, { status: 500 }) })
    expect(await rejection(streamChat(connection, fault('x')).result)).toMatchObject({ code: 'server-error', status: 500 })
    expect(sent).toBeLessThanOrEqual(66 * 1024)
    expect(cancelled).toBe(true)
  })

  test('a page is told from an answer by its beginning, though it never ends', async () => {
    const endless = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('\n <!doctype html><title>Sign in</title>')) })
    const { connection } = foundryWith(connect, { ...once, fetch: async () => new Response(endless) })
    expect(await rejection(streamChat(connection, fault('x')).result)).toMatchObject({ code: 'not-a-stream', snippet: '<!doctype html><title>Sign in</title>' })
  })

  test('chat() reports like streamChat()', async () => {
    const { connection } = foundryWith(connect, once)
    for (const [name, code] of [['401-role', 'missing-role'], ['429-ms', 'rate-limited'], ['html-200', 'not-a-stream'], ['502-html', 'server-error'], ['error-200', 'server-error']] as const) {
      expect(await rejection(chat(connection, fault(name))), name).toMatchObject({ code })
    }
  })
})

describe('retries', () => {
  test.each(['429-once', '500-once', '503-once'])('%s succeeds with the second request', async (name) => {
    const seen: RetryInfo[] = []
    const { connection, emulator } = foundry({ onRetry: (retry) => seen.push(retry) })
    const stream = streamChat(connection, fault(name))
    expect(await stream.result).toMatchObject({ finishReason: 'stop' })
    expect(emulator.calls).toHaveLength(2)
    expect((await stream.response).attempts).toBe(2)
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ retry: 1, error: { name: 'ChatError' } })
  })

  test.each([
    ['429-ms', 20],
    ['429-x-ms', 20],
  ] as const)('%s is obeyed, to the millisecond and twice, then reported', async (name, waitMs) => {
    const waits: number[] = []
    const { connection, emulator } = foundry({ onRetry: (retry) => waits.push(retry.waitMs) })
    expect(await rejection(streamChat(connection, fault(name)).result)).toMatchObject({ code: 'rate-limited', attempts: 3 })
    expect(waits).toEqual([waitMs, waitMs])
    expect(emulator.calls).toHaveLength(3)
  })

  test.each([
    ['429', 2000],
    ['429-seconds', 1000],
    ['429-both', 1000],
    ['429-long', 86_400_000],
  ] as const)('%s above maxRetryWaitMs is reported at once, without a second request', async (name, retryAfterMs) => {
    const { connection, emulator } = foundry({ maxRetryWaitMs: 900 })
    expect(await rejection(streamChat(connection, fault(name)).result)).toMatchObject({ code: 'rate-limited', retryAfterMs, attempts: 1 })
    expect(emulator.calls).toHaveLength(1)
  })

  test('without a wait of the service, half a second is waited, less a quarter at random', async () => {
    const waits: number[] = []
    const { connection } = foundry({ retries: 1, onRetry: (retry) => waits.push(retry.waitMs) })
    await rejection(streamChat(connection, fault('429-none')).result)
    expect(waits[0]).toBeGreaterThanOrEqual(375)
    expect(waits[0]).toBeLessThanOrEqual(500)
  })

  test.each(['401-key', '401-role', '403', '404-route', '422', '429-quota', 'html-200', 'redirect', 'error-event', 'cut'])('%s is not repeated', async (name) => {
    const retries: unknown[] = []
    const { connection, emulator } = foundry({ onRetry: (retry) => retries.push(retry) })
    await rejection(streamChat(connection, fault(name)).result)
    expect(retries).toEqual([])
    expect(emulator.calls.length).toBeLessThanOrEqual(2)
  })

  test('a connection that cannot be made is tried again', async () => {
    const { emulator } = foundry()
    let down = 1
    const { connection } = foundry({ token: () => emulator.token(), fetch: (url, init) => (down-- > 0 ? Promise.reject(new TypeError('fetch failed')) : emulator.fetch(url, init)) })
    expect(await streamChat(connection, { model: 'gpt-5-mini', messages: ASK }).result).toMatchObject({ finishReason: 'stop' })
  })

  test.each([{ retries: -1 }, { retries: 1.5 }, { retries: NaN }, { maxRetryWaitMs: -1 }, { maxRetryWaitMs: NaN }])('connect() refuses %o', (options) => {
    expect(() => foundry(options)).toThrow(`${Object.values(options)[0]}`)
  })

  test('retries: 0 sends once', async () => {
    const { connection, emulator } = foundry({ retries: 0 })
    await rejection(streamChat(connection, fault('503')).result)
    expect(emulator.calls).toHaveLength(1)
  })

  test('an abort ends the wait at once', async () => {
    const controller = new AbortController()
    const { connection, emulator } = foundry({ onRetry: () => setTimeout(() => controller.abort(), 10) })
    expect(await rejection(chat(connection, fault('429'), { signal: controller.signal }))).toBe(controller.signal.reason)
    // The service asks for two seconds, after which a second request would have been counted.
    expect(emulator.calls).toHaveLength(1)
  })

  test('totalMs covers the waits', async () => {
    const { connection, emulator } = foundry({ timeouts: { totalMs: 700 } })
    expect(await rejection(streamChat(connection, fault('429')).result)).toMatchObject({ code: 'total-timeout' })
    expect(emulator.calls).toHaveLength(1)
  })

  test('work without AbortSignal.any', async () => {
    const { any } = AbortSignal
    Reflect.deleteProperty(AbortSignal, 'any')
    try {
      const { connection, emulator } = foundry()
      expect(await streamChat(connection, fault('429-once')).result).toMatchObject({ finishReason: 'stop' })
      const controller = new AbortController()
      const waiting = rejection(streamChat(connection, fault('429'), { signal: controller.signal }).result)
      await until(() => emulator.calls.length === 3)
      controller.abort()
      expect(await waiting).toMatchObject({ code: 'aborted' })
    } finally {
      AbortSignal.any = any
    }
  })

  test('no ChatError is one of ky, nor holds a request', async () => {
    const { connection } = foundry({ retries: 1 })
    for (const name of ['503', '401-key', 'redirect', '429-ms']) {
      for (let error = await rejection(streamChat(connection, fault(name)).result); error !== undefined; error = (error as Error).cause) {
        expect(isChatError(error)).toBe(true)
        expect(Object.values(error as object).some((value) => value instanceof Request || value instanceof Response)).toBe(false)
      }
    }
  })
})
