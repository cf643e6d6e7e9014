import { describe, expect, test, vi } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { ask, chunks, HOST, lastCall, textOf, V1 } from './asking.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('Emulator.fetch() streams', () => {
  test('send nothing that is not read: a paused reader pauses the sender', async () => {
    const emulator = createEmulator()
    const response = await ask(emulator, { model: 'gpt-4o-mini~endless', stream: true })
    await pause(20)
    expect(lastCall(emulator).eventsSent).toBe(0)
    const reader = response.body?.getReader()
    for (let read = 1; read <= 5; read += 1) {
      await reader?.read()
      await pause(5)
      expect(lastCall(emulator).eventsSent).toBe(read)
    }
    await reader?.cancel()
    expect(lastCall(emulator)).toMatchObject({ eventsSent: 5, state: 'cancelled' })
  })

  test('are complete with their last event, even where the reader cancels at [DONE]', async () => {
    const emulator = createEmulator()
    const reader = (await ask(emulator, { model: 'grok-4-1-fast', stream: true, max_tokens: 2 })).body?.getReader()
    for (let text = ''; !text.includes('[DONE]'); ) text = new TextDecoder().decode((await reader?.read())?.value)
    await reader?.cancel()
    expect(lastCall(emulator)).toMatchObject({ eventsSent: 4, state: 'complete' })
  })

  test('pause chunkDelayMs between events, and stop at once when cancelled', async () => {
    const emulator = createEmulator({ chunkDelayMs: 15 })
    const start = Date.now()
    await (await ask(emulator, { model: 'grok-4-1-fast', stream: true, max_tokens: 3 })).text()
    expect(Date.now() - start).toBeGreaterThanOrEqual(50)
    const slow = createEmulator({ chunkDelayMs: 600_000 })
    const reader = (await ask(slow, { model: 'gpt-4o-mini', stream: true })).body?.getReader()
    await reader?.read()
    const waiting = reader?.read()
    await reader?.cancel()
    expect(await waiting).toMatchObject({ done: true })
    expect(lastCall(slow)).toMatchObject({ eventsSent: 1, state: 'cancelled' })
  })

  test('leave no timer behind when cancelled or aborted', async () => {
    const stop = new AbortController()
    const emulator = createEmulator({ chunkDelayMs: 1000 })
    const [cancelled, aborted] = await Promise.all([undefined, stop.signal].map(async (signal) => {
      const response = await ask(emulator, { model: 'gpt-4o-mini', stream: true }, signal ? { signal } : {})
      return response.body?.getReader()
    }))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      for (const reader of [cancelled, aborted]) await reader?.read()
      const waiting = [cancelled, aborted].map((reader) => Promise.resolve(reader?.read()).catch(() => undefined))
      await Promise.resolve()
      expect(vi.getTimerCount()).toBe(2)
      await cancelled?.cancel()
      stop.abort()
      await Promise.all(waiting)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('fail with the reason of a signal that fires while they are read', async () => {
    const stop = new AbortController()
    const emulator = createEmulator()
    const reader = (await ask(emulator, { model: 'gpt-4o-mini~stall', stream: true }, { signal: stop.signal })).body?.getReader()
    for (let read = 0; read < 3; read += 1) await reader?.read()
    const waiting = reader?.read()
    const reason = new Error('the user left')
    stop.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    expect(lastCall(emulator).state).toBe('cancelled')
  })

  test('stay whole when the signal fires after their end', async () => {
    const stop = new AbortController()
    const emulator = createEmulator()
    expect(textOf(await chunks(await ask(emulator, { model: 'gpt-4o-mini', stream: true }, { signal: stop.signal })))).not.toBe('')
    stop.abort()
    expect(lastCall(emulator).state).toBe('complete')
  })
})

describe('Emulator.fetch()', () => {
  test('is a fetch: takes a Request, a URL or a string, and needs no this', async () => {
    const emulator = createEmulator()
    const { fetch } = emulator
    const init = { method: 'POST', body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] }), headers: { authorization: `Bearer ${(await emulator.token()).token}` } }
    for (const input of [HOST + V1, new URL(HOST + V1)]) expect((await fetch(input, init)).status).toBe(200)
    expect((await fetch(new Request(HOST + V1, init))).status).toBe(200)
    expect((await fetch(new Request(HOST + V1), init)).status).toBe(200)
  })

  test('rejects with the reason of a signal that had fired, in init or request', async () => {
    const emulator = createEmulator()
    const reason = new Error('too late')
    await expect(emulator.fetch(HOST + V1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await expect(emulator.fetch(new Request(HOST + V1, { signal: AbortSignal.abort() }))).rejects.toMatchObject({ name: 'AbortError' })
    expect(emulator.calls.map(({ state, status }) => [state, status])).toEqual([['cancelled', 0], ['cancelled', 0]])
  })

  test('does not follow the redirect, and gives it to a caller that handles it', async () => {
    const emulator = createEmulator()
    const { token } = await emulator.token()
    const init = { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: '{"model":"gpt-4o-mini~redirect"}' }
    expect((await emulator.fetch(HOST + V1, { ...init, redirect: 'manual' })).headers.get('location')).toBe('https://login.example/')
    // Workers know no such mode and reject it themselves; either way it is a TypeError.
    await expect(emulator.fetch(HOST + V1, { ...init, redirect: 'error' })).rejects.toThrow(TypeError)
  })

  test('refuses a chunkDelayMs that is no delay', () => {
    expect(() => createEmulator({ chunkDelayMs: -1 })).toThrow(new RangeError('Cannot create an emulator as chunkDelayMs must be a number from 0: current value is -1'))
  })
})
