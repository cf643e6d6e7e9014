/**
 * All that a sign-in needs, on free ports of this machine: the app, the identity provider, and a Foundry that trusts it.
 * @module
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { bridge } from '../../../demo/bridge.mjs'
import { startEntra } from '../../../demo/entra/provider.mjs'
import { createEmulator } from '../../../src/emulator/index.ts'
import type { Emulator } from '../../../src/emulator/index.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** How long the emulator takes tokens after their end, as Azure does for minutes: MSAL rounds to seconds, up too. */
const TOLERANCE_MS = 1500
const HERE = fileURLToPath(new URL('.', import.meta.url))

export interface Served {
  readonly app: string
  readonly foundry: string
  readonly emulator: Emulator
  readonly entra: Awaited<ReturnType<typeof startEntra>>
  /** Claims that the emulator wants from now on. */
  requiredClaims: Readonly<Record<string, string>>
  readonly stop: () => Promise<void>
}

let scripts: Promise<ReadonlyMap<string, string>> | undefined

export async function serve(): Promise<Served> {
  const bundled = await (scripts ??= bundle())
  const closing: (() => Promise<unknown>)[] = []
  const listen = (listener: RequestListener) => new Promise<string>((resolve) => {
    const server = createServer(listener)
    closing.push(() => {
      server.closeAllConnections()
      return new Promise((closed) => server.close(closed))
    })
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  })
  let config = '{}'
  const app = await listen(bridge((request) => pageOf(new URL(request.url).pathname, bundled, config)))
  const entra = await startEntra({ origins: [app] })
  closing.push(() => entra.close())
  const served: Pick<Served, 'requiredClaims'> = { requiredClaims: {} }
  const emulator = createEmulator({
    chunkDelayMs: 2,
    now: () => Date.now() - TOLERANCE_MS,
    expose: ['www-authenticate'],
    trust: { issuer: entra.issuer, jwks: entra.jwks, requiredClaims: () => served.requiredClaims },
  })
  const foundry = await listen(bridge(emulator.fetch))
  config = JSON.stringify({ authority: entra.authority, clientId: entra.clientId, endpoint: foundry })
  return Object.assign(served, { app, foundry, emulator, entra, stop: async () => void (await Promise.all(closing.map((close) => close()))) })
}

/** Bundles the pages' scripts, with the built package by its name. */
async function bundle(): Promise<ReadonlyMap<string, string>> {
  const { name, exports } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as { name: string; exports: Record<string, string | { default: string }> }
  const alias = Object.entries(exports).flatMap(([path, target]) => typeof target === 'string' ? [] : [{ find: new RegExp(`^${name}${path.slice(1)}$`), replacement: ROOT + target.default.slice(2) }])
  const made = await build({
    root: HERE,
    configFile: false,
    logLevel: 'error',
    resolve: { alias },
    build: { write: false, minify: false, target: 'es2022', modulePreload: false, rolldownOptions: { input: { page: `${HERE}page.mjs`, redirect: `${HERE}redirect.mjs` }, output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' } } },
  })
  const outputs = [made].flat().flatMap((one) => ('output' in one ? one.output : []))
  return new Map(outputs.flatMap((output) => (output.type === 'chunk' ? [[`/${output.fileName}`, output.code]] : [])))
}

function pageOf(path: string, scripts: ReadonlyMap<string, string>, config: string): Response {
  const script = scripts.get(path)
  if (script !== undefined) return new Response(script, { headers: { 'content-type': 'text/javascript' } })
  const body = path === '/redirect.html'
    ? '<script type="module" src="/redirect.js"></script>'
    : `<output id="account"></output><button id="popup">Sign in</button><button id="redirect">Sign in here</button><button id="switch">Another account</button><button id="resolve">Continue</button><ol id="messages"></ol>
      <script type="application/json" id="config">${config}</script><script type="module" src="/page.js"></script>`
  if (path !== '/' && path !== '/redirect.html') return new Response(null, { status: 404 })
  return new Response(`<!doctype html><meta charset="utf-8"><title>loading</title><link rel="icon" href="data:,">${body}`, { headers: { 'content-type': 'text/html; charset=utf-8' } })
}
