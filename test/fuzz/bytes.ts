// Bytes as a network may bring them, and bytes as nobody should send them.
import * as fc from 'fast-check'

const utf8 = new TextEncoder()

/** Sizes of the pieces that something is cut into; they repeat. */
export const sizes: fc.Arbitrary<number[]> = fc.array(fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 200 })), { minLength: 1, maxLength: 8 })

/** Cuts bytes into copies of pieces, as who takes them over may write to them. */
export function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array<ArrayBuffer>[] {
  const pieces: Uint8Array<ArrayBuffer>[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = lengths[pieces.length % lengths.length] ?? 1
    pieces.push(bytes.slice(at, at + length))
    at += length
  }
  return pieces
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0)
  return whole
}

const fragment = fc.constantFrom('data', 'data: ', 'data:', 'event: ', 'event', 'id: ', 'id: a\0b', 'retry: ', 'retry: 12', ':', ': comment', ' ', '\n', '\n', '\r', '\r\n', '\n\n', '\r\n\r\n', '\0', '\uFEFF', 'é', '語', '😀', '7', 'x', '{"a":1}', '[DONE]')

/** Something like an event stream, with everything in it that decoders trip over, invalid UTF-8 among it. */
export const wire: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: fragment.map((text) => utf8.encode(text)) },
      { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }).map((text) => utf8.encode(text)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }) },
      { weight: 1, arbitrary: fc.constantFrom([0xef, 0xbb, 0xbf], [0xef], [0xc3], [0xf0, 0x9f], [0xff], [0xed, 0xa0, 0x80]).map((bytes) => Uint8Array.from(bytes)) },
    ),
    { maxLength: 40 },
  )
  .map(joined)
