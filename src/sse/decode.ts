/**
 * Bytes in, Server-Sent Events out, however the bytes are cut.
 * Runtimes: all. Imports: `../errors.ts`.
 * @module
 */
import { ChatError } from '../errors.ts'

/** One dispatched event. */
export interface SseMessage {
  /** The `data` lines, joined by line feeds. */
  readonly data: string
  /** The event type. `'message'` where the stream names none. */
  readonly event: string
  /** The last event id seen so far: it stays until the stream changes it. */
  readonly id: string
}

/** Settings of {@link createDecoder} and {@link decode}. */
export interface DecoderOptions {
  /** Longest message, in bytes of one line or characters of its data; beyond it a `too-large` error is thrown. @defaultValue `16_777_216` (16 MiB) */
  readonly maxMessageBytes?: number
  /** Called with the milliseconds of each valid `retry` field. */
  readonly onRetry?: (milliseconds: number) => void
}

/** What {@link createDecoder} returns. */
export interface Decoder {
  /** Takes the next bytes and returns the messages that they complete. @throws `ChatError` with code `too-large` */
  push(bytes: Uint8Array): SseMessage[]
  /** Says what an end of the stream here would discard: the text of the incomplete last event, `''` if none. */
  rest(): string
}

const LF = 10
const CR = 13
const DEFAULT_MAX_MESSAGE_BYTES = 16 * 1024 * 1024

/**
 * Creates a decoder that follows the HTML standard to the letter.
 *
 * A line is looked at once, whole: its pieces wait undecoded until its end has come, so that the cost is linear however
 * the line is cut, and a character is never split. After a CR the next byte is not waited for; should it be an LF, it
 * belongs to the same line end.
 *
 * @example
 * ```ts
 * const decoder = createDecoder()
 * decoder.push(new TextEncoder().encode('data: hel')) // []
 * decoder.push(new TextEncoder().encode('lo\n\n')) // [{ data: 'hello', event: 'message', id: '' }]
 * ```
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createDecoder(options: DecoderOptions = {}): Decoder {
  const { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES, onRetry } = options
  // `ignoreBOM` keeps U+FEFF: only the one at the very start of the stream is no text.
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

  /** Pieces of the line whose end has not come yet, and their length. */
  let pieces: Uint8Array[] = []
  let pending = 0
  let atStart = true
  let afterCr = false

  /** The event being put together; `data` is `undefined` until its first `data` line. */
  let data: string | undefined
  let event = ''
  let id = ''

  function tooLarge(): never {
    throw new ChatError('too-large', `Cannot decode a message of more than ${maxMessageBytes} bytes: raise maxMessageBytes if it is expected`, { maxMessageBytes })
  }

  function keep(piece: Uint8Array): void {
    if ((pending += piece.length) > maxMessageBytes) tooLarge()
    // A copy, as the sender may reuse its buffer.
    if (piece.length > 0) pieces.push(piece.slice())
  }

  function endLine(piece: Uint8Array): string {
    let bytes = piece
    if (pending + piece.length > maxMessageBytes) tooLarge()
    if (pending > 0) {
      pieces.push(piece)
      bytes = join(pieces, pending + piece.length)
      pieces = []
      pending = 0
    }
    const line = utf8.decode(bytes)
    if (!atStart) return line
    atStart = false
    return line.startsWith('\uFEFF') ? line.slice(1) : line
  }

  function take(line: string, messages: SseMessage[]): void {
    if (line === '') {
      if (data !== undefined) messages.push({ data, event: event || 'message', id })
      data = undefined
      event = ''
      return
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') {
      data = data === undefined ? value : `${data}\n${value}`
      if (data.length > maxMessageBytes) tooLarge()
    } else if (field === 'event') event = value
    else if (field === 'id' && !value.includes('\0')) id = value
    else if (field === 'retry' && /^\d+$/.test(value)) onRetry?.(Number(value))
  }

  return {
    push(bytes) {
      const messages: SseMessage[] = []
      let start = 0
      if (afterCr && bytes.length > 0) {
        afterCr = false
        if (bytes[0] === LF) start = 1
      }
      // The next LF is found once and kept: to search it anew for each line would make a block of CR lines quadratic.
      let lf = bytes.indexOf(LF, start)
      while (start < bytes.length) {
        if (lf >= 0 && lf < start) lf = bytes.indexOf(LF, start)
        const cr = bytes.subarray(start, lf < 0 ? bytes.length : lf).indexOf(CR)
        const end = cr < 0 ? lf : start + cr
        if (end < 0) {
          keep(bytes.subarray(start))
          break
        }
        take(endLine(bytes.subarray(start, end)), messages)
        start = end + 1
        if (bytes[end] === CR) {
          if (start === bytes.length) afterCr = true
          else if (bytes[start] === LF) start++
        }
      }
      return messages
    },
    rest() {
      const line = utf8.decode(join(pieces, pending))
      return data === undefined ? line : `data: ${data}\n${line}`
    },
  }
}

function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let offset = 0
  for (const piece of pieces) {
    whole.set(piece, offset)
    offset += piece.length
  }
  return whole
}

/**
 * Decodes a body as it arrives; leaving the loop cancels the body.
 *
 * Reads only when asked for the next message, so that a slow loop slows the sender. An incomplete last event is
 * discarded, as the standard says, and reported by the generator's return value.
 *
 * @example
 * ```ts
 * for await (const { data } of decode(response.body)) console.log(data)
 * ```
 * @throws `ChatError` with code `too-large`; whatever the body's reader throws.
 */
export async function* decode(body: ReadableStream<Uint8Array>, options?: DecoderOptions): AsyncGenerator<SseMessage, string, void> {
  const decoder = createDecoder(options)
  // A reader, as Safari's streams are not async-iterable.
  const reader = body.getReader()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield* decoder.push(part.value)
    return decoder.rest()
  } finally {
    // Ignored: a body that has failed rejects its cancellation with the same error.
    reader.cancel().catch(() => {})
  }
}
