/**
 * Bytes in, the fields of Server-Sent Events out as they come: what reading an answer needs, and {@link createDecoder} builds on.
 * Runtimes: all. Imports: `../errors.ts`.
 * @module
 */
import { ChatError } from '../errors.ts'

/** What {@link createParser} returns. */
export interface Parser {
  /** Takes the next bytes and returns their text. @throws `ChatError` with code `too-large`, and whatever `emit` throws */
  push(bytes?: Uint8Array): string
  /** Says what an end of the stream here would discard: the text of the incomplete last event, `''` if none. */
  rest(): string
}

/**
 * Creates a parser that follows the HTML standard to the letter, with events handed on one by one.
 *
 * After a CR the next byte is not waited for; should it be an LF, it belongs to the same line end.
 *
 * @param emit - Given each event: its `data` lines, joined by line feeds, and its type, `''` where the stream names none.
 * @param other - Given each field that is neither.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createParser(maxMessageBytes: number, emit: (data: string, event: string) => void, other?: (field: string, value: string) => void): Parser {
  // Keeps a character that is cut for the next call. `ignoreBOM`, as Node's own removal goes wrong where a BOM is cut.
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  /** What is passed over if it comes next: a BOM at the very start, the LF of a CRLF that was cut. */
  let skip = '\uFEFF'
  /** The line whose end has not come: engines append in constant time, and copy once when the line is read. */
  let line = ''
  /** The event being put together; `data` is `undefined` until its first `data` line. */
  let data: string | undefined
  let event = ''
  /** Bytes of the message that is incomplete; of the block that it begins in, characters. */
  let held = 0

  function take(): void {
    if (line === '') {
      const whole = data
      const type = event
      event = ''
      data = undefined
      if (whole !== undefined) {
        held = 0
        emit(whole, type)
      }
      return
    }
    // By hand, as an expression takes three times as long.
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') data = data === undefined ? value : `${data}\n${value}`
    else if (field === 'event') event = value
    else other?.(field, value)
  }

  return {
    push(bytes) {
      let text = utf8.decode(bytes, { stream: true })
      held += bytes?.length ?? 0
      if (text) {
        if (text[0] === skip) text = text.slice(1)
        skip = ''
      }
      const lines = text.split(text.includes('\r') ? /\r\n?|\n/ : '\n')
      const last = lines.pop() ?? ''
      for (const rest of lines) {
        line += rest
        checkSize(line.length, maxMessageBytes)
        take()
        line = ''
      }
      if (text.endsWith('\r')) skip = '\n'
      line += last
      const size = line.length + (data?.length ?? 0)
      if (!held || !size) held = size
      checkSize(held, maxMessageBytes)
      return text
    },
    rest: () => (data === undefined ? '' : `data: ${data}\n`) + line + utf8.decode(),
  }
}

/** Holds what is kept of an answer to its limit. @throws `ChatError` with code `too-large` */
export function checkSize(size: number, maxMessageBytes: number): void {
  if (size > maxMessageBytes) throw new ChatError('too-large', `Cannot hold a message beyond maxMessageBytes: ${maxMessageBytes}`, { maxMessageBytes })
}
