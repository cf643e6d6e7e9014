/**
 * Where processor time goes, function by function: V8's own profile of a piece of work, summed up.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import { Session } from 'node:inspector/promises'
import { basename } from 'node:path'

const SAMPLE_MICROSECONDS = 100
const TOP = 18

/**
 * Profiles work and tells in which functions the time was spent, their callees not counted.
 *
 * @param {() => Promise<void>} work
 * @returns {Promise<string>} a table in Markdown
 */
export async function profile(work) {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROSECONDS })
  await session.post('Profiler.start')
  await work()
  const { profile: { nodes, samples, timeDeltas } } = await session.post('Profiler.stop')
  session.disconnect()
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const spent = new Map()
  let total = 0
  for (const [index, id] of samples.entries()) {
    const { functionName, url, lineNumber } = byId.get(id).callFrame
    if (functionName === '(idle)' || url === 'node:inspector') continue
    const where = url ? ` ${basename(url)}:${lineNumber + 1}` : ''
    const name = `${functionName || '(anonymous)'}${where}`
    spent.set(name, (spent.get(name) ?? 0) + timeDeltas[index])
    total += timeDeltas[index]
  }
  const top = [...spent].toSorted(([, a], [, b]) => b - a).slice(0, TOP)
  return ['| function | self |', '| --- | ---: |', ...top.map(([name, time]) => `| \`${name}\` | ${((100 * time) / total).toFixed(1)} % |`)].join('\n')
}
