/**
 * The page's own server: its files, the built package, and the endpoint that stands for your backend and mints tokens.
 * Runtime: Node.
 * @module
 */
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import swc from '@swc/core'
import { mint } from './mint.mjs'
import { vendored } from './vendor.mjs'

const HERE = new URL('.', import.meta.url)

/** Where files come from, by the first part of their path. */
export const FOLDERS = {
  dist: new URL('../dist/', import.meta.url),
  // Entries leave their packages to the page's own module graph; the import map says where they are.
  ky: new URL('../node_modules/ky/distribution/', import.meta.url),
  valibot: new URL('../node_modules/valibot/dist/', import.meta.url),
}

const TYPES = { html: 'text/html', css: 'text/css', js: 'text/javascript', mjs: 'text/javascript', ts: 'text/javascript', svg: 'image/svg+xml', map: 'application/json' }

/**
 * What every answer says beside its policy. The page's window is cut off from all that it opens: MSAL 5 hears of a sign-in by a channel of its own origin, and
 * needs none of it; its redirect page alone must go without. https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Cross-Origin-Opener-Policy
 */
export const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'publickey-credentials-get', 'serial', 'usb'].map((feature) => `${feature}=()`).join(', '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** Whom a reader may enter in the settings: Azure's own hosts, and where Entra ID signs in. Others stand in `config`. */
const AZURE = ['https://*.services.ai.azure.com', 'https://*.openai.azure.com', 'https://*.cognitiveservices.azure.com']
const ENTRA = 'https://login.microsoftonline.com'

/**
 * Creates the page's handler.
 *
 * @param {{ emulator: import('keyless-chat/emulator').Emulator, config: Readonly<Record<string, unknown>> }} options
 * @returns {Promise<(request: Request) => Promise<Response>>}
 */
export async function createPage({ emulator, config }) {
  const headers = {
    'cache-control': 'no-store',
    'content-security-policy': policyOf(await readFile(new URL('index.html', HERE), 'utf8'), config),
    ...HEADERS,
  }

  async function answer(request) {
    const { pathname, hostname } = new URL(request.url)
    // A name that somebody else's server resolves to this machine would make their page our origin.
    if (hostname !== '127.0.0.1' && hostname !== 'localhost') return new Response('Unknown host', { status: 421 })
    if (pathname === '/token') return request.method === 'POST' ? give(request) : new Response('POST only', { status: 405, headers: { allow: 'POST' } })
    if (request.method !== 'GET') return new Response('GET only', { status: 405, headers: { allow: 'GET' } })
    if (pathname === '/config.json') return Response.json(config)
    if (pathname === '/emulator/calls') return Response.json(emulator.calls)
    return serveFile(pathname)
  }

  /** Gives tokens to this page alone. */
  async function give(request) {
    if (request.headers.get('sec-fetch-site') !== 'same-origin') return Response.json({ error: 'cross_origin' }, { status: 403 })
    return mint(emulator, request)
  }

  return async function page(request) {
    const response = await answer(request)
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
    // It must reach the page that opened it, and is framed by it for a silent sign-in.
    if (new URL(request.url).pathname === '/redirect.html') {
      response.headers.delete('cross-origin-opener-policy')
      response.headers.set('content-security-policy', "default-src 'none'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
    }
    return response
  }
}

async function serveFile(pathname) {
  const vendor = vendored(/^\/vendor\/(\w+)\.js$/.exec(pathname)?.[1] ?? '')
  if (vendor) return new Response(await vendor, { headers: { 'content-type': 'text/javascript; charset=utf-8' } })
  const [, folder = '', name = '', extension = ''] = /^\/(?:(dist|ky|valibot)\/)?([\w/.-]*?)(?:\.(\w+))?$/.exec(pathname === '/' ? '/index.html' : pathname) ?? []
  const type = TYPES[extension]
  // URL parsers have resolved `..` already; this is for what they leave.
  if (!type || name.includes('..') || (folder ? !/^(m?js|map)$/.test(extension) : name.includes('/') || extension === 'mjs')) return notFound()
  try {
    const url = new URL(`${name}.${extension}`, folder ? FOLDERS[folder] : HERE)
    return new Response(extension === 'ts' ? await scriptOf(url, name) : await readFile(url, 'utf8'), { headers: { 'content-type': `${type}; charset=utf-8` } })
  } catch (error) {
    if (error.code === 'ENOENT') return notFound()
    throw error
  }
}

function notFound() {
  return new Response('Not found', { status: 404 })
}

/** What was stripped already, by its address and the time when the file was written. @type {Map<string, string>} */
const stripped = new Map()

/** A script of the page's own as a browser takes it; once for each state of its file, as a page has dozens of them. */
async function scriptOf(url, name) {
  const { mtimeMs } = await stat(url)
  const key = `${url.href} ${mtimeMs}`
  const script = stripped.get(key) ?? (await stripTypes(await readFile(url, 'utf8'), name))
  stripped.set(key, script)
  return script
}

export async function stripTypes(source, name, sourceMaps = 'inline') {
  const { code } = await swc.transform(source, { filename: `${name}.ts`, isModule: true, sourceMaps, jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } })
  return code
}

/**
 * Allows this server, the services, and the one inline script that there is: the import map.
 *
 * @param {string} html
 * @param {{ endpoint?: unknown, authority?: unknown, tokenUrl?: unknown }} config
 */
export function policyOf(html, { endpoint, authority, tokenUrl }) {
  const origins = (...urls) => urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).origin)
  const frames = [...new Set(origins(authority, ENTRA))]
  const connects = [...new Set([...origins(endpoint, tokenUrl), ...frames, ...AZURE])]
  const map = /<script type="importmap">([^]*?)<\/script>/.exec(html)?.[1]
  if (map === undefined) throw new Error('Cannot serve the page as its index.html has no import map')
  const hash = createHash('sha256').update(map).digest('base64')
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${connects.join(' ')}`,
    `frame-src 'self' ${frames.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}
