/**
 * One event of 10 MiB that arrives in pieces of 1 KiB: where reading is not linear, it shows here.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import { askWhole, cpuMicroseconds, interleave } from '../rounds.mjs'
import { openAll } from '../subjects.mjs'
import { fetchOf, longAnswer, sizedBlocks } from '../wire.mjs'

const EVENT_BYTES = 10 * 1024 * 1024
const PIECE_BYTES = 1024
const ROUNDS = 7
const QUICK_ROUNDS = 1
/** Who takes more is asked once, as it would take all the time that there is. */
const PATIENCE_MS = 2000

export const title = 'One event of 10 MiB in pieces of 1 KiB'
export const remark = `Who takes more than ${PATIENCE_MS / 1000} s has been asked once. What is held of the event is copied with every piece there, so that the time grows with its square.`

export async function run({ list, quick, rounds = quick ? QUICK_ROUNDS : ROUNDS }) {
  const { events, text } = longAnswer(EVENT_BYTES)
  const asks = await openAll(list, 'large', { fetch: fetchOf(sizedBlocks(events, PIECE_BYTES)) })
  const samples = await interleave([...asks.keys()], { rounds, warmup: quick ? 0 : 1, patience: PATIENCE_MS }, async (key) => (await cpuMicroseconds(() => askWhole(key, asks.get(key), text))) / 1000)
  return [{ name: 'whole answer', samples, base: 'floor', unit: 'ms', aims: { core: { ratio: 2 }, main: { ratio: 2 } } }]
}
