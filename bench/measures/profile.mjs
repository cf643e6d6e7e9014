/**
 * Where keyless-chat's own time goes: profiles of what the measures of processor time do, with the floor beside it.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import { profile } from '../profile.mjs'
import { askWhole } from '../rounds.mjs'
import { openAll, subjects } from '../subjects.mjs'
import { answerOf, eventBlocks, fetchOf, sizedBlocks } from '../wire.mjs'

const long = answerOf(20_000)
const short = answerOf(5)
const LOADS = [
  { name: 'chunks in blocks of 64 KiB', answer: long, blocks: sizedBlocks(long.events, 64 * 1024), times: 40 },
  { name: 'one event a block', answer: long, blocks: eventBlocks(long.events), times: 15 },
  { name: 'calls of 5 words', answer: short, blocks: sizedBlocks(short.events, 64 * 1024), times: 10_000 },
]

/** @returns {Promise<string>} tables in Markdown, one for each load and subject */
export async function profiles({ keys = ['floor', 'core', 'main'], quick, log }) {
  const tables = []
  for (const { name, answer, blocks, times } of LOADS) {
    const asks = await openAll(subjects({ keys }), 'profile', { fetch: fetchOf(blocks) })
    for (const [key, ask] of asks) {
      log(`${name}: ${key}`)
      const count = quick ? Math.ceil(times / 10) : times
      const work = async () => {
        for (let time = 0; time < count; time++) await askWhole(key, ask, answer.text)
      }
      await work()
      tables.push(`### ${key}, ${name}\n\n${await profile(work)}`)
    }
  }
  return tables.join('\n\n')
}
