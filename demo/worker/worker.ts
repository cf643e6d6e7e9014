/**
 * The demo as one Worker: the page, its sessions, the broker of its tokens, and the relay that holds the credential.
 *
 * `npm run start:edge` runs it here against the emulator; docs/deploy.md says how it is deployed.
 * Runtime: Cloudflare Workers.
 * @module
 */
import type { RelayContext } from 'keyless-chat/edge'
import { isChatError } from 'keyless-chat/errors'
import { createProgram } from './program.ts'
import type { Program } from './program.ts'
import { Misconfigured, readSettings } from './settings.ts'
import type { Env } from './settings.ts'

export { QuotaObject } from 'keyless-chat/quota'

/** Once for each isolate. No promise is kept, as its request may be cancelled before it is settled. */
let program: Program | undefined

async function load(env: Env): Promise<Program> {
  if (program) return program
  const loaded = createProgram(readSettings(env))
  await loaded.check()
  return (program = loaded)
}

export default {
  async fetch(request: Request, env: Env, context: RelayContext): Promise<Response> {
    try {
      return await (await load(env)).fetch(request, context)
    } catch (error) {
      console.error(JSON.stringify({ event: 'failed', message: error instanceof Error ? error.message : 'something that is no error was thrown' }))
      // A setting that is missing or wrong is told to whoever looks, as its message holds no secret. The library's errors come from settings too.
      const message = error instanceof Misconfigured || isChatError(error) ? error.message : 'Cannot serve the request'
      return new Response(message, { status: 500, headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } })
    }
  },
}
