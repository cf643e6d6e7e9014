/**
 * One event of 10 MiB that arrives in pieces of 1 KiB: where reading is not linear, it shows here.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import process from 'node:process'
import { askWhole, cpuMicroseconds, interleave } from '../rounds.mjs'
import { openAll } from '../subjects.mjs'
import { fetchOf, longAnswer, sizedBlocks } from '../wire.mjs'

const EVENT_BYTES = 10 * 1024 * 1024
const PIECE_BYTES = 1024
const ROUNDS = 7
const QUICK_ROUNDS = 1
/** Who takes more of processor time is asked once; who takes far more is given up, as it would take all the time that there is. */
const PATIENCE_MS = 2000
const GIVEN_UP_MS = 6000

export const title = 'One event of 10 MiB in pieces of 1 KiB'
export const remark = `Who takes more than ${PATIENCE_MS / 1000} s has been asked once; "–": not there after ${GIVEN_UP_MS / 1000} s. What has come of the event is copied with every piece there, so that the time grows with its square.`

export async function run({ list, quick, rounds = quick ? QUICK_ROUNDS : ROUNDS }) {
  const { events, text } = longAnswer(quick ? EVENT_BYTES / 10 : EVENT_BYTES)
  let until = 0
  const asks = await openAll(list, 'large', { fetch: fetchOf(sizedBlocks(events, PIECE_BYTES), () => spent() > until) })
  // What peers leave rejected of a body that has broken off is no failure of the measure.
  const ignore = () => {}
  process.on('unhandledRejection', ignore)
  try {
    const samples = await interleave([...asks.keys()], { rounds, warmup: quick ? 0 : 1, patience: PATIENCE_MS }, async (key) => {
      until = spent() + GIVEN_UP_MS
      try {
        return (await cpuMicroseconds(() => askWhole(key, asks.get(key), text))) / 1000
      } catch (error) {
        if (spent() <= until) throw error
        return Infinity
      }
    })
    for (const [key, values] of samples) if (values.includes(Infinity)) samples.delete(key)
    return [{ name: 'whole answer', samples, base: 'floor', unit: 'ms', aims: { core: { ratio: 2 }, main: { ratio: 2 } } }]
  } finally {
    process.off('unhandledRejection', ignore)
  }
}

/** Processor time of this process so far, in milliseconds. */
function spent() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
