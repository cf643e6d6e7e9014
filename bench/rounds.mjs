/**
 * How everything here is measured: the subjects one after the other, round by round, so that what happens to the machine happens to all of them.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const SWEEP_MS = 10

/** Collects all garbage now, so that no subject is charged for another's. */
export function collectGarbage() {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

/**
 * Lets subjects take turns, in alternating order so that none is always first.
 *
 * @param {string[]} keys
 * @param {object} options
 * @param {number} options.rounds
 * @param {number} [options.warmup] - Rounds before, which do not count.
 * @param {number} [options.patience] - Whose sample is above it has had its only turn.
 * @param {(key: string) => Promise<number>} sample
 * @returns {Promise<Map<string, number[]>>} the samples of each, by round.
 */
export async function interleave(keys, { rounds, warmup = 1, patience = Infinity }, sample) {
  const samples = new Map(keys.map((key) => [key, []]))
  const slow = new Map()
  for (let round = -warmup; round < rounds; round++) {
    for (const key of round % 2 ? keys.toReversed() : keys) {
      const value = slow.get(key) ?? (await sample(key))
      if (value > patience) slow.set(key, value)
      if (round >= 0) samples.get(key).push(value)
    }
  }
  return samples
}

/**
 * Lets subjects take turns call by call, for what is measured by the clock; of each round's calls the median counts.
 *
 * @param {(key: string) => Promise<number | undefined>} call - `undefined` where there is nothing to measure; its subject is out then.
 */
export async function interleaveCalls(keys, { rounds, calls }, call) {
  const samples = new Map(keys.map((key) => [key, []]))
  for (let round = -1; round < rounds; round++) {
    const values = new Map([...samples.keys()].map((key) => [key, []]))
    for (let count = 0; count < calls; count++) {
      for (const key of count % 2 ? [...samples.keys()].toReversed() : [...samples.keys()]) {
        const value = await call(key)
        if (value === undefined) samples.delete(key)
        else values.get(key).push(value)
      }
    }
    if (round >= 0) for (const [key, each] of samples) each.push(median(values.get(key)))
  }
  return samples
}

/** The processor time of a piece of work in microseconds: user and system, all threads of this process, so that garbage and compilation count. */
export async function cpuMicroseconds(work) {
  collectGarbage()
  // What threads have still to sweep is not this work's.
  await setTimeout(SWEEP_MS)
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
