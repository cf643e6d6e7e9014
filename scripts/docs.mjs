/**
 * The documentation's site: `node scripts/docs.mjs [--serve] [--draft] [folder]`, into build/docs/ unless told otherwise. `--draft` is for writing: it tells of
 * pages and links that are not there yet, and goes on.
 *
 * Pages are the Markdown files that docs/site/nav.json lists, which read as well where they lie; `scripts/docs/markdown.mjs` turns their links to each other
 * into links of the site, and fails for one that leads nowhere. The API reference comes from the sources: `deno doc` says what each entry exports, the
 * declarations and docstrings are the sources' own, and an export without a docstring fails the build. Code is highlighted here, with classes for colours.
 * `ts live` blocks become editors: docs/site/live.ts sends what they hold to a worker, whose requests to the hosts of the examples are answered by an emulator
 * in a service worker, docs/site/emulator.ts. All links are relative and nothing is inline, so that the folder may lie anywhere, under the strictest policy.
 * `test/docs` compiles and runs every code block, and looks at the site.
 * @module
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import { spawnSync } from 'node:child_process'
import { root } from './entries.mjs'

// Node says of the function that takes types out of TypeScript that it may change; what is installed here is one version.
process.removeAllListeners('warning')

const args = process.argv.slice(2)
const unknown = args.filter((argument) => argument.startsWith('-') && argument !== '--serve' && argument !== '--draft')
if (unknown.length > 0) throw new Error(`Cannot build the site: there is no option ${unknown[0]}, only --serve and --draft`)
const [folder = `${root}build/docs`] = args.filter((argument) => !argument.startsWith('-'))

if (!existsSync(`${root}dist/index.js`)) {
  const { status } = spawnSync(process.execPath, [`${root}scripts/build.mjs`], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
const { buildSite } = await import('./docs/build.mjs')
const started = performance.now()
const { pages, live } = await buildSite(resolve(folder), args.includes('--draft') ? { report: (problem) => console.warn(problem) } : {})
console.log(`${pages.length} pages, ${live} of them with examples that run, in ${resolve(folder)} after ${((performance.now() - started) / 1000).toFixed(1)} s`)

if (args.includes('--serve')) {
  const { serveFolders } = await import('./static-host.mjs')
  const { origin } = await serveFolders({ '': resolve(folder) }, { port: Number(process.env['PORT'] ?? 0) })
  console.log(`The documentation is at ${origin}/`)
}
