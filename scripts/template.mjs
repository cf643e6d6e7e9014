/**
 * The name of a template of examples/ in, a copy outside of this project out that uses the package as it would be published, and its commands.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import { execFile, spawn } from 'node:child_process'
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { readPackage, root } from './entries.mjs'

const EXAMPLES = join(root, 'examples')
const { name: PACKAGE, version: VERSION } = readPackage()
/** Signals that end this process without its `exit` event. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
const windows = process.platform === 'win32'

/** Lists the templates by their folders. */
export async function templateNames() {
  const entries = await readdir(EXAMPLES, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort()
}

/**
 * Reads the two commands that a template's README begins with: the first block of shell has them, and nothing else.
 * @param {string} name
 * @returns {Promise<{ install: string, start: string }>}
 */
export async function commandsOf(name) {
  const readme = await readFile(join(EXAMPLES, name, 'README.md'), 'utf8')
  const [install, start, ...others] = (/```sh\n([^`]*)\n```/.exec(readme)?.[1] ?? '').split('\n')
  if (!install || !start || others.length > 0) throw new Error(`Cannot read the commands of ${name} as its README must begin with a block of two`)
  return { install, start }
}

/** Packs this package as it was built, and returns the tarball's path. */
export async function pack(folder) {
  // Without scripts: what was built is what is packed.
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root, shell: windows })
  // npm 12 answers with an object by name, those before with a list.
  const [{ filename }] = Object.values(JSON.parse(stdout))
  return join(folder, filename)
}

/**
 * Copies a template, and lets the copy take the package from a tarball, as it takes it from a registry once it is published.
 * @param {string} name
 * @param {{ folder: string, tarball: string }} options `folder` becomes the parent of the copy.
 * @returns {Promise<string>} the copy's folder
 */
export async function copyTemplate(name, { folder, tarball }) {
  const copy = join(folder, name)
  const source = join(EXAMPLES, name)
  // Nothing that running it in its place has left there.
  const left = new Set(['node_modules', 'dist', '.next', '.wrangler'])
  await cp(source, copy, { recursive: true, filter: (path) => !left.has(basename(path)) })
  const manifest = JSON.parse(await readFile(join(copy, 'package.json'), 'utf8'))
  if (manifest.dependencies[PACKAGE] !== VERSION) throw new Error(`Cannot try ${name} as it wants ${PACKAGE} ${manifest.dependencies[PACKAGE]}: this is ${VERSION}`)
  const deno = await readFile(join(copy, 'deno.json'), 'utf8').then(JSON.parse, () => undefined)
  if (deno) {
    // Deno takes a folder in place of a package, and no tarball.
    const unpacked = join(folder, `${name}-package`)
    await mkdir(unpacked)
    await promisify(execFile)('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1'])
    await writeFile(join(copy, 'deno.json'), JSON.stringify({ ...deno, links: [relative(copy, unpacked).replaceAll('\\', '/')] }))
  } else {
    manifest.dependencies[PACKAGE] = `file:${relative(copy, tarball).replaceAll('\\', '/')}`
    await writeFile(join(copy, 'package.json'), JSON.stringify(manifest, null, 2))
  }
  return copy
}

/**
 * A command that runs.
 * @typedef {object} Running
 * @property {Promise<number>} ended Its status.
 * @property {() => string} said All that it has said.
 * @property {() => Promise<string>} address Waits for the address of this machine that it says first. Rejects where the command ends before.
 * @property {() => Promise<void>} stop Ends it, with all that it has started.
 */

/** `http://127.0.0.1:5173` or by its name, with no colours inside. */
const ADDRESS = /https?:\/\/(?:localhost|127\.0\.0\.1):\d+/

/**
 * Starts a command as a shell does, in a process group of its own, which ends where this process does.
 * @param {string} command
 * @param {{ cwd: string, env?: Readonly<Record<string, string>>, shown?: boolean }} options `shown` repeats what it says.
 * @returns {Running}
 */
export function start(command, { cwd, env = {}, shown = false }) {
  // What tools say goes into a file or a test, and none of them may ask, or report on its use.
  const quiet = { NO_COLOR: '1', WRANGLER_SEND_METRICS: 'false', NEXT_TELEMETRY_DISABLED: '1' }
  const child = spawn(command, { cwd, env: { ...process.env, FORCE_COLOR: '0', ...quiet, ...env }, shell: true, detached: !windows, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const listeners = new Set()
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8').on('data', (text) => {
      said += text
      if (shown) process.stdout.write(text)
      for (const listen of listeners) listen()
    })
  }
  const kill = () => {
    if (windows || child.pid === undefined) child.kill()
    else {
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // All of the group have ended.
      }
    }
  }
  // Before others that wait for that, such as who takes its folder away.
  process.prependOnceListener('exit', kill)
  // `close` and not `exit`, so that all has been said.
  const ended = new Promise((done) => {
    child.once('error', () => done(1))
    child.once('close', (status) => done(status ?? 1))
  })
  return {
    ended,
    said: () => said,
    address: () =>
      new Promise((resolve, reject) => {
        const listen = () => {
          const [address] = ADDRESS.exec(said) ?? []
          if (address) resolve(address)
        }
        listeners.add(listen)
        listen()
        void ended.then(() => reject(new Error(`Cannot find an address as ${command} has ended: ${said}`)))
      }),
    async stop() {
      kill()
      await ended
      process.off('exit', kill)
    },
  }
}

/** Ends this process, and with it all that it has started, when it is told to end. */
export function endOnSignals() {
  for (const signal of SIGNALS) process.once(signal, () => process.exit(0))
}
