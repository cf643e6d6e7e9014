/**
 * How soon the first word is there after a call, over loopback from a service in another process that answers at once.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import { startServer } from '../loopback.mjs'
import { interleaveCalls } from '../rounds.mjs'
import { openAll } from '../subjects.mjs'

const CALLS = 100
const ROUNDS = 7
const QUICK_ROUNDS = 2

export const title = 'The first word'
/** Its chart's title. */
export const charted = 'Time to the first word, over loopback'
export const remark = `The median of ${CALLS} calls a round, one after the other on a connection that is there; bare fetch has it with its first bytes.`

export async function run({ list, quick, rounds = quick ? QUICK_ROUNDS : ROUNDS }) {
  const server = await startServer()
  try {
    const asks = await openAll(list, 'first', { endpoint: server.endpoint })
    const samples = await interleaveCalls([...asks.keys()], { rounds, calls: quick ? CALLS / 10 : CALLS }, async (key) => {
      const asked = performance.now()
      let first
      await asks.get(key)(() => void (first ??= performance.now()))
      return 1000 * (first - asked)
    })
    return [{ name: 'first word', samples, base: 'bare', unit: 'µs', over: true }]
  } finally {
    await server.stop()
  }
}
