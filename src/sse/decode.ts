/**
 * Bytes in, Server-Sent Events out, however the bytes are cut.
 * Runtimes: all. Imports: `./parse.ts`.
 * @module
 */
import { createParser } from './parse.ts'

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
  /** Most bytes that are held for one message; beyond it a `too-large` error is thrown. @defaultValue `16_777_216` (16 MiB) */
  readonly maxMessageBytes?: number
  /** Called with the milliseconds of each valid `retry` field. */
  readonly onRetry?: (milliseconds: number) => void
}

/** What {@link createDecoder} returns. */
export interface Decoder {
  /** Takes the next bytes and returns the messages that they complete. @throws `ChatError` with code `too-large`, at the next call where messages came before it */
  push(bytes: Uint8Array): SseMessage[]
  /** Says what an end of the stream here would discard: the text of the incomplete last event, `''` if none. */
  rest(): string
}

/** Longest event of a stream, unless told otherwise. */
export const MAX_MESSAGE_BYTES: number = 16 * 1024 * 1024

/**
 * Creates a decoder that follows the HTML standard to the letter.
 *
 * After a CR the next byte is not waited for; should it be an LF, it belongs to the same line end.
 *
 * @example
 * ```ts
 * const decoder = createDecoder()
 * decoder.push(new TextEncoder().encode('data: hel')) // []
 * decoder.push(new TextEncoder().encode('lo\n\n')) // [{ data: 'hello', event: 'message', id: '' }]
 * ```
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createDecoder({ maxMessageBytes = MAX_MESSAGE_BYTES, onRetry }: DecoderOptions = {}): Decoder {
  let messages: SseMessage[] = []
  let id = ''
  let failure: unknown
  const parser = createParser(
    maxMessageBytes,
    (data, event) => messages.push({ data, event: event || 'message', id }),
    (field, value) => {
      if (field === 'id' && !value.includes('\0')) id = value
      else if (field === 'retry' && /^\d+$/.test(value)) onRetry?.(Number(value))
    },
  )
  return {
    push(bytes) {
      if (failure) throw failure
      messages = []
      try {
        parser.push(bytes)
      } catch (error) {
        failure = error
        // Nothing received is lost: what came whole is given first.
        if (!messages.length) throw error
      }
      return messages
    },
    rest: parser.rest,
  }
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
    // Throws what the last block has left.
    decoder.push(new Uint8Array())
    return decoder.rest()
  } finally {
    // Ignored: a body that has failed rejects its cancellation with the same error.
    reader.cancel().catch(() => {})
  }
}
