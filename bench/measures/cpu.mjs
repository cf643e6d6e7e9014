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
const ROUNDS = 7
const QUICK_ROUNDS = 2
/** A turn is as many answers as this takes, and four at most, so that it is long beside what disturbs it. */
const TURN_MS = 250
const ANSWERS = 4

const CASES = [
  { name: 'blocks of 64 KiB', filters: FILTERS.empty, cut: (events) => sizedBlocks(events, BLOCK_BYTES), limit: 1.3 },
  { name: 'one event a block', filters: FILTERS.empty, cut: eventBlocks, limit: 1.15 },
  { name: 'blocks of 64 KiB, filter results in each chunk', filters: FILTERS.full, cut: (events) => sizedBlocks(events, BLOCK_BYTES), limit: 1.3 },
  { name: 'one event a block, filter results in each chunk', filters: FILTERS.full, cut: eventBlocks, limit: 1.15 },
]

export const title = 'Processor time by chunk'
/** Its chart's title. */
export const charted = 'Processor time by chunk, 20 000 chunks'
export const remark = 'Answers of 20 000 chunks without a network: of 310 bytes as gpt-5 models send them, and of 560 with filter results as gpt-4.1 models do.'

export async function run({ list, quick, rounds = quick ? QUICK_ROUNDS : ROUNDS, log }) {
  const cases = []
  for (const { name, filters, cut, limit } of quick ? CASES.slice(0, 2) : CASES) {
    log(name)
    const chunks = quick ? EVENTS / 10 : EVENTS
    const { events, text } = answerOf(chunks, filters)
    // What filter results add differs little between peers, and theirs takes long.
    const asks = await openAll(filters === FILTERS.full ? list.filter(({ packages }) => !packages) : list, 'cpu', { fetch: fetchOf(cut(events)) })
    const answers = new Map()
    const samples = await interleave([...asks.keys()], { rounds, warmup: 1 }, async (key) => {
      const count = answers.get(key) ?? 1
      const spent = await cpuMicroseconds(async () => {
        for (let answer = 0; answer < count; answer++) await askWhole(key, asks.get(key), text)
      })
      answers.set(key, quick ? 1 : Math.min(ANSWERS, Math.ceil((TURN_MS * 1000 * count) / spent)))
      return spent / count / chunks
    })
    cases.push({ name, samples, base: 'floor', unit: 'µs', uncharted: filters === FILTERS.full, aims: { core: { ratio: limit }, main: { ratio: limit } } })
  }
  return cases
}
