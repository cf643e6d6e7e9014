// The program on Deno, its quota in Deno KV.
import { denoKvQuota } from 'keyless-chat/quota'
import type { KvDatabase } from 'keyless-chat/quota'
import { LIMITS, createApp } from './app.ts'

declare const Deno: {
  readonly args: readonly [emulator: string, origins: string]
  openKv(path: string): Promise<KvDatabase>
  serve(options: { hostname: string; port: number; onListen: (address: { port: number }) => void }, handler: (request: Request) => Promise<Response>): unknown
}

const [emulator, origins] = Deno.args
const app = createApp({ emulator, origins, quota: denoKvQuota(await Deno.openKv(':memory:'), LIMITS) })
Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: ({ port }) => console.log(`listening on http://127.0.0.1:${port}`) }, async (request) => app(request))
