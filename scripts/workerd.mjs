/**
 * A bundled worker in, a real workerd that serves it on loopback out: no wrangler and no miniflare between.
 * Runtime: Node. Imports: the binary of the package `workerd`.
 * @module
 */
import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'

/** Where standard output, standard error and the report of the chosen port are among the child's descriptors. */
const [STDOUT, STDERR, CONTROL] = [1, 2, 3]

/** How much of what workerd says an error repeats. */
const SAID_CHARS = 2000

/** Signals that end this process without its `exit` event. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * @typedef {object} WorkerdOptions
 * @property {string} script Path of the worker: one ES module, as `bundleWorker()` writes it.
 * @property {Readonly<Record<string, string>>} [text] Variables and secrets: `env.NAME` is the value.
 * @property {Readonly<Record<string, string>>} [objects] Durable Object namespaces: `env.BINDING` makes objects of the exported class. Their storage,
 *   SQL included, is in memory and ends with the process.
 * @property {Readonly<Record<string, string>>} [assets] Folders: `env.BINDING.fetch(request)` answers with a file below it, without a type, or 404.
 * @property {string} [compatibilityDate] `2026-08-01` unless given.
 * @property {readonly string[]} [compatibilityFlags] None unless given.
 * @property {readonly string[]} [v8Flags] Such as `--expose-gc`.
 * @property {number} [port] A free one unless given, or where it is 0.
 */

/**
 * Starts workerd with one worker and waits until it listens. The worker's `fetch` reaches loopback and private networks too.
 * What the worker logs goes to standard error. The process and its temporary folder are gone after `stop()`, and where this process ends.
 *
 * @example
 * const { url, stop } = await startWorkerd({ script: 'worker.js', text: { NAME: 'value' }, objects: { ROOMS: 'Room' } })
 * await fetch(url)
 * await stop()
 * @param {WorkerdOptions} options
 * @returns {Promise<{ url: string, pid: number, stop: () => Promise<void> }>}
 * @throws `Error` where workerd ends before it listens; its message repeats what workerd said.
 */
export async function startWorkerd(options) {
  const { default: binary } = createRequire(import.meta.url)('workerd')
  const folder = mkdtempSync(join(tmpdir(), 'keyless-chat-workerd-'))
  copyFileSync(options.script, join(folder, 'worker.js'))
  writeFileSync(join(folder, 'config.capnp'), configOf(options))
  const child = spawn(binary, ['serve', `--control-fd=${CONTROL}`, join(folder, 'config.capnp')], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })

  // At once and not by SIGTERM, which waits for open streams. Everything that the process holds is in memory.
  const kill = () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  const killAndEnd = (signal) => {
    kill()
    // Listeners of others decide for themselves whether the process ends.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
  }
  process.once('exit', kill)
  for (const signal of SIGNALS) process.once(signal, killAndEnd)
  const ended = new Promise((done) => {
    // `error` alone comes where the binary cannot be run, `exit` alone where it ran.
    for (const event of ['error', 'exit']) child.once(event, (how, signal) => done(how?.message ?? `it ended with ${signal ?? `status ${how}`}`))
  }).then((why) => {
    process.off('exit', kill)
    for (const signal of SIGNALS) process.off(signal, killAndEnd)
    kill()
    return why
  })

  let said = ''
  for (const output of [child.stdio[STDOUT], child.stdio[STDERR]]) {
    output.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-SAID_CHARS)
      process.stderr.write(text)
    })
  }
  const failed = ended.then((why) => {
    throw new Error(`Cannot start workerd as ${why}: ${said.trim()}`)
  })
  const port = await Promise.race([portOf(child.stdio[CONTROL]), failed])
  // After this, its end is no failure: nobody waits for it but `stop()`.
  failed.catch(() => {})
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    async stop() {
      kill()
      await ended
    },
  }
}

/** Reads the control messages, one JSON object a line, up to the one that says where the socket listens. */
async function portOf(control) {
  let text = ''
  for await (const part of control.setEncoding('utf8')) {
    text += part
    for (const line of text.split('\n').slice(0, -1)) {
      const { event, port } = JSON.parse(line)
      if (event === 'listen') return port
    }
  }
  // It ended; what follows from that is the caller's.
  return new Promise(() => {})
}

function configOf({ text = {}, objects = {}, assets = {}, compatibilityDate = '2026-08-01', compatibilityFlags = [], v8Flags = [], port = 0 }) {
  const bindings = [
    ...Object.entries(text).map(([name, value]) => `(name = ${quote(name)}, text = ${quote(value)})`),
    ...Object.entries(objects).map(([name, className]) => `(name = ${quote(name)}, durableObjectNamespace = ${quote(className)})`),
    ...Object.keys(assets).map((name) => `(name = ${quote(name)}, service = ${quote(`assets-${name}`)})`),
  ]
  const classes = [...new Set(Object.values(objects))].map((name) => `(className = ${quote(name)}, uniqueKey = ${quote(name)}, enableSql = true)`)
  const folders = Object.entries(assets).map(([name, folder]) => `, (name = ${quote(`assets-${name}`)}, disk = (path = ${quote(resolve(folder))}))`)
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    # "internet" is where the worker's fetch() goes. Without "private" it would not reach loopback.
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)))${folders.join('')}
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "worker")],
  v8Flags = [${v8Flags.map(quote).join(', ')}],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = ${quote(compatibilityDate)},
  compatibilityFlags = [${compatibilityFlags.map(quote).join(', ')}],
  bindings = [${bindings.join(', ')}],
  durableObjectNamespaces = [${classes.join(', ')}],
  durableObjectStorage = (inMemory = void),
);
`
}

/** A Cap'n Proto string: it has no `\u`, so that JSON's form will not do. */
function quote(text) {
  const escaped = text.replace(/[\\"\p{Cc}]/gu, (char) => [...Buffer.from(char)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''))
  return `"${escaped}"`
}
