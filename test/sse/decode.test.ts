import { describe, expect, test } from 'vitest'
import { isChatError } from '../../src/errors.ts'
import { createDecoder, decode, encode } from '../../src/sse/index.ts'
import type { SseMessage } from '../../src/sse/index.ts'
import { bytesOf, cuts, streamOf } from '../cut.ts'

function decodeAll(pieces: readonly Uint8Array[]): SseMessage[] {
  const decoder = createDecoder()
  return pieces.flatMap((piece) => decoder.push(piece))
}

const LINES = ['\uFEFFid: 7', 'event: note', 'data: grüße 😀', 'data', 'data:no space', ': comment', 'retry: 10', '', 'data: second', 'ignored: x', '', 'data: lost']
const EXPECTED: SseMessage[] = [
  { data: 'grüße 😀\n\nno space', event: 'note', id: '7' },
  { data: 'second', event: 'message', id: '7' },
]

describe('createDecoder()', () => {
  for (const [name, end] of [['LF', '\n'], ['CR', '\r'], ['CRLF', '\r\n']] as const) {
    test(`yields the same messages wherever the bytes are cut, line ends ${name}`, () => {
      const wire = bytesOf(LINES.join(end))
      for (let cut = 0; cut <= wire.length; cut++) {
        expect(decodeAll([wire.subarray(0, cut), wire.subarray(cut)]), `cut at ${cut}`).toEqual(EXPECTED)
      }
      for (const [how, pieces] of cuts(wire)) expect(decodeAll(pieces), how).toEqual(EXPECTED)
    })
  }

  test('takes line ends of all three kinds in one stream', () => {
    const wire = bytesOf('data: a\rdata: b\r\ndata: c\n\r\ndata: d\r\rdata: e\n\n')
    for (let cut = 0; cut <= wire.length; cut++) {
      expect(decodeAll([wire.subarray(0, cut), wire.subarray(cut)]).map(({ data }) => data), `cut at ${cut}`).toEqual(['a\nb\nc', 'd', 'e'])
    }
  })

  test('dispatches an event that ends in a bare CR without waiting for the next byte', () => {
    const decoder = createDecoder()
    expect(decoder.push(bytesOf('data: now\r\r'))).toEqual([{ data: 'now', event: 'message', id: '' }])
    expect(decoder.push(bytesOf('\ndata: then\n\n'))).toEqual([{ data: 'then', event: 'message', id: '' }])
  })

  test('removes a BOM at the start alone', () => {
    expect(decodeAll([bytesOf('\uFEFFdata: a\n\n\uFEFFdata: b\n\ndata: \uFEFFc\n\n')]).map(({ data }) => data)).toEqual(['a', '\uFEFFc'])
    expect(decodeAll([bytesOf('\uFEFF\uFEFFdata: a\n\n')])).toEqual([])
  })

  test('keeps its own copy of a piece that the sender overwrites', () => {
    const decoder = createDecoder()
    const buffer = bytesOf('data: kept')
    decoder.push(buffer)
    buffer.fill(120)
    expect(decoder.push(bytesOf('\n\n'))).toEqual([{ data: 'kept', event: 'message', id: '' }])
  })

  test('reports retry, and only where it is a number', () => {
    const seen: number[] = []
    createDecoder({ onRetry: (ms) => seen.push(ms) }).push(bytesOf('retry: 100\nretry: 1x\nretry\nretry:007\n'))
    expect(seen).toEqual([100, 7])
  })

  test('rest() holds the incomplete last event, and nothing after a complete one', () => {
    const decoder = createDecoder()
    decoder.push(bytesOf('data: a\n\n'))
    expect(decoder.rest()).toBe('')
    decoder.push(bytesOf('data: b\nda'))
    expect(decoder.rest()).toBe('data: b\nda')
  })

  test.each([
    ['in one line', [`data: ${'x'.repeat(100)}`]],
    ['in one line, cut', ['data: ', 'x'.repeat(60), 'x'.repeat(60)]],
    ['in one line with its end', [`data: ${'x'.repeat(100)}\n`]],
    ['in many lines', Array.from({ length: 20 }, () => 'data: 12345\n')],
  ])('throws too-large beyond maxMessageBytes, %s', (_, pieces) => {
    const decoder = createDecoder({ maxMessageBytes: 64 })
    let caught: unknown
    try {
      for (const piece of pieces) decoder.push(bytesOf(piece))
    } catch (error) {
      caught = error
    }
    expect(isChatError(caught) && caught.code === 'too-large' && caught.maxMessageBytes).toBe(64)
  })

  test('gives the messages of a block before it throws for the one behind them', async () => {
    const wire = `data: a\n\ndata: b\n\ndata: ${'x'.repeat(100)}`
    for (const block of [wire, `${wire}\n\n`]) {
      const decoder = createDecoder({ maxMessageBytes: 64 })
      expect(decoder.push(bytesOf(block)).map(({ data }) => data)).toEqual(['a', 'b'])
      expect(() => decoder.push(bytesOf('\n\n'))).toThrow('maxMessageBytes')
      expect(() => decoder.push(bytesOf('data: c\n\n'))).toThrow('maxMessageBytes')
      const messages = decode(streamOf([bytesOf(block)]), { maxMessageBytes: 64 })
      expect([(await messages.next()).value, (await messages.next()).value]).toMatchObject([{ data: 'a' }, { data: 'b' }])
      await expect(messages.next()).rejects.toMatchObject({ code: 'too-large' })
    }
  })

  test('takes messages up to maxMessageBytes, however many', () => {
    const decoder = createDecoder({ maxMessageBytes: 64 })
    for (let i = 0; i < 100; i++) expect(decoder.push(bytesOf(`data: ${'x'.repeat(58)}\n\n`))).toHaveLength(1)
  })

  test('takes a line of 10 MiB in pieces of 1 KiB', () => {
    // 5 s is what a test may take; to copy what has come with each piece would be to copy 50 GB.
    const piece = bytesOf('x'.repeat(1024))
    const decoder = createDecoder()
    decoder.push(bytesOf('data: '))
    for (let i = 0; i < 10 * 1024; i++) expect(decoder.push(piece)).toHaveLength(0)
    expect(decoder.push(bytesOf('\n\n'))[0]?.data).toHaveLength(10 * 1024 * 1024)
  })

  test('takes a block of 400 000 CR lines', () => {
    const decoder = createDecoder()
    expect(decoder.push(bytesOf('data:\r\r'.repeat(200_000)))).toHaveLength(200_000)
  })
})

describe('decode()', () => {
  test('yields messages and returns what it discards', async () => {
    const messages = decode(streamOf([bytesOf('data: a\n\ndata: b')]))
    expect(await messages.next()).toEqual({ done: false, value: { data: 'a', event: 'message', id: '' } })
    expect(await messages.next()).toEqual({ done: true, value: 'data: b' })
  })

  test('cancels the body when its loop is left', async () => {
    let cancelled = false
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => controller.enqueue(bytesOf('data: a\n\n')),
      cancel: () => void (cancelled = true),
    })
    for await (const _ of decode(body)) break
    expect(cancelled).toBe(true)
  })

  test('reads no further than its loop', async () => {
    let pulled = 0
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
      { pull: (controller) => (pulled++, controller.enqueue(bytesOf('data: a\n\n'))) },
      { highWaterMark: 0 },
    )
    const messages = decode(body)
    await messages.next()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(pulled).toBe(1)
    await messages.return('')
  })
})

describe('encode()', () => {
  test('writes what decode() reads back', () => {
    for (const message of [
      { data: 'a' },
      { data: '' },
      { data: ' leading space\n\nand: colons', event: 'note', id: '7' },
      { data: 'a\n: no comment', event: 'x' },
    ]) {
      expect(decodeAll([bytesOf(encode(message))])).toEqual([{ event: 'message', id: '', ...message }])
    }
  })

  test('writes comments and retry that dispatch nothing', () => {
    expect(decodeAll([bytesOf(encode({ comment: 'keep\nalive' }) + encode({ retry: 5 }))])).toEqual([])
  })

  test('throws where event or id could not be read back', () => {
    expect(() => encode({ data: '', event: 'a\nb' })).toThrow(TypeError)
    expect(() => encode({ data: '', id: 'a\0' })).toThrow('a\\u0000')
  })
})
