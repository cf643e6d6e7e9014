/**
 * Runs one suite, from the packed package, in every runtime that this machine has, and says how many tests passed where.
 * `--default` leaves out the runtimes that are installed for this alone, `--only node22,webkit` takes those alone; `--write` writes the README's table.
 * Ends with the line `N passed, N failed, N skipped`.
 * @module
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { bundleSuite } from '../test/runtimes/suite/bundle.ts'
import { membersOf } from '../test/runtimes/suite/members.ts'
import { runSuite } from '../test/runtimes/suite/report.ts'
import { installAlone } from '../test/package/artifact.ts'
import { drivers } from '../test/runtimes/drivers/index.ts'
import { line, sum, tally } from './counts.mjs'
import { root } from './entries.mjs'

process.chdir(root)
const { values } = parseArgs({ options: { default: { type: 'boolean' }, only: { type: 'string' }, write: { type: 'boolean' } } })
const asked = values.only?.split(',')
const unknown = asked?.filter((id) => !drivers.some((driver) => driver.id === id)) ?? []
if (unknown.length > 0) throw new Error(`Cannot run ${unknown.join(', ')}: the runtimes are ${drivers.map(({ id }) => id).join(', ')}`)

const { members, others } = membersOf()
const programs = new Map()
const artifact = await installAlone()
const results = []
try {
  for (const driver of drivers) if (asked ? asked.includes(driver.id) : driver.byDefault || !values.default) results.push(await resultOf(driver))
} finally {
  await artifact.remove()
}
report()
// Some runtimes keep handles open after their end.
process.exit()

async function resultOf(driver) {
  const found = await driver.find({ install: !values.default })
  if (!found) return { driver, missing: true, counts: tally(0, 0, 1), areas: {} }
  const start = Date.now()
  let outcomes = []
  let broken
  try {
    if (!programs.has(driver.kind)) programs.set(driver.kind, await bundleSuite(driver.kind, members, artifact.folder))
    outcomes = await runSuite(driver.id, found, programs.get(driver.kind), artifact.folder)
  } catch (error) {
    broken = error.message
    console.error(`failed: ${driver.name}: ${broken}`)
  }
  for (const { file, name, message } of outcomes.filter(({ state }) => state === 'failed')) console.error(`failed: ${driver.name}: ${file}: ${name}\n  ${message.replaceAll('\n', '\n  ')}`)
  const areas = {}
  for (const { file, state } of outcomes) {
    const area = file.split('/')[1] ?? 'elsewhere'
    areas[area] = sum([areas[area] ?? tally(), tally(+(state === 'passed'), +(state === 'failed'), +(state === 'skipped'))])
  }
  const counts = sum([...Object.values(areas), tally(0, broken ? 1 : 0)])
  console.log(`${driver.name} ${found.version}: ${line(counts)} in ${((Date.now() - start) / 1000).toFixed(1)} s`)
  return { driver, counts, areas, broken }
}

function report() {
  const names = [...new Set(results.flatMap(({ areas }) => Object.keys(areas)))].sort()
  const cell = (counts) => (counts ? (counts.failed ? `${counts.passed} (${counts.failed} failed)` : String(counts.passed)) : '–')
  const rows = [['', ...results.map(({ driver }) => driver.name)], ...names.map((area) => [area, ...results.map(({ areas }) => cell(areas[area]))]), ['all', ...results.map(({ counts }) => cell(counts))]]
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  for (const row of rows) console.log(row.map((text, column) => (column ? text.padStart(widths[column]) : text.padEnd(widths[column]))).join('  '))
  console.log(`not in the suite, as they import what the package does not export: ${[...others.keys()].join(', ')}`)
  for (const { driver, missing } of results) if (missing) console.log(`skipped: ${driver.name} (not on this platform)`)
  const total = sum(results.map(({ counts }) => counts))
  if (total.passed === 0 && total.failed === 0) total.failed++
  console.log(line(total))
  process.exitCode = total.failed > 0 ? 1 : 0
}
