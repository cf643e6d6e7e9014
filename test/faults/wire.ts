/**
 * A good answer in, the bytes of it as HTTP/1.1 carries them out, and the steps that spoil them: what the rows are made of.
 * Runtimes: all, as the server and the tests read the same rows. Imports: nothing.
 * @module
 */

/** An answer as the emulator gave it, before it has a framing. */
export interface Wire {
  /** Such as `HTTP/1.1 200 OK`. */
  readonly status: string
  /** Lines without their ends; none of them says how long the body is. */
  readonly headers: readonly string[]
  /** Each with the empty line that ends it; a body that is no stream is one. */
  readonly events: readonly Uint8Array[]
}

/** One step of what the server does to a connection. */
export type Step =
  | { readonly send: Uint8Array }
  | { readonly pauseMs: number }
  /** Waits until a reader that is not busy has taken what was sent; longer at each further try. */
  | 'settle'
  /** Closes the connection; the client may still be sending. */
  | 'fin'
  | 'rst'
  /** Ends what the server sends and goes on to listen: the client must close. */
  | 'half-close'
  /** Says nothing more until the client leaves. */
  | 'hold'

export const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

export const send = (part: Uint8Array | string): Step => ({ send: typeof part === 'string' ? bytes(part) : part })

/** The status line and the headers, and the empty line after them. */
export const head = ({ status, headers }: Wire, ...more: string[]): Uint8Array<ArrayBuffer> => bytes([status, ...headers, ...more, '', ''].join('\r\n'))

export const CHUNKED = 'transfer-encoding: chunked'

/** One chunk of a chunked body, `size` as it should be unless told. */
export const chunk = (part: Uint8Array, size: string = part.length.toString(16)): Uint8Array<ArrayBuffer> => joined([bytes(`${size}\r\n`), part, bytes('\r\n')])

export const LAST_CHUNK = '0\r\n\r\n'

/** The whole answer, chunked, an event to a chunk. */
export const pieces = (wire: Wire): readonly Uint8Array[] => [head(wire, CHUNKED), ...wire.events.map((event) => chunk(event)), bytes(LAST_CHUNK)]

export const body = ({ events }: Wire): Uint8Array<ArrayBuffer> => joined(events)

/** The header that every answer has unless a row takes it away, so that no connection of one case serves another. */
export const CLOSE = 'connection: close'

/** The whole answer as it would be without a fault. */
export const whole = (wire: Wire): Step[] => [...pieces(wire).map(send), 'fin']
