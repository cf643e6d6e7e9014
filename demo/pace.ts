/**
 * When pieces of an answer came in, how fast it came out: as figures, and as a curve of a size that does not grow. Runs anywhere, knows no document.
 * @module
 */
import type { Usage } from 'keyless-chat'

/** How many parts of its time a curve has at most, and how long one is at first. */
const BINS = 48
const BIN_MS = 100
/** What came within less has come at once: a rate would say nothing. */
const SHORTEST_MS = 50

/** How an answer came, in milliseconds since it was asked for. */
export interface Pace {
  readonly chunks: number
  readonly firstMs: number | undefined
  readonly lastMs: number | undefined
  /** Pieces per second, over equal parts of the time since the first one. */
  readonly curve: readonly number[]
  /** Counts a piece. */
  take(atMs: number): void
}

/** Starts to count. */
export function createPace(): Pace {
  let chunks = 0
  let firstMs: number | undefined
  let lastMs: number | undefined
  let binMs = BIN_MS
  let bins: number[] = []

  return {
    get chunks() {
      return chunks
    },
    get firstMs() {
      return firstMs
    },
    get lastMs() {
      return lastMs
    },
    get curve() {
      return bins.map((count) => (count * 1000) / binMs)
    },
    take(atMs) {
      firstMs ??= atMs
      lastMs = atMs
      chunks += 1
      // Twice as long, half as many: a long answer costs no more than a short one.
      while (atMs - firstMs >= BINS * binMs) {
        bins = Array.from({ length: Math.ceil(bins.length / 2) }, (_, index) => (bins[2 * index] ?? 0) + (bins[2 * index + 1] ?? 0))
        binMs *= 2
      }
      const bin = Math.floor((atMs - firstMs) / binMs)
      while (bins.length <= bin) bins.push(0)
      bins[bin] = (bins[bin] ?? 0) + 1
    },
  }
}

/** How many tokens were shown: thoughts that were not came before the first word, and are none of its pace. */
export function tokensShown(usage: Usage, thoughtsToo: boolean): number {
  const thought = usage.completion_tokens_details?.['reasoning_tokens']
  return usage.completion_tokens - (thoughtsToo || typeof thought !== 'number' ? 0 : thought)
}

/** How many per second came after the first piece; undefined where there was no time to tell. */
export function rateOf({ firstMs, lastMs }: Pace, count: number): number | undefined {
  const ms = firstMs === undefined || lastMs === undefined ? 0 : lastMs - firstMs
  return ms < SHORTEST_MS || count < 2 ? undefined : (count * 1000) / ms
}
