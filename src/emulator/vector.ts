/**
 * A text in, a vector of length one out, in the two encodings of the wire.
 *
 * Each word points in a direction of its own, drawn from a hash of its letters, so that texts with words in common are near to each other and
 * others nearly at right angles: enough for a search that finds something, with no model.
 *
 * Runtimes: all. Imports: `./base64.ts`.
 * @module
 */
import { base64 } from './base64.ts'

/** Places that a word marks in the vector. */
const MARKS = 64
/** Words count by their length up to here, as short ones say little. */
const FULL_WEIGHT_LENGTH = 6
/** The beginning of a word counts apart, so that its forms are near to each other. */
const STEM_LENGTH = 4

/** The words of a text, or its tokens: the emulator's idea of a token. */
export function wordsOf(input: string | readonly unknown[]): readonly string[] {
  return typeof input === 'string' ? (input.match(/\S+/g) ?? [' ']) : input.map(String)
}

/** Makes the vector of a text, or of tokens. */
export function vectorOf(input: string | readonly unknown[], dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions)
  const terms = typeof input === 'string' ? (input.normalize('NFKC').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [input]) : input.map((token) => `token ${String(token)}`)
  for (const term of terms) {
    const weight = Math.min(term.length, FULL_WEIGHT_LENGTH) / FULL_WEIGHT_LENGTH
    mark(vector, term, weight * weight)
    if (term.length > STEM_LENGTH && typeof input === 'string') mark(vector, `${term.slice(0, STEM_LENGTH)}…`, weight / 2)
  }
  return shorten(vector, dimensions)
}

/** Adds up two vectors; how long the sum is does not matter yet. */
export function sum(one: Float32Array, other?: Float32Array): Float32Array {
  return one.map((value, at) => value + (other?.[at] ?? 0))
}

/** Cuts a vector and gives it length one again, as text-embedding-3 does for `dimensions`. */
export function shorten(vector: Float32Array, dimensions: number): Float32Array {
  const cut = vector.slice(0, dimensions)
  const length = Math.sqrt(cut.reduce((sum, value) => sum + value * value, 0))
  // All marks are behind the cut, or cancel each other out.
  if (length === 0) cut[0] = 1
  return length === 0 ? cut : cut.map((value) => value / length)
}

/** The encoding `float`: as many digits as a 32-bit float needs to come back the same. */
export function numbers(vector: Float32Array): readonly number[] {
  return Array.from(vector, (value) => Number(value.toPrecision(9)))
}

/** The encoding `base64`: 32-bit floats, the least significant byte first. */
export function packed(vector: Float32Array): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4))
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true)
  return base64(new Uint8Array(view.buffer))
}

/** Adds a word. More of its marks are in front, so that a cut vector still tells words apart. */
function mark(vector: Float32Array, word: string, weight: number): void {
  // FNV-1a, then Mulberry32: short, and the same on every platform.
  let state = 0x811c9dc5
  for (let at = 0; at < word.length; at += 1) state = Math.imul(state ^ word.charCodeAt(at), 0x01000193)
  for (let count = 0; count < MARKS; count += 1) {
    state = (state + 0x6d2b79f5) | 0
    let random = Math.imul(state ^ (state >>> 15), state | 1)
    random ^= random + Math.imul(random ^ (random >>> 7), random | 61)
    random = (random ^ (random >>> 14)) >>> 0
    const place = Math.floor((random / 2 ** 32) ** 2 * vector.length)
    vector[place] = (vector[place] ?? 0) + (random % 2 === 0 ? weight : -weight)
  }
}
