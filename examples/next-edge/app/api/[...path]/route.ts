/**
 * The relay on `/api/openai/v1/`, and the broker of its tokens on `/api/token`, as one function, so that both know one key.
 * @module
 */
import { memoryQuota } from 'keyless-chat/quota'
import { createBackend } from '../../../server/relay.ts'
import { readSettings } from '../../../server/settings.ts'

export const runtime = 'edge'

/** In memory, so for each instance by itself: give it a store that they share before you rely on it. */
const quota = memoryQuota({ tokens: 50_000, windowMs: 3_600_000 })

/** Once for each instance, and for each address as long as the emulator answers. */
let made: { readonly origin: string; readonly backend: ReturnType<typeof createBackend> } | undefined

export async function POST(request: Request): Promise<Response> {
  // Named one by one, as Next.js puts the values in when it builds.
  const { UPSTREAM, DEPLOYMENT, ORIGIN, TENANT_ID, CLIENT_ID, CLIENT_SECRET, RELAY_KEYS } = process.env
  const origin = UPSTREAM ? (ORIGIN ?? '') : (request.headers.get('origin') ?? '')
  if (made?.origin !== origin) made = { origin, backend: createBackend(readSettings({ UPSTREAM, DEPLOYMENT, ORIGIN, TENANT_ID, CLIENT_ID, CLIENT_SECRET, RELAY_KEYS }, origin), { quota, path: '/api' }) }
  return made.backend(request)
}
