/**
 * What serves the demo: the page on one port, an emulated Azure AI Foundry on another, and a stand-in for Entra ID on a
 * third, all on this machine alone. `PORT`, `EMULATOR_PORT` and `ENTRA_PORT` set the ports; a default one that is taken
 * gives way to a free one. `CHUNK_DELAY_MS` sets the pause between two words, `TOKEN_SECONDS` the life of the stand-in's
 * tokens, and `CONFIG` names a file whose settings go over those of the page: see docs/deploy.md.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import process from 'node:process'
import { DEPLOYMENTS, FAULTS, createEmulator } from 'keyless-chat/emulator'
import { bridge } from './bridge.mjs'
import { startEntra } from './entra/provider.mjs'
import { createPage } from './page.mjs'
import { calls, reply } from './replies.mjs'

const HOST = '127.0.0.1'
const { env } = process
/** The index of "My data", as a page would name its own: the service signs in to it by its managed identity. */
const DATA_SOURCES = [{ type: 'azure_search', parameters: { endpoint: 'https://contoso.search.windows.net', index_name: 'handbook', authentication: { type: 'system_assigned_managed_identity' } } }]

// Whom they answer for is known only once they listen.
let page = () => new Response('Starting', { status: 503 })
const pageOrigin = await listen((request) => page(request), env['PORT'], 5173)
const entra = await startEntra({ origins: [pageOrigin, pageOrigin.replace(HOST, 'localhost')], port: Number(env['ENTRA_PORT'] ?? 0), accessTokenSeconds: Number(env['TOKEN_SECONDS'] ?? 3600) })
const emulator = createEmulator({
  deployments: Object.fromEntries(Object.entries(DEPLOYMENTS).map(([name, deployment]) => [name, { ...deployment, reply, calls }])),
  chunkDelayMs: Number(env['CHUNK_DELAY_MS'] ?? 30),
  // Azure OpenAI lets a page read none of these; a gateway before it can.
  expose: ['apim-request-id', 'x-request-id', 'retry-after', 'retry-after-ms', 'x-ms-retry-after-ms'],
  trust: { issuer: entra.issuer, jwks: entra.jwks },
})
const emulatorOrigin = await listen(emulator.fetch, env['EMULATOR_PORT'], 5174)
const config = {
  mode: 'emulator',
  endpoint: emulatorOrigin,
  deployments: Object.keys(DEPLOYMENTS),
  faults: FAULTS,
  dataSources: DATA_SOURCES,
  tokenUrl: '/token',
  clientId: entra.clientId,
  authority: entra.authority,
  ...(env['CONFIG'] ? { faults: {}, dataSources: [], ...JSON.parse(await readFile(env['CONFIG'], 'utf8')) } : {}),
}
page = await createPage({ emulator, config })

console.log(`The demo is at      ${pageOrigin}/`)
console.log(`The emulator is at  ${emulatorOrigin}/`)
console.log(`Sign-in is at       ${entra.authority}/ (open it once to accept its certificate)`)

/** Listens on the port asked for, else on the default one, else on a free one; returns the origin. */
function listen(handler, asked, otherwise) {
  const server = createServer(bridge(handler))
  // An answer may keep silent, or come, for as long as it likes.
  server.requestTimeout = 0
  return new Promise((resolve, reject) => {
    server.once('listening', () => resolve(`http://${HOST}:${server.address().port}`))
    server.on('error', (error) => {
      if (error.code !== 'EADDRINUSE' || asked) return reject(error)
      server.listen(0, HOST)
    })
    server.listen(Number(asked || otherwise), HOST)
  })
}
