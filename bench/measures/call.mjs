/**
 * What a call costs before and after its words: short answers without a network, beside bare fetch of the same.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import { askWhole, cpuMicroseconds, interleave } from '../rounds.mjs'
import { openAll } from '../subjects.mjs'
import { answerOf, fetchOf } from '../wire.mjs'

const WORDS = 5
const CALLS = 1000
const ROUNDS = 7
const QUICK_ROUNDS = 2

export const title = 'Processor time of a call'
/** Its chart's title. */
export const charted = 'Processor time of a call with a short answer'
export const remark = `Answers of ${WORDS} words that come in one block, one call after the other.`

export async function run({ list, quick, rounds = quick ? QUICK_ROUNDS : ROUNDS }) {
  const { events, text } = answerOf(WORDS)
  const asks = await openAll(list, 'call', { fetch: fetchOf([new TextEncoder().encode(events.join(''))]) })
  const calls = quick ? CALLS / 20 : CALLS
  const samples = await interleave([...asks.keys()], { rounds, warmup: 1 }, async (key) => {
    const ask = asks.get(key)
    // Bare fetch does not look at what it reads.
    const expected = key === 'bare' ? '' : text
    const spent = await cpuMicroseconds(async () => {
      for (let call = 0; call < calls; call++) await askWhole(key, ask, expected)
    })
    return spent / calls
  })
  return [{ name: 'a call', samples, base: 'bare', unit: 'µs', over: true, aims: { core: { over: 60 } } }]
}
