/**
 * What `npm run bench` runs: keyless-chat beside its peers and beside the least that does the job, in one run, interleaved.
 *
 * - `--quick`: a look whether it works, on what the project itself has installed; with `--only`, as many rounds as without it.
 * - `--only cpu,size`: some measures; `--subjects floor,core`: some subjects; `--rounds 3`: as many of each.
 * - `--profile`: instead of measuring, the functions in which keyless-chat spends its time.
 * - `--write`: puts the figures into docs/performance.md, and draws docs/charts.
 *
 * Builds where nothing is built; installs the peers, into `bench/peers` alone, where they are missing and wanted.
 * @module
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { root } from '../scripts/entries.mjs'
import { syncSections } from '../scripts/sections.mjs'
import { chart } from './charts.mjs'
import { profiles } from './measures/profile.mjs'
import { about, section } from './report.mjs'
import { subjects } from './subjects.mjs'

const MEASURES = ['cpu', 'large', 'call', 'first', 'cancel', 'memory', 'size']

const { quick, write, profile, only, subjects: keys, rounds } = parseArgs({ options: { quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false }, profile: { type: 'boolean', default: false }, only: { type: 'string' }, subjects: { type: 'string' }, rounds: { type: 'string' } } }).values
if (quick && write) throw new Error('Cannot write the figures of a quick run: leave out --quick or --write')

const peers = join(import.meta.dirname, 'peers')
if (!quick && !profile && !keys && !existsSync(join(peers, 'node_modules'))) execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: peers, stdio: ['ignore', 'inherit', 'inherit'] })
if (!existsSync(join(root, 'dist/core.js'))) await import('../scripts/build.mjs')
else if (isStale()) {
  const why = 'dist is older than src: run npm run build'
  if (write) throw new Error(`Cannot write figures as ${why}`)
  process.stderr.write(`${why}\n`)
}

const log = (text) => process.stderr.write(`${text}\n`)
const started = performance.now()
if (profile) console.log(await profiles({ keys: keys?.split(','), quick, log }))
else await measure()
log(`in ${Math.round((performance.now() - started) / 1000)} s`)

/** Whether a source has been written since the build. */
function isStale() {
  const built = statSync(join(root, 'dist/core.js')).mtimeMs
  return readdirSync(join(root, 'src'), { recursive: true }).some((name) => name.endsWith('.ts') && statSync(join(root, 'src', name)).mtimeMs > built)
}

async function measure() {
  const list = subjects({ keys: keys?.split(','), quick })
  const sections = { 'call-about': about({ list, quick }) }
  for (const name of only?.split(',') ?? MEASURES) {
    const measured = await import(`./measures/${name}.mjs`)
    const busy = [loadavg()[0]]
    const begun = performance.now()
    const cases = await measured.run({ list, quick: quick && !only, rounds: rounds && Number(rounds), log: (text) => log(`${name}: ${text}`) })
    busy.push(loadavg()[0])
    log(`${name}: in ${Math.round((performance.now() - begun) / 1000)} s`)
    sections[`call-${name}`] = section(measured, list, cases, busy)
    // At once, so that a subject that fails later loses nothing.
    if (write) syncSections(join(root, 'docs/performance.md'), { [`call-${name}`]: sections[`call-${name}`] }, { write })
    console.log(`\n## ${measured.title}\n\n${sections[`call-${name}`]}`)
    if (write && measured.charted) draw(name, chart({ title: measured.charted, list, cases: cases.filter(({ uncharted }) => !uncharted) }))
  }
  console.log(`\n${sections['call-about']}`)
  if (write) syncSections(join(root, 'docs/performance.md'), { 'call-about': sections['call-about'] }, { write })
}

function draw(name, svg) {
  mkdirSync(join(root, 'docs/charts'), { recursive: true })
  writeFileSync(join(root, `docs/charts/${name}.svg`), svg)
}
