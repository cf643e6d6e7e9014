// The program on Bun, its quota in memory.
import { memoryQuota } from 'keyless-chat/quota'
import { LIMITS, createApp } from './app.ts'

declare const Bun: {
  readonly argv: readonly [runtime: string, script: string, emulator: string, origins: string]
  serve(options: { hostname: string; port: number; idleTimeout: number; fetch: (request: Request) => Promise<Response> }): { readonly port: number }
}

const [, , emulator, origins] = Bun.argv
const app = createApp({ emulator, origins, quota: memoryQuota(LIMITS) })
// Bun closes a connection that is silent for ten seconds unless told otherwise; models think longer.
const { port } = Bun.serve({ hostname: '127.0.0.1', port: 0, idleTimeout: 0, fetch: async (request) => app(request) })
console.log(`listening on http://127.0.0.1:${port}`)
