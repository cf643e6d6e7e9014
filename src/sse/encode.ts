/**
 * One message in, the text of one Server-Sent Event out.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** What {@link encode} writes. */
export interface EncodableMessage {
  /** The payload; each of its lines becomes a `data:` line. Leave it out to send a comment or a `retry` alone. */
  readonly data?: string
  /** The event type. @defaultValue `'message'`, which is not written */
  readonly event?: string
  /** The last event id, sticky at the receiver. */
  readonly id?: string
  /** The reconnection time in milliseconds. */
  readonly retry?: number
  /** Text that receivers skip, for keep-alives. */
  readonly comment?: string
}

const LINE_END = /\r\n|\r|\n/

/**
 * Encodes one message as the bytes-to-be of a `text/event-stream`.
 *
 * @example
 * ```ts
 * encode({ data: 'one\ntwo', event: 'note' }) // 'event: note\ndata: one\ndata: two\n\n'
 * ```
 * @throws `TypeError` where `event` or `id` hold a line end (or `id` a NUL), which no receiver could read back.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function encode(message: EncodableMessage): string {
  const { comment, event, id, retry, data } = message
  let text = ''
  if (comment !== undefined) text += prefixLines(': ', comment)
  if (event !== undefined) text += `event: ${singleLine('event', event)}\n`
  if (id !== undefined) text += `id: ${singleLine('id', id)}\n`
  if (retry !== undefined) text += `retry: ${retry}\n`
  if (data !== undefined) text += prefixLines('data: ', data)
  return `${text}\n`
}

function prefixLines(prefix: string, text: string): string {
  return text.split(LINE_END).map((line) => `${prefix}${line}\n`).join('')
}

function singleLine(field: 'event' | 'id', value: string): string {
  // A NUL makes receivers ignore the whole `id` field.
  if (LINE_END.test(value) || (field === 'id' && value.includes('\0'))) {
    throw new TypeError(`Cannot encode a message as its ${field} holds a line end or a NUL: ${JSON.stringify(value)}`)
  }
  return value
}
