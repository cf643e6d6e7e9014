/**
 * One subject's memory over a long answer, in a process of its own: `node --expose-gc bench/memory.mjs <subject> <chunks>` prints it as JSON.
 * Runtime: Node. Imports: a subject's module.
 * @module
 */
import process from 'node:process'
import { openAll, subjects } from './subjects.mjs'
import { answerOf, eventBlocks } from './wire.mjs'

const [, , key, count] = process.argv
const chunks = Number(count)
/** So many different words, over and over: held once, and not the subject's. */
const DIFFERENT = 1000
/** The heap is looked at each so many words; more often would cost more than what is measured. */
const EVERY = 500

const { events } = answerOf(DIFFERENT)
const blocks = eventBlocks(events)
const [first, words, last] = [blocks.slice(0, 2), blocks.slice(2, -3), blocks.slice(-3)]

/** Answers with so many words, each in a block of its own. */
function fetchOf(total) {
  return async function fetch() {
    let next = 0
    const body = new ReadableStream(
      {
        pull(controller) {
          const index = next++
          if (index < 2) controller.enqueue(first[index])
          else if (index < 2 + total) controller.enqueue(words[(index - 2) % DIFFERENT])
          else if (index < total + 5) controller.enqueue(last[index - total - 2])
          else controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
  }
}

async function askOf(total) {
  const asks = await openAll(subjects({ keys: [key] }), 'memory', { fetch: fetchOf(total) })
  return asks.get(key)
}

// Compiled, and what is made once is there.
await (await askOf(2000))(() => {})

const ask = await askOf(chunks)
globalThis.gc()
const before = process.memoryUsage()
let heard = 0
let peak = 0
let held = 0
await ask((words) => {
  // Some give the empty beginning of an answer, too.
  if (!words) return
  heard++
  if (heard % EVERY === 0) peak = Math.max(peak, process.memoryUsage().rss)
  // At the last word, while the call is still there with all that it holds.
  if (heard !== chunks) return
  globalThis.gc()
  held = process.memoryUsage().heapUsed
})
if (heard !== chunks) throw new Error(`Cannot measure ${key} as it gave ${heard} words of ${chunks}`)
globalThis.gc()
const after = process.memoryUsage()
console.log(JSON.stringify({ held: held - before.heapUsed, left: after.heapUsed - before.heapUsed, peak: peak - before.rss }))
