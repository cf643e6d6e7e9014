/**
 * Serves the page on this machine and, until you have an endpoint, plays both of its servers: an emulated Azure AI Foundry, and a
 * backend that gives tokens. None of it is needed where the page is hosted: its files are static.
 * @module
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import process from 'node:process'
import { Readable } from 'node:stream'
import { createEmulator } from 'keyless-chat/emulator'

const HOST = '127.0.0.1'
const FILES = {
  '/': ['index.html', 'text/html'],
  '/style.css': ['style.css', 'text/css'],
  '/chat.js': ['chat.js', 'text/javascript'],
  '/advice.js': ['advice.js', 'text/javascript'],
  // Copy it beside index.html where you host the page.
  '/keyless-chat.min.js': ['node_modules/keyless-chat/dist/keyless-chat.min.js', 'text/javascript'],
}

const emulator = createEmulator({ chunkDelayMs: 30 })

async function answer(request) {
  const { pathname } = new URL(request.url)
  // Yours would know the user by a session, and answer 401 where there is none.
  if (pathname === '/token' && request.method === 'POST') return Response.json(await emulator.token(), { headers: { 'cache-control': 'no-store' } })
  if (pathname.startsWith('/openai/')) return emulator.fetch(request)
  const [file, type] = FILES[pathname] ?? []
  if (!file) return new Response('Not found', { status: 404 })
  return new Response(await readFile(new URL(file, import.meta.url)), { headers: { 'content-type': `${type}; charset=utf-8`, 'x-content-type-options': 'nosniff' } })
}

async function serve(incoming, outgoing) {
  // A reader who leaves ends the answer.
  const left = new AbortController()
  outgoing.once('close', () => left.abort())
  try {
    const { method, headers } = incoming
    const body = method === 'POST' ? Readable.toWeb(incoming) : null
    const response = await answer(new Request(`http://${headers.host}${incoming.url}`, { method, headers, body, duplex: 'half', signal: left.signal }))
    outgoing.writeHead(response.status, Object.fromEntries(response.headers)).flushHeaders()
    for await (const part of response.body ?? []) if (!outgoing.write(part)) await once(outgoing, 'drain', { signal: left.signal })
    outgoing.end()
  } catch {
    // Half an answer must not look like a whole one. A little later, as browsers drop what they have not yet handed out.
    setTimeout(() => outgoing.destroy(), 50)
  }
}

const server = createServer((incoming, outgoing) => void serve(incoming, outgoing))
server.listen(Number(process.env.PORT ?? 5173), HOST, () => console.log(`The page is at http://${HOST}:${server.address().port}/`))
