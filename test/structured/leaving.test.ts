// Every way to leave a structured stream, and that it closes the connection.
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { streamAs } from '../../src/structured/index.ts'
import { ASK, foundry, readAll, rejection, sleep, until } from '../conformance/foundry.ts'
import { listenersOf } from '../listeners.ts'
import { rig } from './rig.ts'

const LIST = toStandardJsonSchema(v.object({ list: v.array(v.string()) }))
/** Too long to be sent at once. */
const LONG = { reply: JSON.stringify({ list: Array.from({ length: 5000 }, (_, at) => `item ${at}`) }) }
const asking = (fault = '') => ({ model: `model${fault}`, messages: ASK })

describe('streamAs()', () => {
  test('a stream that nobody reads sends nothing', async () => {
    const { connection, bodies } = rig(LONG)
    streamAs(connection, asking(), LIST)
    await sleep(10)
    expect(bodies).toEqual([])
  })

  test('break closes the connection and settles the result', async () => {
    const { connection, emulator } = rig(LONG)
    const stream = streamAs(connection, asking(), LIST)
    for await (const { list } of stream) if (list?.[3]) break
    await until(() => emulator.calls[0]?.state === 'cancelled')
    expect(await rejection(stream.result)).toMatchObject({ code: 'aborted', partial: { text: expect.stringContaining('item 2') } })
    expect(stream.partial.text).toContain('item 2')
  })

  test('a throw in the loop closes the connection and comes through', async () => {
    const { connection, emulator } = rig(LONG)
    const mine = new Error('mine')
    const reading = (async () => {
      for await (const _ of streamAs(connection, asking(), LIST)) throw mine
    })()
    expect(await rejection(reading)).toBe(mine)
    await until(() => emulator.calls[0]?.state === 'cancelled')
  })

  test('an abort in the loop throws the reason, gives nothing more and closes the connection', async () => {
    const { connection, emulator } = rig(LONG)
    const controller = new AbortController()
    const stream = streamAs(connection, asking(), LIST, { signal: controller.signal })
    const reading = (async () => {
      for await (const { list } of stream) {
        expect(controller.signal.aborted).toBe(false)
        if (list?.[3]) controller.abort('enough')
      }
    })()
    expect(await rejection(reading)).toBe('enough')
    expect(await rejection(stream.result)).toMatchObject({ code: 'aborted', cause: 'enough', partial: { text: expect.stringContaining('item 2') } })
    await until(() => emulator.calls[0]?.state === 'cancelled')
  })

  test.each(['~silent', '~hang'])('return() closes the connection of %s at once, though a read is waiting', async (fault) => {
    const { connection, emulator } = rig(LONG)
    const stream = streamAs(connection, asking(fault), LIST)
    const iterator = stream[Symbol.asyncIterator]()
    const waiting = iterator.next()
    await until(() => emulator.calls.length === 1)
    await sleep(10)
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined })
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    await until(() => emulator.calls[0]?.state === 'cancelled')
    expect(await rejection(stream.result)).toMatchObject({ code: 'aborted' })
  })

  test('a stream that is over says so, however often it is asked', async () => {
    const iterator = streamAs(rig({}).connection, asking(), LIST)[Symbol.asyncIterator]()
    while (!(await iterator.next()).done);
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  test('a reader that pauses makes the sender pause', async () => {
    const { connection, emulator } = rig(LONG)
    const iterator = streamAs(connection, asking(), LIST)[Symbol.asyncIterator]()
    for (let at = 0; at < 5; at++) await iterator.next()
    const sent = emulator.calls[0]?.eventsSent ?? 0
    await sleep(50)
    expect(emulator.calls[0]?.eventsSent).toBeLessThanOrEqual(sent + 1)
    await iterator.return?.()
  })

  test('awaiting the result alone reads the stream', async () => {
    const { connection, bodies } = rig({})
    const stream = streamAs(connection, asking(), LIST)
    const [first, again] = await Promise.all([stream.result, stream.result])
    expect(first.value).toEqual({ list: ['example list'] })
    expect(again).toBe(first)
    expect(bodies).toHaveLength(1)
  })

  test('awaiting the result alone falls back, too, and so does a loop beside it', async () => {
    const { connection, bodies } = rig({ structured: false, reply: '{"list": []}' })
    expect((await streamAs(connection, asking(), LIST, { fallback: 'json_object' }).result).value).toEqual({ list: [] })
    const stream = streamAs(connection, asking(), LIST, { fallback: 'json_object' })
    const { result, response } = stream
    expect((await readAll(stream)).error).toBe(undefined)
    expect((await result).value).toEqual({ list: [] })
    expect((await response).status).toBe(200)
    expect(bodies).toHaveLength(4)
  })

  test('a result that is looked at before the loop does not read it away', async () => {
    const stream = streamAs(rig({}).connection, asking(), LIST)
    const { result } = stream
    const { events } = await readAll(stream)
    expect(events.at(-1)).toEqual((await result).value)
  })

  test('a stream is read once, and says so', async () => {
    const stream = streamAs(rig({}).connection, asking(), LIST)
    await stream.result
    expect((await readAll({ [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator]() })).error).toMatchObject({ name: 'TypeError', message: expect.stringContaining('twice') })
  })

  test('response alone tells of the answer and leaves it to be read', async () => {
    const stream = streamAs(rig({}).connection, asking(), LIST)
    expect(await stream.response).toMatchObject({ status: 200, attempts: 1 })
    expect((await readAll(stream)).events).not.toEqual([])
  })

  test('a failure that only the loop looks at is handled', async () => {
    // An unhandled rejection would fail the run.
    for (const fault of ['~404-route', '~cut', '~error-event']) expect((await readAll(streamAs(rig({}).connection, asking(fault), LIST))).error).toHaveProperty('code')
    expect((await readAll(streamAs(rig({ reply: 'no JSON' }).connection, asking(), LIST))).error).toHaveProperty('code')
    for await (const _ of streamAs(rig(LONG).connection, asking(), LIST)) break
    const unread = streamAs(rig({}).connection, asking('~404-route'), LIST)
    void unread.response
    void streamAs(rig({ reply: 'no JSON' }).connection, asking(), LIST).result
    await sleep(50)
  })

  test('a call leaves no listener on a signal that serves many', async () => {
    const { connection } = foundry({}, { deployments: { model: { model: 'm', dialect: 'azure-openai', ...LONG }, poor: { model: 'm', dialect: 'azure-openai', structured: false, reply: '{"list": []}' } } })
    const { signal } = new AbortController()
    const listeners = listenersOf(signal)
    for (let at = 0; at < 5; at++) {
      await streamAs(connection, asking(), LIST, { signal }).result
      await streamAs(connection, { ...asking(), model: 'poor' }, LIST, { signal, fallback: 'json_object' }).result
      for await (const _ of streamAs(connection, asking(), LIST, { signal })) break
      await rejection(streamAs(connection, asking('~404-route'), LIST, { signal }).result)
    }
    expect([...listeners]).toEqual([])
  })
})
