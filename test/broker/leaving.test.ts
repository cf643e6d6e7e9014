// What a broker's call leaves behind: no listener, no open connection.
import { expect, test } from 'vitest'
import { brokerTokens } from '../../src/broker.ts'
import { listenersOf } from '../listeners.ts'

const ASK = { scopes: ['scope'], forceRefresh: false }
const good = () => Response.json({ token: 'token', expiresOn: Date.now() + 3600_000 })

test('brokerTokens() leaves no listener on a signal that serves many calls', async () => {
  const { signal } = new AbortController()
  const listeners = listenersOf(signal)
  let down = false
  const provider = brokerTokens('https://app.example/token', { fetch: async () => (down ? new Response('', { status: 500 }) : good()) })
  await provider({ ...ASK, signal })
  down = true
  await expect(Promise.resolve(provider({ ...ASK, signal }))).rejects.toMatchObject({ code: 'token' })
  expect([...listeners]).toEqual([])
})

test('brokerTokens() ends the request of an answer that it does not read to its end', async () => {
  const signals: (AbortSignal | null | undefined)[] = []
  const endless = () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(4096).fill(32)) }))
  const provider = brokerTokens('https://app.example/token', { fetch: async (_, init) => (signals.push(init?.signal), endless()) })
  await expect(Promise.resolve(provider({ ...ASK, signal: new AbortController().signal }))).rejects.toMatchObject({ code: 'token' })
  expect(signals.map((signal) => signal?.aborted)).toEqual([true])
})
