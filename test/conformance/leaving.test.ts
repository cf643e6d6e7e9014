// Every way to leave a stream, and that it closes the connection.
import { describe, expect, test } from 'vitest'
import { chat, streamChat } from '../../src/index.ts'
import type { ChatEvent, Fetch } from '../../src/index.ts'
import { ASK, ENTRIES, foundryWith, readAll, rejection, sleep, until } from './foundry.ts'
import { listenersOf } from '../listeners.ts'

const ENDLESS = { model: 'gpt-5-mini~endless', messages: ASK }

describe.each(ENTRIES)('%s', (_, connect) => {
  test('an abort before sends nothing and asks for no token', async () => {
    const { connection, emulator, asked } = foundryWith(connect)
    const signal = AbortSignal.abort(new Error('mine'))
    const stream = streamChat(connection, ENDLESS, { signal })
    expect((await readAll(stream)).error).toBe(signal.reason)
    expect(await rejection(stream.result)).toMatchObject({ code: 'aborted', cause: signal.reason, partial: { text: '' } })
    expect(await rejection(chat(connection, ENDLESS, { signal }))).toBe(signal.reason)
    expect(emulator.calls).toHaveLength(0)
    expect(asked).toHaveLength(0)
  })

  test('an abort while the token is awaited sends nothing', async () => {
    const controller = new AbortController()
    let aborted = false
    const { connection, emulator } = foundryWith(connect, {
      token: ({ signal }) => {
        signal.addEventListener('abort', () => (aborted = true))
        setTimeout(() => controller.abort(), 10)
        return new Promise(() => {})
      },
    })
    expect((await readAll(streamChat(connection, ENDLESS, { signal: controller.signal }))).error).toBe(controller.signal.reason)
    expect(aborted).toBe(true)
    expect(emulator.calls).toHaveLength(0)
  })

  test('an abort while connecting aborts the request', async () => {
    const { connection, emulator } = foundryWith(connect)
    const controller = new AbortController()
    const reading = readAll(streamChat(connection, { model: 'gpt-5-mini~hang', messages: ASK }, { signal: controller.signal }))
    await until(() => emulator.calls.length === 1)
    controller.abort()
    const { error } = await reading
    expect(error).toBe(controller.signal.reason)
    expect((error as Error).name).toBe('AbortError')
    await until(() => emulator.calls[0]?.state === 'cancelled')
  })

  test('an abort while connecting ends also a fetch that does not know the signal', async () => {
    const controller = new AbortController()
    const { connection } = foundryWith(connect, { fetch: () => new Promise(() => {}) })
    setTimeout(() => controller.abort(), 10)
    expect((await readAll(streamChat(connection, ENDLESS, { signal: controller.signal }))).error).toBe(controller.signal.reason)
  })

  test('an abort in the loop gives nothing more, keeps what came and closes the connection', async () => {
    const { connection, emulator } = foundryWith(connect)
    const controller = new AbortController()
    const stream = streamChat(connection, ENDLESS, { signal: controller.signal })
    const seen: ChatEvent[] = []
    let error: unknown
    try {
      for await (const event of stream) {
        expect(controller.signal.aborted).toBe(false)
        if (seen.push(event) === 5) controller.abort('enough')
      }
    } catch (caught) {
      error = caught
    }
    expect(error).toBe('enough')
    expect(seen).toHaveLength(5)
    const text = seen.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('')
    expect(await rejection(stream.result)).toMatchObject({ code: 'aborted', cause: 'enough', partial: { text: expect.stringContaining(text) } })
    expect(stream.partial.text).toContain(text)
    await until(() => emulator.calls[0]?.state === 'cancelled')
  })

  test('an abort in the loop gives nothing more of a block that holds more', async () => {
    const chunk = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'x' } }] })}\n\n`
    const { connection } = foundryWith(connect, { fetch: async () => new Response(chunk.repeat(10)) })
    const controller = new AbortController()
    let seen = 0
    const reading = (async () => {
      for await (const _ of streamChat(connection, ENDLESS, { signal: controller.signal })) if (++seen === 3) controller.abort()
    })()
    expect(await rejection(reading)).toBe(controller.signal.reason)
    expect(seen).toBe(3)
  })

  test('an abort in silence ends the wait', async () => {
    const { connection, emulator } = foundryWith(connect)
    const controller = new AbortController()
    const stream = streamChat(connection, { model: 'gpt-5-mini~stall', messages: ASK }, { signal: controller.signal })
    const reading = readAll(stream)
    await until(() => stream.partial.text !== '')
    controller.abort()
    expect((await reading).error).toBe(controller.signal.reason)
    expect(await rejection(stream.result)).toMatchObject({ code: 'aborted', partial: { text: stream.partial.text } })
    await until(() => emulator.calls[0]?.state === 'cancelled')
  })

  test('break closes the connection and settles the result', async () => {
    const { connection, emulator } = foundryWith(connect)
    const stream = streamChat(connection, ENDLESS)
    for await (const event of stream) if (event.type === 'text') break
    await until(() => emulator.calls[0]?.state === 'cancelled')
    expect(await rejection(stream.result)).toMatchObject({ code: 'aborted', partial: { text: expect.stringMatching(/./) } })
  })

  test('a throw in the loop closes the connection and comes through', async () => {
    const { connection, emulator } = foundryWith(connect)
    const mine = new Error('mine')
    const stream = streamChat(connection, ENDLESS)
    const reading = (async () => {
      for await (const _ of stream) throw mine
    })()
    expect(await rejection(reading)).toBe(mine)
    await until(() => emulator.calls[0]?.state === 'cancelled')
  })

  test('return() in silence closes the connection at once, though a read is waiting', async () => {
    const { connection, emulator } = foundryWith(connect)
    const iterator = streamChat(connection, { model: 'gpt-5-mini~silent', messages: ASK })[Symbol.asyncIterator]()
    const waiting = iterator.next()
    await until(() => emulator.calls.length === 1)
    await sleep(10)
    await iterator.return?.()
    expect(await waiting).toEqual({ done: true, value: undefined })
    await until(() => emulator.calls[0]?.state === 'cancelled')
  })

  test('return() before the first read settles the result, and nothing is sent', async () => {
    const { emulator, connection } = foundryWith(connect)
    const stream = streamChat(connection, ENDLESS)
    await stream[Symbol.asyncIterator]().return?.()
    await expect(stream.result).rejects.toMatchObject({ code: 'aborted' })
    expect(emulator.calls).toHaveLength(0)
  })

  test('return() while connecting aborts the request', async () => {
    const { connection, emulator } = foundryWith(connect)
    const iterator = streamChat(connection, { model: 'gpt-5-mini~hang', messages: ASK })[Symbol.asyncIterator]()
    const waiting = iterator.next()
    await until(() => emulator.calls.length === 1)
    await iterator.return?.()
    expect((await waiting).done).toBe(true)
    await until(() => emulator.calls[0]?.state === 'cancelled')
  })

  test('a reader that pauses makes the sender pause', async () => {
    const { connection, emulator } = foundryWith(connect)
    const iterator = streamChat(connection, ENDLESS)[Symbol.asyncIterator]()
    for (let i = 0; i < 5; i++) await iterator.next()
    const sent = emulator.calls[0]?.eventsSent ?? 0
    await sleep(50)
    expect(emulator.calls[0]?.eventsSent).toBeLessThanOrEqual(sent + 1)
    // What is read and what is sent keep step: a queue of a few events in the platform's streams, no more.
    expect(sent).toBeLessThan(15)
    await iterator.return?.()
  })

  test('awaiting the result alone reads the stream', async () => {
    const { connection } = foundryWith(connect)
    expect(await streamChat(connection, { model: 'gpt-5-mini', messages: ASK }).result).toMatchObject({ finishReason: 'stop' })
  })

  test('a result that is looked at before the loop does not read it away', async () => {
    const { connection } = foundryWith(connect)
    const stream = streamChat(connection, { model: 'gpt-5-mini', messages: ASK })
    const result = stream.result.then(({ text }) => text)
    let text = ''
    for await (const words of stream.text) text += words
    expect(await result).toBe(text)
  })

  test('a stream is read once, and says so', async () => {
    const { connection } = foundryWith(connect)
    const stream = streamChat(connection, { model: 'gpt-5-mini', messages: ASK })
    await stream.result
    expect((await readAll(stream)).error).toMatchObject({ name: 'TypeError', message: expect.stringContaining('twice') })
  })

  test('a stream that nobody reads sends nothing', async () => {
    const { connection, emulator, asked } = foundryWith(connect)
    streamChat(connection, { model: 'gpt-5-mini', messages: ASK })
    await sleep(10)
    expect(emulator.calls).toHaveLength(0)
    expect(asked).toHaveLength(0)
  })

  test('response alone tells of the answer and leaves it to be read', async () => {
    const { connection } = foundryWith(connect)
    const stream = streamChat(connection, { model: 'gpt-5-mini', messages: ASK })
    expect(await stream.response).toMatchObject({ status: 200, attempts: 1, requestId: expect.stringMatching(/./), rateLimit: { remainingTokens: expect.any(Number) } })
    expect((await readAll(stream)).events.length).toBeGreaterThan(5)
  })

  test('a call leaves no listener on a signal that serves many', async () => {
    const { connection } = foundryWith(connect)
    const { signal } = new AbortController()
    const listeners = listenersOf(signal)
    for (let i = 0; i < 20; i++) {
      await streamChat(connection, { model: 'gpt-5-mini', messages: ASK }, { signal }).result
      await chat(connection, { model: 'gpt-5-mini', messages: ASK }, { signal })
      for await (const _ of streamChat(connection, ENDLESS, { signal })) break
      await rejection(streamChat(connection, { model: 'gpt-5-mini~404-route', messages: ASK }, { signal }).result)
    }
    expect([...listeners]).toEqual([])
  })

  test('bodies whose streams cannot be iterated are read', async () => {
    const iterator = Object.getOwnPropertyDescriptor(ReadableStream.prototype, Symbol.asyncIterator)
    if (iterator?.configurable) Reflect.deleteProperty(ReadableStream.prototype, Symbol.asyncIterator)
    try {
      const { connection } = foundryWith(connect)
      expect(await streamChat(connection, { model: 'gpt-5-mini', messages: ASK }).result).toMatchObject({ finishReason: 'stop' })
    } finally {
      if (iterator?.configurable) Object.defineProperty(ReadableStream.prototype, Symbol.asyncIterator, iterator)
    }
  })

  test('a visibility change sends nothing again', async () => {
    const { connection, emulator } = foundryWith(connect)
    for await (const event of streamChat(connection, { model: 'gpt-5-mini', messages: ASK })) {
      if (event.type === 'text') globalThis.dispatchEvent?.(new Event('visibilitychange'))
    }
    expect(emulator.calls).toHaveLength(1)
  })

  test('a body that breaks after the finish is a whole answer', async () => {
    const { emulator } = foundryWith(connect)
    const breaking: Fetch = async (url, init) => {
      const { body, headers } = await emulator.fetch(url, init)
      const whole = await new Response(body).text()
      const end = whole.indexOf('\n\n', whole.indexOf('"finish_reason":"stop"')) + 2
      const pieces = [whole.slice(0, end), undefined]
      const broken = new ReadableStream({
        pull(controller) {
          const piece = pieces.shift()
          if (piece === undefined) controller.error(new TypeError('network error'))
          else controller.enqueue(new TextEncoder().encode(piece))
        },
      })
      return new Response(broken, { headers })
    }
    const { connection } = foundryWith(connect, { fetch: breaking, token: () => emulator.token() })
    expect(await streamChat(connection, { model: 'gpt-5-mini', messages: ASK }).result).toMatchObject({ finishReason: 'stop' })
  })
})
