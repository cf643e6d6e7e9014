/**
 * The exported page, from the assets that were deployed with the Worker: its files, its settings, its headers, its session.
 * @module
 */
import type { Sessions } from './session.ts'
import { Misconfigured } from './settings.ts'
import type { Settings } from './settings.ts'

/** Types of files that there are; what has none is not served. The assets of a local run tell no type. */
const TYPES: Readonly<Record<string, string>> = { html: 'text/html', css: 'text/css', js: 'text/javascript', mjs: 'text/javascript', svg: 'image/svg+xml', map: 'application/json', json: 'application/json' }

/** Those of demo/page.mjs, which is no part of a Worker. */
const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), publickey-credentials-get=(), serial=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}
/** What MSAL's redirect page may do; it is framed by the page, and must reach it. */
const REDIRECT_POLICY = "default-src 'none'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

/** Files whose name changes with their content, by demo/export.mjs. https://developer.mozilla.org/docs/Web/HTTP/Guides/Caching#cache_busting */
const HASHED = /^\/assets\/[\w-]+-[\w-]{8}\.(?:js|css)$/

/** How the exported page says its policy. */
const POLICY = /<meta http-equiv="content-security-policy" content="([^"]+)" \/>\s*/

/** Makes the handler of everything that is neither the relay's nor the broker's. */
export function createPage({ assets, origin, deployments }: Pick<Settings, 'assets' | 'origin' | 'deployments'>, sessions: Sessions): (request: Request) => Promise<Response> {
  // The scope asks the broker for nothing; it tells the page's check what its tokens are for.
  const config = { mode: 'broker', endpoint: origin, scope: `${origin}/.default`, tokenUrl: '/token', deployments: Object.keys(deployments) }

  async function page(request: Request): Promise<Response> {
    const response = await asset(request, '/index.html', 'html')
    if (!response.ok) throw new Misconfigured('Cannot serve the page as it is not among the assets: node demo/export.mjs build/edge')
    const html = await response.text()
    const policy = POLICY.exec(html)?.[1]
    if (policy === undefined) throw new Misconfigured('Cannot serve the page as it was not exported by demo/export.mjs: it has no policy')
    // Who may frame the page, only a header can say; so that there is one policy and not two, it says the rest as well.
    const headers = new Headers({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'content-security-policy': `${policy}; frame-ancestors 'none'` })
    // From another site's link the cookie does not come along, and the visitor gets a new session.
    if ((await sessions.subjectOf(request)) === undefined) headers.set('set-cookie', await sessions.open())
    return new Response(html.replace(POLICY, ''), { headers })
  }

  async function asset(request: Request, pathname: string, extension: string): Promise<Response> {
    const type = TYPES[extension]
    if (type === undefined) return notFound()
    // With what it takes for a 304, and without the cookie. What the page is made of, the Worker itself must read.
    const validator = extension === 'html' ? null : request.headers.get('if-none-match')
    const found = await assets.fetch(new Request(new URL(pathname, origin), { method: extension === 'html' ? 'GET' : request.method, headers: validator === null ? {} : { 'if-none-match': validator } }))
    if (!found.ok && found.status !== 304) return notFound()
    const etag = found.headers.get('etag')
    const cacheControl = HASHED.test(pathname) ? 'public, max-age=31536000, immutable' : 'no-cache'
    return new Response(found.body, { status: found.status, headers: { 'content-type': `${type}; charset=utf-8`, 'cache-control': cacheControl, ...(etag && { etag }) } })
  }

  async function answer(request: Request, pathname: string): Promise<Response> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return new Response('GET only', { status: 405, headers: { allow: 'GET, HEAD' } })
    if (pathname === '/config.json') return Response.json(config, { headers: { 'cache-control': 'no-store' } })
    if (pathname === '/' || pathname === '/index.html') return page(request)
    return asset(request, pathname, /\.(\w+)$/.exec(pathname)?.[1] ?? '')
  }

  return async function servePage(request) {
    const { pathname } = new URL(request.url)
    const response = await answer(request, pathname)
    for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value)
    if (pathname === '/redirect.html') {
      response.headers.delete('cross-origin-opener-policy')
      response.headers.set('content-security-policy', REDIRECT_POLICY)
    }
    return response
  }
}

function notFound(): Response {
  return new Response('Not found', { status: 404 })
}
