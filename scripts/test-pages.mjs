/**
 * What `npm run test:pages` runs, after a build: all that the demo page can do, in real browsers, sign-in with MSAL, the documentation's site as readers use it, and every
 * template by its README's commands. It takes longer than `npm test`, which has a page's main ways alone.
 * `--share 9` runs every ninth file, by the commit which ones, and names the others as skipped. Ends with the line `N passed, N failed, N skipped`.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { countsIn, line, sum, tally } from './counts.mjs'
import { root } from './entries.mjs'
import { PAGES } from './pages.mjs'

process.chdir(root)
const { values, positionals } = parseArgs({ options: { share: { type: 'string' } }, allowPositionals: true })
const share = Number(values.share ?? 1)
if (!Number.isInteger(share) || share < 1) throw new RangeError(`Cannot run a share of the tests as it must be a whole number from 1: it is ${values.share}`)

const files = globSync(PAGES).map((file) => file.replaceAll('\\', '/')).sort().filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)))
const commit = spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).stdout?.trim() || '0'
const turn = Number.parseInt(commit.slice(0, 8), 16) % share
const left = files.filter((_, index) => index % share !== turn)
const chosen = files.filter((file) => !left.includes(file))
if (chosen.length === 0) throw new RangeError(`Cannot run tests of pages as none is in this share, or has a name with: ${positionals.join(' ') || '(nothing asked)'}`)
for (const file of left) console.log(`skipped: ${file} (the share of another commit: npm run test:pages runs all)`)
console.log(line(sum([run(), tally(0, 0, left.length)])))

function run() {
  const folder = mkdtempSync(join(tmpdir(), 'keyless-chat-pages-'))
  try {
    const counts = join(folder, 'counts.json')
    const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'pages', ...chosen], { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, KEYLESS_CHAT_COUNTS: counts } })
    const { names, total } = countsIn(counts)
    for (const name of names) console.log(`skipped: ${name}`)
    if (total.passed + total.failed === 0 || (status !== 0 && total.failed === 0)) {
      console.error(`failed: no test ran, or vitest ended with status ${status}`)
      total.failed++
    }
    if (total.failed > 0) process.exitCode = 1
    return total
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
