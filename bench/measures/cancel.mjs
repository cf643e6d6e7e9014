/**
 * How soon a service sees its connection close once an answer is left, by `break` or by a signal, while words flow and while it is silent.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import process from 'node:process'
import { startServer } from '../loopback.mjs'
import { interleaveCalls } from '../rounds.mjs'
import { openAll } from '../subjects.mjs'

const CALLS = 10
const ROUNDS = 5
const QUICK_ROUNDS = 2
/** A connection that is open after so long has not been closed by who left. */
const PATIENCE_MS = 2000
/** Time for what a subject may still have to do with the words that it has, in silence. */
const SILENCE_MS = 20

const CASES = [
  { name: '`break` in flow', mode: 'flow', leave: () => false },
  { name: 'abort in flow', mode: 'flow', leave: (abort) => abort() },
  { name: 'abort in silence', mode: 'silence', leave: (abort) => void setTimeout(() => abort(), SILENCE_MS) },
]

export const title = 'Leaving an answer'
export const remark = `From \`break\` or \`abort()\` until the service, another process, sees the connection close; the median of ${CALLS} answers a round. "–": it was still open after ${PATIENCE_MS / 1000} s.`

export async function run({ list, quick, rounds = quick ? QUICK_ROUNDS : ROUNDS, log }) {
  const server = await startServer()
  // What peers leave rejected when they are aborted is no failure of the measure.
  const ignore = () => {}
  process.on('unhandledRejection', ignore)
  try {
    const cases = []
    for (const { name, mode, leave } of CASES) {
      log(name)
      const asks = await openAll(list, 'cancel', { endpoint: server.endpoint })
      await server.set(mode)
      const samples = await interleaveCalls([...asks.keys()], { rounds, calls: quick ? 2 : CALLS }, (key) => closing(server, asks.get(key), leave))
      cases.push({ name, samples, base: 'bare', unit: 'µs' })
    }
    return cases
  } finally {
    process.off('unhandledRejection', ignore)
    await server.stop()
  }
}

/** Asks, leaves at the first word, and tells how many microseconds later the service saw it. */
async function closing(server, ask, leave) {
  const controller = new AbortController()
  const closed = server.closed(PATIENCE_MS)
  let left
  const abort = () => {
    left = process.hrtime.bigint()
    controller.abort()
  }
  let first = true
  const asking = ask(
    () => {
      // Words that came with the first, or that are still given after an abort.
      if (!first) return undefined
      first = false
      left = process.hrtime.bigint()
      return leave(abort)
    },
    { signal: controller.signal },
  )
  // Rejects with the abort, in most.
  const failed = asking.then(() => undefined, (error) => error)
  const at = await closed
  if (at === undefined) {
    // Heard to the end, or the next one would be told of this close.
    const late = server.closed(PATIENCE_MS)
    await server.set('let go')
    await late
    controller.abort()
  }
  const failure = await failed
  if (first) throw new Error('Cannot measure how an answer is left that has not begun', { cause: failure })
  if (at < left) throw new Error('Cannot measure when an answer was left as its connection had closed before')
  return at === undefined ? undefined : Number(at - left) / 1000
}
