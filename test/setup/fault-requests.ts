/**
 * A socket in, the HTTP requests that come over it out, one after the other.
 * Runtime: Node.
 * @module
 */
import type { Socket } from 'node:net'

/** One request, read whole. */
export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Hands each request of a connection to `answer`, the next one only once that has returned true for the one before. */
export async function requestsOf(socket: Socket, answer: (request: RawRequest, socket: Socket) => Promise<boolean>): Promise<void> {
  let held = Buffer.alloc(0)
  let wake: () => void = () => {}
  let over = false
  const end = () => {
    over = true
    wake()
  }
  socket.on('data', (part: Buffer) => {
    held = Buffer.concat([held, part])
    wake()
  })
  // A client that has nothing more to say has left.
  socket.on('end', () => {
    end()
    socket.destroySoon()
  })
  socket.on('close', end)
  while (!over) {
    const found = take(held)
    if (!found) {
      await new Promise<void>((resolve) => (wake = resolve))
      continue
    }
    held = held.subarray(found.length)
    try {
      if (!(await answer(found.request, socket))) return
    } catch (error) {
      console.error(error)
      socket.destroy()
    }
  }
}

function take(held: Buffer): { readonly request: RawRequest; readonly length: number } | undefined {
  const end = held.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [line = '', ...fields] = held.subarray(0, end).toString('latin1').split('\r\n')
  const [method = '', path = ''] = line.split(' ')
  const headers = Object.fromEntries(fields.map((field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 1).trim()]))
  if ('transfer-encoding' in headers) throw new Error('Cannot read a request without a content length')
  const length = end + 4 + Number(headers['content-length'] ?? 0)
  if (held.length < length) return undefined
  return { request: { method, path, headers, body: held.subarray(end + 4, length).toString() }, length }
}
