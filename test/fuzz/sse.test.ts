import * as fc from 'fast-check'
import { describe, expect } from 'vitest'
import { isChatError } from '../../src/errors.ts'
import { createDecoder, decode, encode } from '../../src/sse/index.ts'
import type { SseMessage } from '../../src/sse/index.ts'
import { streamOf } from '../cut.ts'
import { cut, sizes, wire } from './bytes.ts'
import { holds } from './runs.ts'

interface Reference {
  readonly messages: SseMessage[]
  readonly retries: number[]
  /** Whether an end here would discard something. */
  readonly incomplete: boolean
  /** Bytes from the end of the message before to the end of the longest one, the incomplete last one included. */
  readonly longest: number
}

/** The standard's own words, a line at a time: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation. */
function reference(bytes: Uint8Array): Reference {
  const messages: SseMessage[] = []
  const retries: number[] = []
  const lines = new TextDecoder().decode(bytes).split(/(\r\n|\n|\r)/)
  let [data, type, id] = ['', '', '']
  let size = 0
  let longest = 0
  const last = lines.length - 1
  for (let at = 0; at < last; at += 2) {
    const line = lines[at] ?? ''
    size += 3 * (line.length + 2)
    longest = Math.max(longest, size)
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1))
    if (line === '') {
      if (data !== '') messages.push({ data: data.slice(0, -1), event: type === '' ? 'message' : type, id })
      data = ''
      type = ''
      size = 0
    } else if (field === 'data') data += `${value}\n`
    else if (field === 'event') type = value
    else if (field === 'id' && !value.includes('\0')) id = value
    else if (field === 'retry' && /^[0-9]+$/.test(value)) retries.push(Number(value))
  }
  return { messages, retries, incomplete: data !== '' || lines[last] !== '', longest: Math.max(longest, size + 3 * (lines[last] ?? '').length) }
}

describe('createDecoder()', () => {
  holds(
    'createDecoder() reads as the standard says, wherever the bytes are cut and whatever they are',
    fc.property(wire, sizes, (bytes, lengths) => {
      const retries: number[] = []
      const decoder = createDecoder({ onRetry: (milliseconds) => retries.push(milliseconds) })
      const messages = cut(bytes, lengths).flatMap((piece) => decoder.push(piece))
      const expected = reference(bytes)
      expect(messages).toEqual(expected.messages)
      expect(retries).toEqual(expected.retries)
      expect(decoder.rest() !== '').toBe(expected.incomplete)
    }),
  )

  holds(
    'createDecoder() gives what came before a message beyond its limit, and never fails below it',
    fc.property(wire, sizes, fc.integer({ min: 1, max: 120 }), (bytes, lengths, maxMessageBytes) => {
      const decoder = createDecoder({ maxMessageBytes })
      const messages: SseMessage[] = []
      const expected = reference(bytes)
      try {
        for (const piece of cut(bytes, lengths)) messages.push(...decoder.push(piece))
        decoder.push(new Uint8Array())
      } catch (error) {
        expect(isChatError(error) && error.code === 'too-large' && error.maxMessageBytes).toBe(maxMessageBytes)
        expect(messages).toEqual(expected.messages.slice(0, messages.length))
        // A block is counted whole where a message begins in it.
        expect(expected.longest).toBeGreaterThan(maxMessageBytes - Math.max(...lengths))
        return
      }
      expect(messages).toEqual(expected.messages)
      expect(decoder.rest().length).toBeLessThanOrEqual(maxMessageBytes + 'data: \n'.length)
    }),
  )
})

describe('decode()', () => {
  holds(
    'decode() reads back what encode() has written, in blocks of any size',
    fc.asyncProperty(
      fc.array(fc.record({ data: fc.string({ unit: 'binary' }), event: fc.string().map((text) => text.replace(/[\r\n]/g, '')), comment: fc.string() }, { requiredKeys: ['data'] }), { maxLength: 8 }),
      sizes,
      async (sent, lengths) => {
        const bytes = new TextEncoder().encode(sent.map((message) => encode(message)).join(''))
        const received: SseMessage[] = []
        for await (const message of decode(streamOf(cut(bytes, lengths)))) received.push(message)
        // Line ends of any kind become line feeds, and halves of surrogate pairs what UTF-8 has for them.
        const plain = (text: string) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text)).replace(/\r\n|\r/g, '\n')
        expect(received.map(({ data, event }) => [data, event])).toEqual(sent.map(({ data, event }) => [plain(data), plain(event || 'message')]))
      },
    ),
  )
})
