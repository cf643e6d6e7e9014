/**
 * The emulator behind a real socket, for the tests of every runtime: connections that break, pages of other origins, and
 * a second server that a redirect leads to.
 * @module
 */
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { bridge } from '../../demo/bridge.mjs'
import { createEmulator } from '../../src/emulator/index.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the emulator listens. Beside its own routes: `POST /test/token`, `GET /test/calls`, `GET /test/elsewhere`. */
    readonly emulator: string
  }
}

export default async function setup({ provide }: Pick<TestProject, 'provide'>): Promise<() => void> {
  const emulator = createEmulator()
  let elsewhere = 0
  const trap = await listen((_, response) => {
    elsewhere++
    response.end()
  })

  async function handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    const cors = { 'access-control-allow-origin': '*' }
    if (pathname === '/test/token') return Response.json(await emulator.token(), { headers: cors })
    if (pathname === '/test/calls') return Response.json(emulator.calls, { headers: cors })
    if (pathname === '/test/elsewhere') return Response.json(elsewhere, { headers: cors })
    // A preflight to it is the emulator's, and allowed.
    if (pathname.startsWith('/test/redirect/') && request.method === 'POST') {
      await request.arrayBuffer()
      return new Response(null, { status: 307, headers: { location: `${trap.url}/stolen`, 'access-control-allow-origin': request.headers.get('origin') ?? '*' } })
    }
    return emulator.fetch(request)
  }

  const served = await listen(bridge(handle))
  provide('emulator', served.url)
  return () => {
    for (const { server } of [served, trap]) {
      server.closeAllConnections()
      server.close()
    }
  }
}

async function listen(listener: RequestListener): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
