/**
 * Bytes of an event stream in, where its events end out.
 * Runtimes: all. Imports: nothing.
 * @module
 */

const [LF, CR] = [10, 13]
/** An end of an event may be spread over so many bytes before its last one. */
export const BEFORE_END = 3

/**
 * Where the last whole event ends: behind the last empty line, of whatever line ends; 0 where there is none.
 *
 * @param from - Ends before this byte are not looked for.
 */
export function endOfEvents(bytes: Uint8Array, from = 0): number {
  for (let at = bytes.length - 1; at > 0 && at >= from; at--) {
    const [before, byte] = [bytes[at - 1], bytes[at]]
    if (byte === LF && (before === LF || (before === CR && (bytes[at - 2] === LF || bytes[at - 2] === CR)))) return at + 1
    if (byte === CR && before === CR) return at + 1
  }
  return 0
}

/** Puts pieces together; a single one is not copied. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1 && pieces[0]) return pieces[0]
  const all = new Uint8Array(pieces.reduce((size, { length }) => size + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
