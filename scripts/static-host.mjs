/**
 * A host of plain files, as there are many: compresses, lets browsers keep what has a hash in its name, answers with a page's index, and with 404 what is not there.
 * @module
 */
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.json': 'application/json', '.txt': 'text/plain; charset=utf-8', '.xml': 'application/xml', '.png': 'image/png', '.woff2': 'font/woff2' }
/** `page-1a2b3c4d.js`: another content has another name. */
const HASHED = /-[\da-z]{8}\.\w+$/
const ENCODINGS = { br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }), gzip: promisify(gzip) }

/**
 * Serves folders on this machine alone, each below a path; `''` is the root.
 *
 * @example
 * const host = await serveFolders({ '/demo': 'build/site' })
 * await fetch(`${host.origin}/demo/`)
 * await host.close()
 * @param {Readonly<Record<string, string>>} folders
 * @param {{ port?: number }} [options] A free port unless told.
 * @returns {Promise<{ origin: string, requests: readonly string[], close: () => Promise<void> }>} `requests` are the paths asked for so far, in their order.
 */
export async function serveFolders(folders, { port = 0 } = {}) {
  const requests = []
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.headersSent || response.writeHead(500).end())
  })

  async function answer(request, response) {
    const { pathname } = new URL(request.url, 'http://host')
    requests.push(pathname)
    const file = await find(decodeURIComponent(pathname))
    if (file === undefined) return response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found')
    if (file.endsWith('/')) return response.writeHead(308, { location: `${pathname}/` }).end()
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    const body = await readFile(file)
    const encoding = /\bbr\b/.test(request.headers['accept-encoding'] ?? '') ? 'br' : /\bgzip\b/.test(request.headers['accept-encoding'] ?? '') ? 'gzip' : undefined
    const packed = encoding && /text|json|svg|xml/.test(type) ? await ENCODINGS[encoding](body) : body
    response.writeHead(200, {
      'content-type': type,
      'content-length': packed.length,
      'cache-control': HASHED.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache',
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
      ...(packed === body ? {} : { 'content-encoding': encoding }),
    })
    response.end(request.method === 'HEAD' ? undefined : packed)
  }

  /** The file of a path; a folder without its slash, with one. */
  async function find(pathname) {
    const path = normalize(pathname)
    const below = Object.keys(folders).toSorted((a, b) => b.length - a.length).find((prefix) => path === prefix || path.startsWith(`${prefix}/`))
    if (below === undefined || path.includes('..')) return
    const file = join(folders[below], path.slice(below.length))
    const found = await stat(file).catch(() => undefined)
    if (found?.isFile()) return file
    if (!found?.isDirectory()) return
    return path.endsWith('/') ? find(`${path}index.html`) : `${file.replace(/\/$/, '')}/`
  }

  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    requests,
    close: () => new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    }),
  }
}
