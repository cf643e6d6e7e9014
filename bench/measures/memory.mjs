/**
 * Memory over an answer of 100 000 chunks: what is held at its end, and how far the process grows. A process for each subject and round.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { interleave } from '../rounds.mjs'

const CHUNKS = 100_000
const ROUNDS = 3
const QUICK_ROUNDS = 1
const MEBIBYTE = 1024 * 1024

export const title = 'Memory'
/** Its chart's title. */
export const charted = 'Memory over 100 000 chunks'
export const remark = `${CHUNKS / 1000} 000 chunks, one by one, to a callback that keeps none. Held: what the heap has more after a collection at the last word than before the call. Peak: by how much the process grows meanwhile, garbage included.`

export async function run({ list, quick, rounds = quick ? QUICK_ROUNDS : ROUNDS }) {
  const keys = list.filter(({ only }) => !only).map(({ key }) => key)
  const figures = { held: new Map(keys.map((key) => [key, []])), peak: new Map(keys.map((key) => [key, []])) }
  await interleave(keys, { rounds, warmup: 0 }, async (key) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', join(import.meta.dirname, '../memory.mjs'), key, String(quick ? CHUNKS / 20 : CHUNKS)])
    const figure = JSON.parse(stdout)
    for (const name of Object.keys(figures)) figures[name].get(key).push(figure[name] / MEBIBYTE)
  })
  return [
    { name: 'held at the end', samples: figures.held, base: 'floor', unit: 'MiB', plain: true },
    { name: 'peak', samples: figures.peak, base: 'floor', unit: 'MiB' },
  ]
}
