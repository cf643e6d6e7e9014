/**
 * What the page talks to: the emulator behind a socket, a proxy before it that resets connections, and the site that the page is from.
 * Runtime: Node. Imports: `demo/bridge.mjs`, `keyless-chat/emulator`.
 * @module
 */
import { createServer } from 'node:http'
import type { RequestListener, Server as HttpServer } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { createEmulator } from 'keyless-chat/emulator'
import type { Emulator } from 'keyless-chat/emulator'
import { bridge } from '../../demo/bridge.mjs'

export interface SoakServers {
  readonly emulator: Emulator
  /** The page's own origin, which serves its tokens, too. */
  readonly site: string
  /** The emulator, at another origin, directly and through the proxy. */
  readonly direct: string
  readonly torn: string
  /** Connections that are open though nobody asks anything any more. */
  readonly busy: () => Promise<number>
  readonly stop: () => void
}

/** What a page of another origin has to be shown, so that it can obey: Azure OpenAI's own answers show none of it. */
const EXPOSE = ['retry-after', 'retry-after-ms', 'x-ms-retry-after-ms', 'www-authenticate', 'apim-request-id']
/** A little later, as browsers drop what they have received and not yet handed out once a connection breaks. */
const RESET_AFTER_MS = 40

export async function startServers(script: string): Promise<SoakServers> {
  let shiftMs = 0
  const now = (): number => Date.now() + shiftMs
  const emulator = createEmulator({ expose: EXPOSE, now })
  const api = createServer(bridge(emulator.fetch))
  const direct = await listen(api)
  const proxy = createTcpServer((client) => resetting(client, direct.port))
  const torn = await listen(proxy)
  const pages = createServer(
    bridge(async (request) => {
      const { pathname, searchParams } = new URL(request.url)
      if (pathname === '/page.js') return new Response(script, { headers: { 'content-type': 'text/javascript' } })
      if (pathname !== '/token') return new Response('<!doctype html><title>soak</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>', { headers: { 'content-type': 'text/html; charset=utf-8' } })
      // The page's clock is the one that is put on, and the servers go with it.
      shiftMs = Number(searchParams.get('shift'))
      return Response.json(await emulator.token({ expiresInSeconds: Number(searchParams.get('seconds')) }))
    }) as RequestListener,
  )
  const site = await listen(pages)
  const open = (server: Server): Promise<number> => new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count))))

  return {
    emulator,
    site: site.url,
    direct: direct.url,
    torn: torn.url,
    async busy() {
      api.closeIdleConnections()
      // The server hears of what it has closed itself in a later turn.
      await new Promise((resolve) => setTimeout(resolve, 50))
      return (await open(api)) + (await open(proxy))
    },
    stop() {
      for (const server of [api, pages]) {
        server.closeAllConnections()
        server.close()
      }
      proxy.close()
    },
  }
}

/** Passes a connection on, and resets it after as many bytes of an answer as the request names: `~reset-700`. */
function resetting(client: ReturnType<typeof connect>, port: number): void {
  const upstream = connect(port, '127.0.0.1')
  let left = Infinity
  const end = (): void => {
    client.destroy()
    upstream.destroy()
  }
  for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
  client.on('data', (bytes) => {
    left = Number(/~reset-(\d+)/.exec(bytes.toString('latin1'))?.[1] ?? left)
    upstream.write(bytes)
  })
  upstream.on('data', (bytes) => {
    if (left <= 0) return
    client.write(bytes.subarray(0, left))
    left -= bytes.length
    if (left > 0) return
    setTimeout(() => {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    }, RESET_AFTER_MS)
  })
}

async function listen(server: Server | HttpServer): Promise<{ readonly url: string; readonly port: number }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port }
}
