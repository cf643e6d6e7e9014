// Every place where the network may cut.

/** A small generator of repeatable random numbers below 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** The bytes whole, one at a time, in two at a random place, and in random pieces, each with a name. */
export function* cuts(bytes: Uint8Array, seeds = 5): Generator<[name: string, pieces: Uint8Array[]]> {
  yield ['whole', [bytes]]
  yield ['one byte at a time', Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))]
  for (let seed = 1; seed <= seeds; seed++) {
    const random = randomFrom(seed)
    const pieces: Uint8Array[] = []
    for (let at = 0; at < bytes.length; ) {
      const length = 1 + Math.floor(random() * 64)
      pieces.push(bytes.subarray(at, at + length))
      at += length
    }
    yield [`random pieces, seed ${seed}`, pieces]
  }
}

export function streamOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      const piece = pieces[at++]
      if (piece) controller.enqueue(piece.slice())
      else controller.close()
    },
  })
}

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
