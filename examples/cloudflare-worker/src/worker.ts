/**
 * One Worker: the page, the relay that holds the credential, the broker of the relay's tokens.
 * @module
 */
import type { RelayContext } from 'keyless-chat/edge'
import { durableObjectQuota } from 'keyless-chat/quota'
import type { ObjectNamespace } from 'keyless-chat/quota'
import { createBackend } from './relay.ts'
import { readSettings } from './settings.ts'
import type { Variables } from './settings.ts'
import { visitorCookie, visitorOf } from './visitor.ts'

export { QuotaObject } from 'keyless-chat/quota'

/** What `wrangler.jsonc` binds. */
interface Env extends Variables {
  readonly ASSETS: Fetcher
  readonly QUOTA: ObjectNamespace
}

const HEADERS = {
  'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** Once for each isolate, and for each address as long as the emulator answers. */
let made: { readonly origin: string; readonly backend: ReturnType<typeof createBackend> } | undefined

function backendFor(env: Env, address: string): ReturnType<typeof createBackend> {
  const origin = env.UPSTREAM ? (env.ORIGIN ?? '') : address
  if (made?.origin !== origin) made = { origin, backend: createBackend(readSettings(env, address), { quota: durableObjectQuota(env.QUOTA, { tokens: 50_000, windowMs: 3_600_000 }) }) }
  return made.backend
}

export default {
  async fetch(request: Request, env: Env, context: RelayContext): Promise<Response> {
    const { origin, pathname } = new URL(request.url)
    if (pathname === '/token' || pathname.startsWith('/openai/v1/')) return backendFor(env, origin)(request, context)
    const asset = await env.ASSETS.fetch(request)
    const response = new Response(asset.body, asset)
    for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value)
    if (pathname === '/' && visitorOf(request) === undefined) response.headers.set('set-cookie', visitorCookie(request))
    return response
  },
}
