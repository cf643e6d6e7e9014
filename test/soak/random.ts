/**
 * A seed in, the same numbers every time out.
 * Runtimes: all. Imports: nothing.
 * @module
 */

export interface Random {
  /** An integer from 0, below the limit. */
  below(limit: number): number
  pick<T>(items: readonly T[]): T
  shuffle<T>(items: readonly T[]): T[]
}

/** mulberry32: good enough to mix calls, and the same in every runtime. */
export function random(seed: number): Random {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    pick(items) {
      const [item] = items.slice(below(items.length))
      if (item === undefined) throw new Error('Cannot pick from nothing')
      return item
    },
    shuffle(items) {
      const rest = [...items]
      return items.flatMap(() => rest.splice(below(rest.length), 1))
    },
  }
}
