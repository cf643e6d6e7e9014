/**
 * What Lighthouse says of the exported demo and of the documentation's site: `npm run lighthouse`, with `-- --write` into docs/quality.md.
 *
 * Builds both, serves them as a static host does, and measures each page three times, by Lighthouse's own settings for a phone and for a desktop; the median
 * counts. Fails where performance or accessibility is below 95. `--built` takes `dist/` as it is, `--only demo` one page, `--runs 1` less time, `--draft` a site
 * whose pages are not all written.
 * Runtime: Node, with a Chromium.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import lighthouse, { desktopConfig } from 'lighthouse'
import { chromium } from 'playwright'
import { root } from './entries.mjs'
import { chromiumFlags, findChromium } from './find-chromium.mjs'
import { busy, describeRun, findPages, median, shortfalls, table } from './lighthouse-report.mjs'
import { syncSections } from './sections.mjs'
import { serveFolders } from './static-host.mjs'

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo']
const FORMS = { mobile: undefined, desktop: desktopConfig }

const { values: options } = parseArgs({ options: { write: { type: 'boolean' }, built: { type: 'boolean' }, draft: { type: 'boolean' }, only: { type: 'string' }, runs: { type: 'string', default: '3' } } })
process.chdir(root)
const browser = await findChromium()
if (!browser) fail('Cannot measure as there is no Chromium here and none can be had: name one by the variable CHROMIUM')

const folder = mkdtempSync(join(tmpdir(), 'keyless-chat-lighthouse-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
if (!options.built) run('scripts/build.mjs')
run('demo/export.mjs', join(folder, 'demo'))
const documented = existsSync('scripts/docs.mjs')
if (documented) run('scripts/docs.mjs', ...(options.draft ? ['--draft'] : []), join(folder, 'docs'))
else console.log('The documentation is not measured as there is no scripts/docs.mjs')

const host = await serveFolders({ '/demo': join(folder, 'demo'), ...(documented && { '/docs': join(folder, 'docs') }) })
const pages = { demo: '/demo/', ...(documented && findPages(join(folder, 'docs'), '/docs')) }
const chosen = Object.entries(pages).filter(([name]) => options.only === undefined || name === options.only)
if (chosen.length === 0) fail(`Cannot measure ${options.only}: there are ${Object.keys(pages).join(', ')}`)

const rows = []
/** What measured, as it says itself. */
let versions = ''
try {
  for (const [name, path] of chosen) {
    for (const [form, config] of Object.entries(FORMS)) {
      const runs = []
      for (let i = 0; i < Number(options.runs); i++) runs.push(await measure(host.origin + path, config))
      const row = { page: name, form, ...median(runs) }
      rows.push(row)
      console.log(describeRun(row))
    }
  }
} finally {
  await host.close()
}
console.log(`\n${table(rows)}`)
const problems = shortfalls(rows)
for (const problem of problems) console.error(problem)
if (busy(rows) !== '') console.warn(busy(rows))
if (options.write && chosen.length < Object.keys(pages).length) fail('Cannot write docs/quality.md as not all pages were measured: leave --only out')
if (options.write) syncSections('docs/quality.md', { lighthouse: `The median of ${options.runs} runs of each. ${versions}.${busy(rows) && ` ${busy(rows)}.`}\n\n${table(rows)}` })
process.exitCode = problems.length > 0 ? 1 : 0

/** Measures a page once, in a browser of its own, so that nothing is kept from before. */
async function measure(url, config) {
  const port = await freePort()
  const running = await chromium.launch({ executablePath: browser.path, args: [...chromiumFlags, `--remote-debugging-port=${port}`] })
  try {
    const result = await lighthouse(url, { port, output: 'json', logLevel: 'error', onlyCategories: CATEGORIES }, config)
    if (!result || result.lhr.runtimeError) throw new Error(`Cannot measure ${url}: ${result?.lhr.runtimeError?.message ?? 'there is no result'}`)
    versions = `Lighthouse ${result.lhr.lighthouseVersion}, Chromium ${running.version()}`
    return result.lhr
  } finally {
    await running.close()
  }
}

function freePort() {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) fail(`Cannot measure as node ${script} has failed`)
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
