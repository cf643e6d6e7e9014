/**
 * One page in Chromium that chats for two hours, compressed: streamed calls with faults, aborts and tokens that expire.
 *
 * `npm run soak -- [--calls 2000] [--seed N] [--write]`: `--write` puts the figures into docs/reliability.md and the heap into docs/charts/heap.svg.
 * Needs `npm run build` and Node 24, which runs the TypeScript of test/soak. Ends with `N passed, N failed, N skipped`.
 * @module
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { line, tally } from './counts.mjs'
import { root } from './entries.mjs'
import { syncSections } from './sections.mjs'

process.chdir(root)
const { values } = parseArgs({ options: { calls: { type: 'string', default: '2000' }, seed: { type: 'string' }, write: { type: 'boolean' } } })
const calls = Number(values.calls)
const seed = Number(values.seed ?? Date.now() % 1_000_000)
if (!Number.isInteger(calls) || calls < 1 || !Number.isInteger(seed)) throw new Error(`Cannot soak: --calls and --seed must be integers: they are ${values.calls} and ${values.seed}`)
if (!existsSync('dist/index.js')) throw new Error('Cannot soak: there is no dist: run npm run build')

const { soak } = await import('../test/soak/soak.ts')
const { outcomeTable, summary } = await import('../test/soak/table.ts')
const { heapChart } = await import('../test/soak/heap.ts')
console.log(`seed: ${seed}`)
const warmUp = Math.round(calls / (calls < 1000 ? 2 : 4))
const report = await soak({ calls, seed, warmUp, sampleEvery: Math.max(1, Math.round(calls / 20)), progress: (text) => console.log(text) })
if (!report) {
  console.log('skipped: soak (no Chromium)')
  console.log(line(tally(0, 0, 1)))
} else {
  const { checks, seen, seconds, browser } = report
  const table = outcomeTable(seen)
  console.log(`\n${table}\n\n${Math.round(seconds)} s in ${browser}\n`)
  for (const { name, passed, found } of checks) console.log(`${passed ? 'passed' : 'FAILED'}  ${name}: ${found}`)
  if (values.write) {
    mkdirSync('docs/charts', { recursive: true })
    writeFileSync('docs/charts/heap.svg', heapChart(seen.samples, warmUp))
    syncSections('docs/reliability.md', { soak: summary(report, seed) })
  }
  const failed = checks.filter(({ passed }) => !passed).length
  console.log(line(tally(checks.length - failed, failed)))
  process.exitCode = failed > 0 ? 1 : 0
}
