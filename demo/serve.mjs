/**
 * What serves the demo: the page on one port, an emulated Azure AI Foundry on another, both on this machine alone.
 * `PORT` and `EMULATOR_PORT` set the ports; a default one that is taken gives way to a free one. `CHUNK_DELAY_MS` sets
 * the pause between two words.
 * @module
 */
import { createServer } from 'node:http'
import process from 'node:process'
import { DEPLOYMENTS, FAULTS, createEmulator } from 'keyless-chat/emulator'
import { bridge } from './bridge.mjs'
import { createPage } from './page.mjs'
import { reply } from './replies.mjs'

const HOST = '127.0.0.1'

const emulator = createEmulator({
  deployments: Object.fromEntries(Object.entries(DEPLOYMENTS).map(([name, deployment]) => [name, { ...deployment, reply }])),
  chunkDelayMs: Number(process.env['CHUNK_DELAY_MS'] ?? 30),
  // Azure OpenAI lets a page read none of these; a gateway before it can.
  expose: ['apim-request-id', 'x-request-id', 'retry-after', 'retry-after-ms', 'x-ms-retry-after-ms'],
})
const emulatorOrigin = await listen(emulator.fetch, process.env['EMULATOR_PORT'], 5174)
const page = await createPage({ emulator, emulatorOrigin, deployments: Object.keys(DEPLOYMENTS), faults: FAULTS })
const pageOrigin = await listen(page, process.env['PORT'], 5173)

console.log(`The demo is at      ${pageOrigin}/`)
console.log(`The emulator is at  ${emulatorOrigin}/`)

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
