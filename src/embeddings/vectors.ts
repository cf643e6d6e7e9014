/**
 * An answer in, one vector for each input out, in the order of the inputs.
 * Runtimes: all. Imports: `./ask.ts`, `../schemas`.
 * @module
 */
import type { WireObject } from '../schemas/completion.ts'
import { number, objects } from '../schemas/parse.ts'
import { malformed } from './ask.ts'

/** In the place of a vector that has not come. */
const NONE: Float32Array = /* @__PURE__ */ new Float32Array()

/**
 * Reads the vectors of an answer, each in the place that its `index` says.
 *
 * @throws `ChatError` `malformed` unless there is one for each of `count` inputs, and each is of finite numbers.
 */
export function vectorsOf(answer: WireObject, count: number): Float32Array[] {
  const items = objects(answer['data'], 'data')
  if (items.length !== count) malformed('data', `${count} embeddings`, items.length)
  const vectors = items.map(() => NONE)
  for (const [at, item] of items.entries()) {
    const path = `data[${at}].`
    const index = number(item['index'], `${path}index`) ?? NaN
    // Taken, or no place at all.
    if (vectors[index] !== NONE) malformed(`${path}index`, `one of ${count}, once`, index)
    vectors[index] = vectorOf(item['embedding']) ?? malformed(`${path}embedding`, 'numbers', typeof item['embedding'])
  }
  return vectors
}

/** Numbers in any of the encodings: floats and integers as a list, or 32-bit floats in base64, the least significant byte first. */
function vectorOf(value: unknown): Float32Array | undefined {
  const vector = typeof value === 'string' ? unpacked(value) : Array.isArray(value) && value.every(Number.isFinite) ? Float32Array.from(value as number[]) : NONE
  return vector.length && vector.every(Number.isFinite) ? vector : undefined
}

function unpacked(base64: string): Float32Array {
  try {
    const binary = atob(base64)
    const view = new DataView(new ArrayBuffer(binary.length))
    // A loop, as `from` with an iterator takes ten times as long.
    for (let at = 0; at < binary.length; at++) view.setUint8(at, binary.charCodeAt(at))
    // Throws where a number is cut. The machine's own order of bytes may be another.
    return new Float32Array(view.buffer).map((_, at) => view.getFloat32(at * 4, true))
  } catch {
    return NONE
  }
}
