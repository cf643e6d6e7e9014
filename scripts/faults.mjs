/**
 * Runs the fault table of test/faults in every runtime that this machine has, and holds docs/reliability.md to what came of it.
 *
 * `npm run test:faults`: the table must say what the run says. `-- --write` writes it; `-- --project node` runs in one runtime and shows the rows alone.
 * Ends with `N passed, N failed, N skipped`; a table that says something else is one that failed.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { line, sum, tally } from './counts.mjs'
import { rows } from '../test/faults/rows.ts'
import { root } from './entries.mjs'
import { syncSections } from './sections.mjs'

/** The columns of the table, and what their heads say. */
const RUNTIMES = { node: 'Node', chromium: 'Chromium', workerd: 'workerd' }

process.chdir(root)
const { values } = parseArgs({ options: { write: { type: 'boolean' }, project: { type: 'string' } } })
const folder = mkdtempSync(join(tmpdir(), 'keyless-chat-faults-'))
const counts = []
const found = []
// One after the other: two cores hold a browser and its server, no more.
for (const project of values.project ? [values.project] : Object.keys(RUNTIMES)) {
  const run = runIn(project)
  counts.push(run.counts)
  found.push(...run.found)
}
rmSync(folder, { recursive: true, force: true })

const total = sum(counts)
const table = tableOf(found)
if (values.project) console.log(table)
else if (total.failed === 0 && total.skipped === 0) {
  if (syncSections('docs/reliability.md', { faults: table })) total.passed++
  else {
    console.log(`failed: docs/reliability.md does not say what the run says: run it with --write\n${table}`)
    total.failed++
  }
}
console.log(line(total))
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

function runIn(project) {
  const file = join(folder, `${project}.json`)
  const counted = join(folder, `${project}-counts.json`)
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', KEYLESS_CHAT_FAULTS: file, KEYLESS_CHAT_COUNTS: counted }
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, '--reporter=default', '--reporter=./scripts/faults-reporter.mjs', 'test/faults']
  // What workerd says of each broken connection would bury everything else.
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', maxBuffer: 2 ** 28 })
  console.log(`${stdout}${status === 0 ? '' : stderr}`.split('\n').filter((text) => !/^(stack: |exception = |uncaught exception)/.test(text)).join('\n'))
  try {
    const { total, names } = JSON.parse(readFileSync(counted, 'utf8'))
    for (const name of names) console.log(`skipped: ${name}`)
    return { counts: status !== 0 && total.failed === 0 ? sum([total, tally(0, 1, 0)]) : total, found: JSON.parse(readFileSync(file, 'utf8')) }
  } catch {
    return { counts: tally(0, 1, 0), found: [] }
  }
}

/** A row for each fault, a column for each runtime. */
function tableOf(results) {
  const runtimes = Object.keys(RUNTIMES).filter((runtime) => results.some((one) => one.runtime === runtime))
  const found = rows.map(({ name }) => [name, Object.fromEntries(results.filter((one) => one.name === name).map((one) => [one.runtime, one]))])
  const requests = runtimes.map((runtime) => `${results.filter((one) => one.runtime === runtime).reduce((all, one) => all + one.requests, 0).toLocaleString('en')} requests in ${RUNTIMES[runtime]}`)
  return [
    `${found.length} faults, ${requests.join(', ')}.`,
    '',
    `| fault | ${runtimes.map((runtime) => RUNTIMES[runtime]).join(' | ')} | text kept |`,
    `| --- | ${runtimes.map(() => '---').join(' | ')} | --- |`,
    ...found.map(([name, by]) => `| ${[name, ...runtimes.map((runtime) => outcomes(by[runtime])), keptOf(by, runtimes)].join(' | ')} |`),
  ].join('\n')
}

function outcomes(one) {
  return one ? one.outcomes.map((outcome) => (outcome === 'whole' ? 'complete' : `\`${outcome}\``)).join(', ') : '–'
}

/** All that was delivered, or what a runtime hands over of it. */
function keptOf(by, runtimes) {
  const handed = runtimes.filter((runtime) => by[runtime]?.kept === 'handed')
  if (handed.length === 0) return 'all'
  return handed.length === runtimes.length ? 'what is handed over' : `all; in ${handed.map((runtime) => RUNTIMES[runtime]).join(' and ')} what is handed over`
}
