/**
 * What `npm test` runs: the build, every test from the sources in Node, those of faults and properties in Chromium and workerd too, then the suite from
 * the packed package in all runtimes that are there without being installed for it. With arguments it runs the tests that they name, from the sources.
 * What takes longest, all that pages can do and the templates, is left to `npm run test:pages`.
 * Ends with the line `N passed, N failed, N skipped`; what is skipped for want of a runtime is named above it.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { countsIn, line, sum, tally } from './counts.mjs'
import { root } from './entries.mjs'
import { findChromium } from './find-chromium.mjs'
import { findFirefox } from './find-firefox.mjs'

process.chdir(root)
const folder = mkdtempSync(join(tmpdir(), 'keyless-chat-'))
const total = await test()
rmSync(folder, { recursive: true, force: true })
console.log(line(total))
process.exitCode = total.failed > 0 ? 1 : 0

async function test() {
  if (run(['scripts/build.mjs']) !== 0) {
    console.error('failed: the build')
    return tally(0, 1, 0)
  }
  const chromium = await findChromium()
  if (chromium) console.log(`chromium: ${chromium.path} (from ${chromium.from})`)

  // Looked for by the tests that use it, which name it where they are skipped.
  const firefox = findFirefox({ install: true })
  if (firefox) console.log(`firefox: ${firefox}`)

  const file = join(folder, 'counts.json')
  const status = run(['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], { KEYLESS_CHAT_COUNTS: file, ...(process.argv.length === 2 && { KEYLESS_CHAT_PACKED: 'true' }), ...(chromium && { CHROMIUM: chromium.path }) })
  const { projects, names, total } = countsIn(file)

  for (const [name, counts] of Object.entries(projects)) {
    console.log(`${name}: ${line(counts)}`)
    // A project without a test proves nothing; with arguments, a part was asked for.
    if (process.argv.length === 2 && counts.passed + counts.failed === 0) {
      console.error(`failed: no test ran in ${name}`)
      total.failed++
    }
  }
  for (const name of names) console.log(`skipped: ${name}`)
  if (status !== 0 && total.failed === 0) {
    console.error(`failed: vitest ended with status ${status}`)
    total.failed++
  }
  if (total.passed === 0 && total.failed === 0) {
    console.error('failed: no test ran')
    total.failed++
  }
  // With arguments, a part was asked for.
  return process.argv.length === 2 ? sum([total, everywhere(chromium)]) : total
}

/** The suite that runs from the packed package; runtimes that are installed for it alone are left to `npm run test:everywhere`. */
function everywhere(chromium) {
  const file = join(folder, 'everywhere.json')
  const status = run(['scripts/everywhere.mjs', '--default'], { KEYLESS_CHAT_COUNTS: file, ...(chromium && { CHROMIUM: chromium.path }) })
  const { total } = countsIn(file)
  if (status !== 0 && total.failed === 0) {
    console.error(`failed: the suite ended with status ${status}`)
    total.failed++
  }
  return total
}

function run(args, env = {}) {
  return spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, WRANGLER_SEND_METRICS: 'false', ...env } }).status
}
