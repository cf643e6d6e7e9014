/**
 * Runs one suite, from the packed package, in every runtime that this machine has, and says how many tests passed where.
 * `--default` leaves out the runtimes that are installed for this alone, `--only node22,webkit` takes those alone.
 * The tables of the README and of docs/reliability.md must say the same of each runtime that ran; `--write` has them say so. Ends with the line `N passed, N failed, N skipped`.
 * @module
 */
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { installAlone } from '../test/package/artifact.ts'
import { drivers } from '../test/runtimes/drivers/index.ts'
import { bundleSuite } from '../test/runtimes/suite/bundle.ts'
import { membersOf } from '../test/runtimes/suite/members.ts'
import { runSuite } from '../test/runtimes/suite/report.ts'
import { figuresIn, tableOf, totalsOf } from '../test/runtimes/suite/table.ts'
import { line, sum, tally } from './counts.mjs'
import { root } from './entries.mjs'
import { syncSections } from './sections.mjs'

/** As many runtimes at a time; most of what they do is wait. */
const AT_ONCE = 3
const SECTION = 'runtimes'
/** Holds what each area has; the README says their sums. */
const DETAILS = 'docs/reliability.md'

process.chdir(root)
const { values } = parseArgs({ options: { default: { type: 'boolean' }, only: { type: 'string' }, write: { type: 'boolean' } } })
const ids = values.only?.split(',') ?? drivers.filter(({ byDefault }) => byDefault || !values.default).map(({ id }) => id)
const unknown = ids.filter((id) => !drivers.some((driver) => driver.id === id))
if (unknown.length > 0) throw new Error(`Cannot run the suite in ${unknown.join(', ')}: the runtimes are ${drivers.map(({ id }) => id).join(', ')}`)
if (!existsSync('dist/index.js')) throw new Error('Cannot pack what is not built: npm run build makes it')
const built = statSync('dist/index.js').mtimeMs
const newer = globSync('src/**/*.ts').find((file) => statSync(file).mtimeMs > built)
if (newer) console.warn(`dist is older than ${newer}: tests of what is new will fail until npm run build`)

const { members, others } = membersOf()
const artifact = await installAlone()
const programs = new Map()
let results
try {
  results = await runAll(drivers.filter(({ id }) => ids.includes(id)))
} finally {
  await artifact.remove()
}
const total = report()
if (process.env['KEYLESS_CHAT_COUNTS']) writeFileSync(process.env['KEYLESS_CHAT_COUNTS'], JSON.stringify({ total }))
console.log(line(total))
// Not before what was said is out; browsers and servers that were ended may leave handles behind.
process.stdout.write('', () => process.exit(total.failed > 0 ? 1 : 0))

async function runAll(chosen) {
  const results = []
  const waiting = [...chosen.entries()]
  async function work() {
    for (let next = waiting.shift(); next; next = waiting.shift()) results[next[0]] = await resultOf(next[1])
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results
}

async function resultOf({ name, id, kind, find }) {
  let outcomes = []
  const broken = []
  let version = ''
  const start = performance.now()
  try {
    const found = await find({ install: !values.default })
    if (!found) return { name, counts: tally(0, 0, 1), areas: {} }
    version = found.version
    if (!programs.has(kind)) programs.set(kind, bundleSuite(kind, members, artifact.folder))
    outcomes = await runSuite(id, found, await programs.get(kind), artifact.folder)
  } catch (error) {
    broken.push(`${name}: ${error.stack}`)
  }
  for (const { file, name: test, state, message } of outcomes) if (state === 'failed') broken.push(`${name}: ${file}: ${test}\n${message}`)
  for (const text of broken) console.error(`failed: ${text.replaceAll('\n', '\n  ')}`)
  const areas = {}
  for (const { file, state } of outcomes) {
    const area = file.split('/')[1] ?? 'elsewhere'
    areas[area] = sum([areas[area] ?? tally(), tally(Number(state === 'passed'), Number(state === 'failed'), Number(state === 'skipped'))])
  }
  const counts = sum([...Object.values(areas), tally(0, outcomes.length === 0 ? 1 : 0)])
  console.log(`${name} ${version}: ${line(counts)} in ${((performance.now() - start) / 1000).toFixed(1)} s`)
  return { name, areas, counts }
}

function report() {
  const ran = results.filter(({ areas }) => Object.keys(areas).length > 0)
  const figuresOf = (some) => Object.fromEntries(some.map(({ name, areas }) => [name, Object.fromEntries(Object.entries(areas).map(([area, counts]) => [area, counts.passed]))]))
  console.log(`\n${tableOf(figuresOf(ran), ran.map(({ name }) => name))}\n`)
  console.log(`Not in the suite, as they import what the package does not export: ${[...others.keys()].join(', ')}`)
  for (const { name, counts } of results) if (counts.passed + counts.failed === 0) console.log(`skipped: ${name} (not to be had on this machine)`)

  const total = sum(results.map(({ counts }) => counts))
  if (total.passed === 0 && total.failed === 0) {
    console.error('failed: no test ran')
    total.failed++
  }
  // Of runtimes that did not run, or where a test failed, the tables keep what they say.
  if (!documentsSay(figuresOf(ran.filter(({ counts }) => counts.failed === 0)))) {
    console.error(`failed: the README or ${DETAILS} says something else: npm run test:everywhere -- --write`)
    total.failed++
  }
  return total
}

function documentsSay(measured) {
  const [, section = ''] = readFileSync(DETAILS, 'utf8').split(new RegExp(`<!-- /?${SECTION} -->`))
  const figures = { ...figuresIn(section), ...measured }
  const names = drivers.map(({ name }) => name)
  const options = { write: values.write === true }
  // Both, so that one run writes both.
  return [syncSections(DETAILS, { [SECTION]: tableOf(figures, names) }, options), syncSections('README.md', { [SECTION]: totalsOf(figures, names) }, options)].every(Boolean)
}
