/**
 * What `npm run example -- <name>` runs: a template of examples/, copied out of this project, by the two commands of its README. With `--build` it
 * is built, and what was built is served, where the template has a build. The copy is gone when this ends.
 * @module
 */
import { existsSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { root } from './entries.mjs'
import { commandsOf, copyTemplate, endOnSignals, pack, start, templateNames } from './template.mjs'

/** How the built app is served, by the template's name; the others have no build. */
const BUILT = { 'vite-react': 'npm run build && npm run preview', svelte: 'npm run build && npm run preview', 'next-edge': 'npm run build && npm start' }

const [name, ...options] = process.argv.slice(2)
const names = await templateNames()
const build = options.includes('--build')
if (!names.includes(name) || options.some((option) => option !== '--build')) fail(`Cannot tell which template is meant: npm run example -- <${names.join(' | ')}> [--build]`)
if (build && !Object.hasOwn(BUILT, name)) fail(`Cannot build ${name} as it is served as it is: leave --build out`)

endOnSignals()
const folder = await mkdtemp(join(tmpdir(), 'keyless-chat-example-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
// What is there may be in use; `npm run build` makes it new.
if (!existsSync(join(root, 'dist/index.js'))) await import('./build.mjs')
const copy = await copyTemplate(name, { folder, tarball: await pack(folder) })
const commands = await commandsOf(name)
console.log(`In ${copy}:\n$ ${commands.install}`)
const installing = start(commands.install, { cwd: copy, shown: true })
if ((await installing.ended) !== 0) fail(`Cannot install ${name}`)

const serve = build ? BUILT[name] : commands.start
console.log(`$ ${serve}`)
const running = start(serve, { cwd: copy, shown: true })
running.address().then((address) => console.log(`The app is at ${address}/`), () => {})
process.exitCode = await running.ended

function fail(why) {
  console.error(why)
  process.exit(1)
}
