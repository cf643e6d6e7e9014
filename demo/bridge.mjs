/**
 * A handler from `Request` to `Response` in, a listener for Node's http server out.
 *
 * The body goes out as it is made, and no faster than the connection takes it. Where the connection closes first, the
 * request's signal aborts and the body is cancelled, so that the handler learns that nobody reads any more.
 * Runtime: Node.
 * @module
 */
import { Readable } from 'node:stream'

const BREAK_AFTER_MS = 50

/**
 * Bridges a handler to `http.createServer()`.
 *
 * @param {(request: Request) => Response | Promise<Response>} handler
 * @returns {import('node:http').RequestListener}
 */
export function bridge(handler) {
  return function listen(incoming, outgoing) {
    const left = new AbortController()
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) left.abort(new DOMException('The client has closed the connection', 'AbortError'))
    })
    answer(handler, incoming, outgoing, left.signal).catch(() => {
      // Half an answer must not look like a whole one. A little later, as browsers drop what they have received and not
      // yet handed out once a connection breaks.
      setTimeout(() => outgoing.destroy(), BREAK_AFTER_MS)
    })
  }
}

async function answer(handler, incoming, outgoing, signal) {
  const response = await respond(handler, incoming, signal)
  outgoing.statusCode = response.status
  outgoing.setHeaders(response.headers)
  // At once, as the body may keep silent for long.
  outgoing.flushHeaders()
  if (response.body) await send(response.body, outgoing, signal)
  outgoing.end()
  // A body that the handler has not read would be taken for the next request of the connection, which then waits for ever.
  if (!incoming.complete) incoming.removeAllListeners('data').resume()
}

async function respond(handler, incoming, signal) {
  let request
  try {
    request = requestOf(incoming, signal)
  } catch {
    return new Response('Bad request', { status: 400 })
  }
  // So that the connection holds the request: undici holds the signal of one weakly, and a handler that waits for nothing else would be collected with both.
  signal.addEventListener('abort', () => void request)
  try {
    return await handler(request)
  } catch (error) {
    signal.throwIfAborted()
    console.error(error)
    return new Response('The handler failed', { status: 500 })
  }
}

function requestOf(incoming, signal) {
  const { method = 'GET', headers, url = '/', socket } = incoming
  const sends = method !== 'GET' && method !== 'HEAD'
  // Joined as text, since a path such as `//host` would name another origin.
  return new Request(`http://${headers.host ?? `127.0.0.1:${socket.localPort}`}${url}`, {
    method,
    headers: Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => [name, one ?? ''])),
    signal,
    redirect: 'manual',
    ...(sends ? { body: Readable.toWeb(incoming), duplex: 'half' } : {}),
  })
}

async function send(body, outgoing, signal) {
  const reader = body.getReader()
  const leave = () => void reader.cancel(signal.reason).catch(() => {})
  signal.addEventListener('abort', leave, { once: true })
  if (signal.aborted) leave()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (!outgoing.write(part.value)) await drained(outgoing)
    }
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

/** Waits until the connection takes more, or is closed. */
function drained(outgoing) {
  return new Promise((resolve) => {
    const settle = () => {
      outgoing.off('drain', settle)
      outgoing.off('close', settle)
      resolve()
    }
    outgoing.on('drain', settle)
    outgoing.on('close', settle)
    if (outgoing.destroyed) settle()
  })
}
