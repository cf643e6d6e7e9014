/**
 * A folder of files as a site on this machine alone.
 * Runtime: Node.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { normalize } from 'node:path'

const TYPES = { html: 'text/html', css: 'text/css', js: 'text/javascript', json: 'application/json', svg: 'image/svg+xml', png: 'image/png' }
const HOST = '127.0.0.1'

/**
 * Serves a folder.
 *
 * @param {string} folder
 * @param {{ port?: number, base?: string }} [options] `base` is where on the host it lies, `/` unless told otherwise; a `port` of 0 is any that is free
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export function serveFolder(folder, { port = 0, base = '/' } = {}) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', `http://${HOST}`)
    const path = normalize(decodeURIComponent(pathname)).replaceAll('\\', '/')
    const file = path.startsWith(base) ? path.slice(base.length - 1).replace(/\/$/, '/index.html') : undefined
    const type = TYPES[/\.(\w+)$/.exec(file ?? '')?.[1] ?? '']
    const send = (status, headers, body) => response.writeHead(status, headers).end(body)
    if (file === undefined || type === undefined) return send(404, { 'content-type': 'text/plain' }, 'Not found')
    readFile(folder + file).then(
      (body) => send(200, { 'content-type': `${type}${type.startsWith('image/png') ? '' : '; charset=utf-8'}`, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' }, body),
      () => send(404, { 'content-type': 'text/plain' }, 'Not found'),
    )
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, () => {
      const address = server.address()
      const url = `http://${HOST}:${typeof address === 'object' && address ? address.port : port}${base}`
      resolve({
        url,
        close: () => new Promise((closed) => {
          server.close(() => closed())
          server.closeAllConnections()
        }),
      })
    })
  })
}
