/**
 * One program: the page, the relay that holds the credential, the broker of the relay's tokens.
 * @module
 */
import { memoryQuota } from 'keyless-chat/quota'
import { createBackend } from './relay.ts'
import { readSettings } from './settings.ts'
import { visitorCookie, visitorOf } from './visitor.ts'

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['page/index.html', 'text/html'],
  '/style.css': ['page/style.css', 'text/css'],
  '/chat.js': ['page/chat.js', 'text/javascript'],
  '/advice.js': ['page/advice.js', 'text/javascript'],
  '/keyless-chat.min.js': ['node_modules/keyless-chat/dist/keyless-chat.min.js', 'text/javascript'],
}
const HEADERS = { 'cross-origin-opener-policy': 'same-origin', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' }

/** In memory, so for each instance by itself. `denoKvQuota(await Deno.openKv(), …)` counts for all of them. */
const quota = memoryQuota({ tokens: 50_000, windowMs: 3_600_000 })
const variables = Deno.env.toObject()

/** Once, and for each address as long as the emulator answers. */
let made: { readonly origin: string; readonly backend: ReturnType<typeof createBackend> } | undefined

function backendFor(address: string): ReturnType<typeof createBackend> {
  const origin = variables['UPSTREAM'] ? (variables['ORIGIN'] ?? '') : address
  if (made?.origin !== origin) made = { origin, backend: createBackend(readSettings(variables, address), { quota }) }
  return made.backend
}

Deno.serve({ hostname: '127.0.0.1', port: Number(variables['PORT'] ?? 8000) }, async (request) => {
  const { origin, pathname } = new URL(request.url)
  if (pathname === '/token' || pathname.startsWith('/openai/v1/')) return backendFor(origin)(request)
  const [file, type] = FILES[pathname] ?? []
  if (!file) return new Response('Not found', { status: 404 })
  const headers = new Headers({ ...HEADERS, 'content-type': `${type}; charset=utf-8` })
  if (pathname === '/' && visitorOf(request) === undefined) headers.set('set-cookie', visitorCookie(request))
  return new Response(await Deno.readFile(new URL(file, import.meta.url)), { headers })
})
