/**
 * How everything here is measured: the subjects one after the other, round by round, so that what happens to the machine happens to all of them.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Collects all garbage now, so that no subject is charged for another's. */
export function collectGarbage() {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

/**
 * Lets subjects take turns, in alternating order so that none is always first.
 *
 * @param {string[]} keys
 * @param {(key: string) => Promise<number>} sample
 * @returns {Promise<Map<string, number[]>>} the samples of each, by round.
 */
export async function interleave(keys, { rounds, warmup = 1 }, sample) {
  const samples = new Map(keys.map((key) => [key, []]))
  for (let round = -warmup; round < rounds; round++) {
    for (const key of round % 2 ? keys.toReversed() : keys) {
      const value = await sample(key)
      if (round >= 0) samples.get(key).push(value)
    }
  }
  return samples
}

/** The processor time of a piece of work in microseconds: user and system, all threads of this process, so that garbage and compilation count. */
export async function cpuMicroseconds(work) {
  collectGarbage()
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/** Asks once and holds the answer to the expected text: a subject that does less than all of it has not been measured. */
export async function askWhole(name, ask, expected) {
  let text = ''
  await ask((part) => void (text += part))
  if (text !== expected) throw new Error(`Cannot measure ${name} as its answer is not the whole text: ${text.length} characters of ${expected.length}`)
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The ratios of one subject to another, round by round: median, lowest, highest. */
export function ratios(values, base) {
  const each = values.map((value, round) => value / base[round])
  return { median: median(each), low: Math.min(...each), high: Math.max(...each) }
}
