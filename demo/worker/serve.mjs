/**
 * What serves the demo's Worker here: workerd on one port, the emulated Azure AI Foundry that it relays to on another, on this
 * machine alone. `PORT` sets the Worker's port; the default one gives way to a free one where it is taken. `CHUNK_DELAY_MS` sets
 * the pause between two words, and `SITE` names a folder that the page was exported to already; `DEPLOYMENTS`, `SESSION_TOKENS_PER_HOUR` and `ALL_TOKENS_PER_DAY` are the Worker's own.
 * Runtime: Node.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { DEPLOYMENTS, createEmulator } from 'keyless-chat/emulator'
import { bundleWorker } from '../../scripts/bundle-worker.mjs'
import { startWorkerd } from '../../scripts/workerd.mjs'
import { bridge } from '../bridge.mjs'
import { calls, reply } from '../replies.mjs'
import { createSecrets } from './secrets.mjs'

const HOST = '127.0.0.1'
const { env } = process
const CHATS = Object.keys(DEPLOYMENTS).filter((name) => !name.includes('embedding'))

const folder = mkdtempSync(join(tmpdir(), 'keyless-chat-edge-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
// `exit` does not come by itself where a signal ends a process; workerd ends with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(0))

const site = env['SITE'] || exportPage(join(folder, 'site'))
const script = await bundleWorker({ entry: fileURLToPath(new URL('worker.ts', import.meta.url)), file: join(folder, 'worker.js') })

const emulator = createEmulator({
  deployments: Object.fromEntries(Object.entries(DEPLOYMENTS).map(([name, deployment]) => [name, { ...deployment, reply, calls }])),
  chunkDelayMs: Number(env['CHUNK_DELAY_MS'] ?? 30),
})
const upstream = await listen(createServer(bridge(serveEmulator)), 0)
const port = await freePort(env['PORT'], 8788)
const origin = `http://${HOST}:${port}`
// What it runs with there, it runs with here. The file's comments have lines of their own.
const { compatibility_date: compatibilityDate, compatibility_flags: compatibilityFlags } = JSON.parse(readFileSync(new URL('wrangler.jsonc', import.meta.url), 'utf8').replace(/^\s*\/\/.*$/gm, ''))
await startWorkerd({
  script,
  port,
  compatibilityDate,
  compatibilityFlags,
  objects: { QUOTA: 'QuotaObject' },
  assets: { ASSETS: site },
  text: {
    ORIGIN: origin,
    UPSTREAM: upstream,
    TOKEN_URL: `${upstream}/test/token`,
    DEPLOYMENTS: env['DEPLOYMENTS'] ?? CHATS.join(' '),
    ...createSecrets('local'),
    ...Object.fromEntries(['SESSION_TOKENS_PER_HOUR', 'ALL_TOKENS_PER_DAY'].flatMap((name) => (env[name] ? [[name, env[name]]] : []))),
  },
})
console.log(`The demo's Worker is at  ${origin}/`)
console.log(`The emulator is at       ${upstream}/`)

function exportPage(site) {
  const { status, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL('../export.mjs', import.meta.url)), site], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`Cannot export the page: ${stderr}`)
  return site
}

/** The emulator, and beside its own routes a token for whoever asks, and what it was called with. */
async function serveEmulator(request) {
  const { pathname } = new URL(request.url)
  if (pathname === '/test/token') return Response.json(await emulator.token())
  if (pathname === '/test/calls') return Response.json(emulator.calls)
  return emulator.fetch(request)
}

/** Listens and returns the origin. */
function listen(server, port) {
  // An answer may keep silent, or come, for as long as it likes.
  server.requestTimeout = 0
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, () => resolve(`http://${HOST}:${server.address().port}`))
  })
}

/** The Worker must know its own address before it listens: the port asked for, else the default one, else a free one. */
async function freePort(asked, otherwise) {
  const server = createServer()
  const address = await listen(server, Number(asked ?? otherwise)).catch((error) => {
    if (error.code !== 'EADDRINUSE' || asked) throw error
    return listen(server, 0)
  })
  await new Promise((closed) => server.close(closed))
  return Number(new URL(address).port)
}
