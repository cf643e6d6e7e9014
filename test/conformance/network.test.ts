// The same faults over a real connection: in a page that is another origin, with its CORS and its broken sockets.
import { describe, expect, inject, test } from 'vitest'
import { chat, connect, streamChat } from '../../src/index.ts'
import type { Connection } from '../../src/index.ts'
import type { EmulatorCall } from '../../src/emulator/index.ts'
import { ASK, readAll, rejection, sleep } from './foundry.ts'

const url: string = inject('emulator')
const ask = async <T>(path: string): Promise<T> => (await (await fetch(`${url}/test/${path}`)).json()) as T

/** Each test has deployments of its own, as the emulator is one for all runtimes. */
let counter = 0
const own = (name: string) => `gpt-5-mini~${name}~${name}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}-${counter++}`

const foundry = (more: Partial<Parameters<typeof connect>[0]> = {}): Connection => connect({ endpoint: url, token: () => ask<{ token: string; expiresOn: string }>('token').then(({ token }) => token), retries: 0, ...more })

async function stateOf(deployment: string): Promise<string | undefined> {
  const calls = await ask<EmulatorCall[]>('calls')
  return calls.findLast((call) => call.deployment === deployment)?.state
}

async function untilCancelled(deployment: string): Promise<void> {
  for (let i = 0; i < 100 && (await stateOf(deployment)) !== 'cancelled'; i++) await sleep(20)
  expect(await stateOf(deployment)).toBe('cancelled')
}

describe('over a real connection', () => {
  test.each(['gpt-5-mini', 'gpt-4o-mini', 'gpt-6-luna', 'grok-4-1-fast', 'deepseek-v4', 'mistral-small'])('%s answers, streamed and plain', async (model) => {
    const connection = foundry()
    const streamed = await streamChat(connection, { model, messages: ASK }).result
    expect(streamed.finishReason).toBe('stop')
    expect((await chat(connection, { model, messages: ASK })).text).toBe(streamed.text)
  })

  test.each([
    ['401-key', 'unauthorized'],
    ['401-role', 'missing-role'],
    ['403-html', 'forbidden'],
    ['404-deployment', 'deployment-not-found'],
    ['404-route', 'route-not-found'],
    ['422-gateway', 'unsupported-parameter'],
    ['429', 'rate-limited'],
    ['500', 'server-error'],
    ['502-html', 'server-error'],
    ['html-200', 'not-a-stream'],
    ['redirect', 'redirected'],
    ['cut', 'truncated'],
    ['cut-clean', 'truncated'],
    ['no-finish', 'truncated'],
    ['error-event', 'server-error'],
    ['bad-json', 'malformed'],
  ])('%s becomes %s', async (name, code) => {
    const { error } = await readAll(streamChat(foundry(), { model: own(name), messages: ASK }))
    expect(error).toMatchObject({ name: 'ChatError', code })
  })

  test.each(['drip', 'crlf', 'no-content-type', 'trailing', 'big', 'json-200', '401-once'])('%s is a whole answer', async (name) => {
    expect(await streamChat(foundry(), { model: own(name), messages: ASK }).result).toMatchObject({ finishReason: 'stop' })
  })

  test('a wait is read from the words where the headers are hidden, as in a page of another origin', async () => {
    const error = await rejection(streamChat(foundry(), { model: own('429'), messages: ASK }).result)
    expect(error).toMatchObject({ code: 'rate-limited', retryAfterMs: 2000 })
    const hidden = typeof document !== 'undefined'
    expect((error as { requestId?: string }).requestId === undefined).toBe(hidden)
  })

  test('a redirect leads nowhere, with or without a token', async () => {
    const connection = foundry({ endpoint: `${url}/test/redirect`, kind: 'v1' })
    expect(await rejection(streamChat(connection, { model: 'x', messages: ASK }).result)).toMatchObject({ code: 'redirected' })
    expect(await ask<number>('elsewhere')).toBe(0)
  })

  test('a port where nobody listens is a network error, and CORS a possible cause in a page alone', async () => {
    const page = typeof document !== 'undefined'
    const error = await rejection(streamChat(foundry({ endpoint: 'http://127.0.0.1:9' }), { model: 'x', messages: ASK }).result)
    expect(error).toMatchObject({ code: 'network', possibleCauses: page ? ['unreachable', 'cors'] : ['unreachable'] })
  })

  test('break closes the connection', async () => {
    const model = own('endless')
    for await (const event of streamChat(foundry(), { model, messages: ASK })) if (event.type === 'text') break
    await untilCancelled(model)
  })

  test('an abort mid-stream closes the connection', async () => {
    const model = own('endless')
    const controller = new AbortController()
    let seen = 0
    const reading = (async () => {
      for await (const _ of streamChat(foundry(), { model, messages: ASK }, { signal: controller.signal })) if (++seen === 20) controller.abort()
    })()
    expect(await rejection(reading)).toBe(controller.signal.reason)
    await untilCancelled(model)
  })

  test.each([
    ['stall', { idleMs: 150 }, 'idle-timeout'],
    // Firefox 153 gives no response before the first byte of its body.
    ['silent', { firstEventMs: 150, connectMs: 1500 }, /Firefox/.test(globalThis.navigator?.userAgent) ? 'connect-timeout' : 'first-event-timeout'],
    // Counts the request for a token, too.
    ['hang', { connectMs: 1500 }, 'connect-timeout'],
  ] as const)('%s ends in its limit and closes the connection', async (name, timeouts, code) => {
    const model = own(name)
    expect(await rejection(streamChat(foundry({ timeouts }), { model, messages: ASK }).result)).toMatchObject({ code })
    await untilCancelled(model)
  })

  test('an abort in silence closes the connection', async () => {
    const model = own('stall')
    const controller = new AbortController()
    const stream = streamChat(foundry(), { model, messages: ASK }, { signal: controller.signal })
    for await (const event of stream) {
      if (event.type !== 'text') continue
      setTimeout(() => controller.abort(), 30)
      break
    }
    await untilCancelled(model)
  })

  test('a retry is made over a new connection', async () => {
    const stream = streamChat(foundry({ retries: 2 }), { model: own('429-once'), messages: ASK })
    expect(await stream.result).toMatchObject({ finishReason: 'stop' })
    expect((await stream.response).attempts).toBe(2)
  })
})
