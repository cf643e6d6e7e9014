/**
 * Processor time by chunk of a long answer, with chunks as they come in blocks of 64 KiB, and one by one.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import { askWhole, cpuMicroseconds, interleave } from '../rounds.mjs'
import { openAll } from '../subjects.mjs'
import { answerOf, eventBlocks, fetchOf, FILTERS, sizedBlocks } from '../wire.mjs'

const EVENTS = 20_000
const BLOCK_BYTES = 64 * 1024
const ROUNDS = 9
const QUICK_ROUNDS = 7

const CASES = [
  { name: 'blocks of 64 KiB', filters: FILTERS.empty, cut: (events) => sizedBlocks(events, BLOCK_BYTES), limit: 1.3 },
  { name: 'one event a block', filters: FILTERS.empty, cut: eventBlocks, limit: 1.15 },
  { name: 'blocks of 64 KiB, filter results in each chunk', filters: FILTERS.full, cut: (events) => sizedBlocks(events, BLOCK_BYTES), limit: 1.3 },
  { name: 'one event a block, filter results in each chunk', filters: FILTERS.full, cut: eventBlocks, limit: 1.15 },
]

export const title = 'Processor time by chunk'

export async function run({ list, quick, log }) {
  const cases = []
  for (const { name, filters, cut, limit } of quick ? CASES.slice(0, 2) : CASES) {
    log(name)
    const { events, text } = answerOf(EVENTS, filters)
    const blocks = cut(events)
    const asks = await openAll(list, 'cpu', { fetch: fetchOf(blocks) })
    const samples = await interleave([...asks.keys()], { rounds: quick ? QUICK_ROUNDS : ROUNDS, warmup: 2 }, async (key) => (await cpuMicroseconds(() => askWhole(key, asks.get(key), text))) / EVENTS)
    cases.push({ name, samples, base: 'floor', unit: 'µs', aims: { core: { ratio: limit }, main: { ratio: limit } } })
  }
  return cases
}
