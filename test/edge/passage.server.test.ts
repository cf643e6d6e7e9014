// Bytes on their way through: untouched, at the reader's pace, and never a clean end where there is none.
import { describe, expect, test } from 'vitest'
import { passThrough } from '../../src/edge/passage.ts'
import type { PassageEnd, PassageOptions } from '../../src/edge/passage.ts'
import { createDecoder } from '../../src/sse/index.ts'
import { rejection, sleep, until } from '../conformance/foundry.ts'

const utf8 = new TextEncoder()
const EVENTS = ['data: {"choices":[{"index":0,"delta":{"content":"Grüße, "}}]}', 'data: {"choices":[{"index":0,"delta":{"content":"世界 🌍"}}]}', 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}', 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}', 'data: [DONE]']
const wire = (end: string) => utf8.encode(EVENTS.map((event) => event + end + end).join(''))

interface Passed {
  readonly stream: ReadableStream<Uint8Array>
  readonly upstream: AbortController
  readonly ends: PassageEnd[]
  readonly source: { pulled: number; cancelled: boolean }
}

/** A passage over pieces; an `Error` breaks the body, `null` makes it silent. */
function pass(pieces: readonly (Uint8Array | Error | null)[], options: Partial<PassageOptions> = {}): Passed {
  const source = { pulled: 0, cancelled: false }
  const upstream = new AbortController()
  const ends: PassageEnd[] = []
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = pieces[source.pulled++]
        if (piece === undefined) controller.close()
        else if (piece === null) await new Promise(() => {})
        else if (piece instanceof Error) controller.error(piece)
        else controller.enqueue(piece.slice())
      },
      cancel() {
        source.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  const stream = passThrough(body, { dialect: 'chat', choices: 1, idleMs: 60_000, keepAliveMs: Infinity, unreadMs: 60_000, upstream, onFirstByte: () => {}, onEnd: (end) => ends.push(end), ...options })
  return { stream, upstream, ends, source }
}

const textOf = async (stream: ReadableStream<Uint8Array>) => new TextDecoder().decode(await new Response(stream).arrayBuffer())
const cutAt = (bytes: Uint8Array, at: number) => [bytes.slice(0, at), bytes.slice(at)].filter(({ length }) => length > 0)

describe('passThrough()', () => {
  test.each([['LF', '\n'], ['CRLF', '\r\n'], ['CR', '\r']])('passes the same bytes wherever they are cut, with %s', async (_, end) => {
    const bytes = wire(end)
    for (let at = 0; at <= bytes.length; at++) {
      const { stream, ends } = pass(cutAt(bytes, at))
      expect(new Uint8Array(await new Response(stream).arrayBuffer()), `cut at ${at}`).toEqual(bytes)
      expect(ends.map(({ ending }) => ending)).toEqual(['complete'])
      expect(ends[0]?.tail.usage()).toEqual({ prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 })
      expect(ends[0]?.bytes).toBe(bytes.length)
    }
  })

  test('passes the same bytes one at a time', async () => {
    const bytes = wire('\n')
    const { stream } = pass([...bytes].map((byte) => Uint8Array.of(byte)))
    expect(new Uint8Array(await new Response(stream).arrayBuffer())).toEqual(bytes)
  })

  test.each([['broken', new TypeError('terminated')], ['ended', undefined]] as const)('makes an error of an upstream that has %s after any byte, behind every whole event and no piece of one', async (_, end) => {
    const bytes = wire('\n')
    const finishing = new TextDecoder().decode(bytes)
    const finished = finishing.indexOf('\n\n', finishing.indexOf('"finish_reason":"')) + 2
    for (let at = 0; at <= bytes.length; at++) {
      const whole = at >= utf8.encode(new TextDecoder().decode(bytes).slice(0, finished)).length
      const { stream, ends } = pass([bytes.slice(0, at), ...(end ? [end] : [])].filter((piece) => piece instanceof Error || piece.length > 0))
      const decoder = createDecoder()
      const messages = decoder.push(utf8.encode(await textOf(stream)))
      const last = messages.at(-1)?.data ?? ''
      if (whole) expect(ends[0]?.ending, `after ${at}`).toBe('complete')
      else {
        expect(ends[0]?.ending, `after ${at}`).toBe('cut')
        expect(JSON.parse(last), `after ${at}`).toEqual({ error: { code: 'upstream_closed', type: 'server_error', param: null, message: expect.stringContaining('before the answer was complete') } })
      }
      // What came whole is there, and what did not is not.
      const given = createDecoder().push(bytes.slice(0, at)).map(({ data }) => data)
      expect(messages.map(({ data }) => data).slice(0, given.length), `after ${at}`).toEqual(given)
      expect(messages.length - given.length, `after ${at}`).toBe(whole ? 0 : 1)
      expect(decoder.rest() === '' || whole, `after ${at}`).toBe(true)
    }
  })

  test('names the error event where the dialect does', async () => {
    const { stream } = pass([utf8.encode('event: response.created\ndata: {"type":"response.created"}\n\n')], { dialect: 'responses' })
    expect(await textOf(stream)).toMatch(/\n\nevent: error\ndata: \{"type":"error","error":\{.*"code":"upstream_closed"\}\}\n\n$/)
  })

  test.each(['response.completed', 'response.incomplete', 'response.failed'])('takes %s for an end', async (type) => {
    const text = `event: ${type}\ndata: {"type":"${type}","response":{"usage":{"input_tokens":2,"output_tokens":5,"total_tokens":7}}}\n\n`
    const { stream, ends } = pass([utf8.encode(text)], { dialect: 'responses' })
    expect(await textOf(stream)).toBe(text)
    expect(ends[0]?.tail.usage()).toMatchObject({ prompt_tokens: 2, completion_tokens: 5, total_tokens: 7 })
  })

  test('is not fooled by what a model says', async () => {
    const said = JSON.stringify('data: [DONE]\n\n"finish_reason":"stop" "usage":{"total_tokens":0,"prompt_tokens":0,"completion_tokens":0} event: response.completed')
    const { stream, ends } = pass([utf8.encode(`data: {"choices":[{"index":0,"delta":{"content":${said}},"finish_reason":null}],"usage":null}\n\n`)])
    expect(await textOf(stream)).toContain('upstream_closed')
    expect(ends[0]?.ending).toBe('cut')
    expect(ends[0]?.tail.usage()).toBeUndefined()
  })

  test.each(['{"prompt_tokens":1,"completion_tokens":1,"total_tokens":1e400}', '{"prompt_tokens":-5,"completion_tokens":1,"total_tokens":-4}', '{"prompt_tokens":"1","completion_tokens":1,"total_tokens":2}', '{"total_tokens":2}'])('takes usage of %s for none', async (usage) => {
    const { stream, ends } = pass([utf8.encode(`data: {"choices":[],"usage":${usage}}\n\ndata: [DONE]\n\n`)])
    await textOf(stream)
    expect(ends[0]?.tail.usage()).toBeUndefined()
  })

  test('takes an answer of many choices for whole when all have their finish', async () => {
    const finish = (index: number) => `data: {"choices":[{"index":${index},"delta":{},"finish_reason":"stop"}]}\n\n`
    expect(await textOf(pass([utf8.encode(finish(0))], { choices: 2 }).stream)).toContain('upstream_closed')
    expect(await textOf(pass([utf8.encode(finish(0) + finish(0))], { choices: 2 }).stream)).toContain('upstream_closed')
    expect(await textOf(pass([utf8.encode(finish(1) + finish(0))], { choices: 2 }).stream)).not.toContain('upstream_closed')
    expect(await textOf(pass([utf8.encode('data: {"choices":[{"index":0,"delta":{},"finish_reason":""}]}\n\n')]).stream)).toContain('upstream_closed')
  })

  test('takes a response for whole that repeats a long request, and reads what it used', async () => {
    const long = JSON.stringify('Be brief. '.repeat(12_000))
    for (const instructions of ['"x"', JSON.stringify('Be brief. '.repeat(2000)), long]) {
      const text = `event: response.completed\ndata: {"type":"response.completed","response":{"instructions":${instructions},"tools":[],"usage":{"input_tokens":2,"output_tokens":5,"total_tokens":7},"user":null}}\n\n`
      for (const pieces of [[text], text.match(/[^]{1,1000}/g) ?? []]) {
        const { stream, ends } = pass(pieces.map((piece) => utf8.encode(piece)), { dialect: 'responses' })
        expect(await textOf(stream)).toBe(text)
        expect(ends[0]?.ending).toBe('complete')
        expect(ends[0]?.tail.usage()?.total_tokens).toBe(7)
      }
    }
  })

  test('takes nothing that a request has written into its tools for the end or for usage', async () => {
    const tools = '[{"type":"function","parameters":{"default":{"type":"response.completed","usage":{"input_tokens":0,"output_tokens":0,"total_tokens":0}}}}]'
    const created = `event: response.created\ndata: {"type":"response.created","response":{"tools":${tools},"usage":null}}\n\n`
    const cut = pass([utf8.encode(created)], { dialect: 'responses' })
    expect(await textOf(cut.stream)).toContain('upstream_closed')
    expect(cut.ends[0]?.tail.usage()).toBeUndefined()
    const completed = `event: response.completed\ndata: {"type":"response.completed","response":{"tools":${tools},"usage":{"input_tokens":2,"output_tokens":5,"total_tokens":7},"metadata":{}}}\n\n`
    const whole = pass([utf8.encode(created + completed)], { dialect: 'responses' })
    await textOf(whole.stream)
    expect(whole.ends[0]?.tail.usage()?.total_tokens).toBe(7)
  })

  test.each([['chat', `${EVENTS[0]}\n\ndata: {"choices":[{"index":0,"delta":{},"finish_reason":"sto`], ['responses', 'event: response.completed\ndata: {"type":"response.completed","response":{"outp']] as const)('takes an end of %s that is cut itself for none', async (dialect, text) => {
    const { stream, ends } = pass([utf8.encode(text)], { dialect })
    const passed = await textOf(stream)
    expect(passed).toContain('upstream_closed')
    expect(passed).not.toMatch(/finish_reason|outp/)
    expect(ends[0]?.ending).toBe('cut')
  })

  test('puts an error behind a piece of an event that went on so that clients see it', async () => {
    const { stream } = pass([utf8.encode(`data: ${'x'.repeat(70_000)}`)])
    const messages = createDecoder().push(utf8.encode(await textOf(stream)))
    expect(JSON.parse(messages.at(-1)?.data ?? '')).toMatchObject({ error: { code: 'upstream_closed' } })
  })

  test.each([['nothing', []], ['a list that is cut', ['[']], ['half an object', ['{"a":{"b":1}']]] as const)('takes %s for no JSON answer, though it ends or falls silent', async (_, pieces) => {
    const bytes = pieces.map((piece) => utf8.encode(piece))
    for (const silent of [false, true]) {
      if (!silent && pieces[0] === '[') continue
      if (!silent && pieces[0]?.endsWith('}')) continue
      const { stream, ends } = pass([...bytes, ...(silent ? [null] : [])], { dialect: undefined, idleMs: 20 })
      expect(await rejection(textOf(stream))).toBeInstanceOf(Error)
      expect(ends[0]?.ending).toBe(silent ? 'silent' : 'cut')
    }
  })

  test('says nothing in the middle of JSON that comes under the type of events', async () => {
    const { stream } = pass([utf8.encode('{"choices":['), null], { keepAliveMs: 10, idleMs: 100 })
    const reader = stream.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('{"choices":[')
    expect(await rejection(reader.read())).toBeInstanceOf(Error)
  })

  test('takes an answer of one long chunk with its finish for whole', async () => {
    const text = `data: {"choices":[{"index":0,"delta":{"content":"${'x'.repeat(30_000)}"},"finish_reason":"stop"}]}\n\n`
    expect(await textOf(pass([utf8.encode(text)]).stream)).toBe(text)
  })

  test('takes the last usage that was told for the truth', async () => {
    const usage = (total: number) => `data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":${total - 1},"total_tokens":${total}}}\n\n`
    const { stream, ends } = pass([utf8.encode(`${usage(2)}${usage(9)}data: [DONE]\n\n`)])
    await textOf(stream)
    expect(ends[0]?.tail.usage()?.total_tokens).toBe(9)
  })

  test('passes what stands behind the last whole event of an answer that is complete', async () => {
    const text = `${EVENTS[2]}\n\ndata: [DONE]`
    const { stream, ends } = pass([utf8.encode(text)])
    expect(await textOf(stream)).toBe(text)
    expect(ends[0]?.ending).toBe('complete')
  })

  test('makes an error of a body without a byte', async () => {
    expect(await textOf(pass([]).stream)).toContain('upstream_closed')
    expect(await textOf(pass([utf8.encode('\n\n')]).stream)).toContain('upstream_closed')
  })

  test('makes an error of an upstream that falls silent, and closes its connection', async () => {
    const { stream, ends, upstream, source } = pass([utf8.encode(`${EVENTS[0]}\n\n`), null], { idleMs: 20 })
    expect(await textOf(stream)).toMatch(/\n\ndata: \{"error":\{.*"code":"upstream_timeout"\}\}\n\n$/)
    expect(ends.map(({ ending }) => ending)).toEqual(['silent'])
    expect(upstream.signal.aborted).toBe(true)
    expect(source.cancelled).toBe(true)
  })

  test('says something now and then while the upstream thinks, between two events alone', async () => {
    const { stream } = pass([utf8.encode(`${EVENTS[0]}\n\n${EVENTS[1]}`), null], { idleMs: 150, keepAliveMs: 20 })
    const text = await textOf(stream)
    expect(text).toMatch(/^data: [^\n]+\n\n(: keep-alive\n\n){2,}data: \{"error":[^\n]+\n\n$/)
    expect(createDecoder().push(utf8.encode(text))).toHaveLength(2)
  })

  test('says nothing in the middle of an event that is too long to hold', async () => {
    const { stream } = pass([utf8.encode(`data: ${'x'.repeat(70_000)}`), null], { idleMs: 100, keepAliveMs: 20 })
    expect(await textOf(stream)).not.toContain('keep-alive')
  })

  test('does not take a reader that pauses for an upstream that is silent', async () => {
    const { stream, ends } = pass(EVENTS.map((event) => utf8.encode(`${event}\n\n`)), { idleMs: 20 })
    const reader = stream.getReader()
    await reader.read()
    await sleep(80)
    for (let part = await reader.read(); !part.done; part = await reader.read());
    expect(ends.map(({ ending }) => ending)).toEqual(['complete'])
  })

  test('passes a JSON answer, and breaks where it is broken or cut', async () => {
    const json = utf8.encode('{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}')
    const good = pass([json], { dialect: undefined })
    expect(await textOf(good.stream)).toBe(new TextDecoder().decode(json))
    expect(good.ends[0]?.tail.usage()?.total_tokens).toBe(2)
    for (const pieces of [[json.slice(0, -5)], [json, new TypeError('terminated')], [json.slice(0, 20), new TypeError('terminated')]]) {
      const { stream, ends } = pass(pieces, { dialect: undefined })
      expect(await rejection(textOf(stream))).toBeInstanceOf(Error)
      expect(ends.map(({ ending }) => ending)).toEqual(['cut'])
    }
  })

  test('passes a JSON answer and a page to a reader who asked for events, without an event behind', async () => {
    for (const text of ['{"error":{"message":"no"}}', '<html>Sign in</html>']) expect(await textOf(pass([utf8.encode(text)]).stream)).toBe(text)
  })

  test('passes each event as soon as it is whole', async () => {
    const { stream } = pass([utf8.encode(`${EVENTS[0]}\n`), utf8.encode(`\n${EVENTS[1]}\n\n`), null])
    const reader = stream.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(`${EVENTS[0]}\n\n${EVENTS[1]}\n\n`)
    await reader.cancel()
  })

  test('reads nothing ahead of its reader', async () => {
    const { stream, source } = pass(Array.from({ length: 50 }, () => utf8.encode(`${EVENTS[0]}\n\n`)))
    const reader = stream.getReader()
    await sleep(5)
    expect(source.pulled).toBe(0)
    for (let i = 1; i <= 5; i++) {
      await reader.read()
      expect(source.pulled).toBe(i)
    }
    await reader.cancel()
  })

  test('closes the upstream at once where its reader leaves, also in silence', async () => {
    const silent = pass([null])
    const reader = silent.stream.getReader()
    const waiting = reader.read()
    await sleep(1)
    await reader.cancel(new Error('left'))
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect([silent.upstream.signal.aborted, silent.source.cancelled, silent.ends.map(({ ending }) => ending)]).toEqual([true, true, ['cancelled']])
  })

  test('ends where the request is aborted and nobody reads', async () => {
    const { upstream, ends, source, stream } = pass([utf8.encode(`${EVENTS[0]}\n\n`), null])
    upstream.abort(new Error('left'))
    await until(() => source.cancelled)
    expect(ends.map(({ ending }) => ending)).toEqual(['cancelled'])
    expect(await rejection(textOf(stream))).toMatchObject({ message: 'left' })
  })

  test('breaks off where nobody reads for too long', async () => {
    const { stream, ends, upstream } = pass(EVENTS.map((event) => utf8.encode(`${event}\n\n`)), { unreadMs: 30 })
    const reader = stream.getReader()
    await reader.read()
    await until(() => ends.length > 0)
    expect([ends[0]?.ending, upstream.signal.aborted]).toEqual(['cancelled', true])
    expect(await rejection(reader.read())).toMatchObject({ name: 'TimeoutError' })
  })

  test('takes a reader that leaves at the last word for one who has it all', async () => {
    const { stream, ends } = pass([wire('\n'), null])
    const reader = stream.getReader()
    await reader.read()
    await reader.cancel()
    expect(ends.map(({ ending }) => ending)).toEqual(['complete'])
  })

  test('lets an event go on that is longer than it is willing to hold, in linear time', async () => {
    const piece = new Uint8Array(1024).fill(97)
    const pieces = [utf8.encode('data: {"choices":[{"index":0,"delta":{"content":"'), ...Array.from({ length: 10_240 }, () => piece), utf8.encode('"},"finish_reason":"stop"}]}\n\n')]
    const { stream, ends } = pass(pieces)
    let size = 0
    let largest = 0
    const reader = stream.getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.length
      largest = Math.max(largest, part.value.length)
    }
    expect(size).toBe(pieces.reduce((sum, { length }) => sum + length, 0))
    expect(largest).toBeLessThan(70_000)
    expect(ends[0]?.ending).toBe('complete')
  })

  test('leaves no timer and no listener behind', async () => {
    const { stream, ends } = pass([wire('\n')], { idleMs: 30 })
    await textOf(stream)
    await sleep(60)
    expect(ends).toHaveLength(1)
  })
})
