import { Agent, createServer, get, request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test, vi } from 'vitest'
import { bridge } from '../../demo/bridge.mjs'

let stop = () => {}
afterEach(() => stop())

type Handler = (request: Request) => Response | Promise<Response>

async function serve(handler: Handler): Promise<string> {
  const server = createServer(bridge(handler))
  stop = () => {
    server.closeAllConnections()
    server.close()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const answer = (url: string) => new Promise<IncomingMessage>((resolve, reject) => get(url, resolve).on('error', reject))

test('bridge() hands over method, path, headers and body, and brings back status, headers and body', async () => {
  const url = await serve(async (request) => {
    const { pathname, search } = new URL(request.url)
    return Response.json({ method: request.method, pathname, search, header: request.headers.get('x-mine'), body: await request.text() }, { status: 201, headers: { 'x-yours': 'b' } })
  })
  const response = await fetch(`${url}//a/b?c=d`, { method: 'POST', headers: { 'x-mine': 'a' }, body: 'hello' })
  expect([response.status, response.headers.get('x-yours')]).toEqual([201, 'b'])
  expect(await response.json()).toEqual({ method: 'POST', pathname: '//a/b', search: '?c=d', header: 'a', body: 'hello' })
})

test('bridge() sends the headers before the first byte of the body', async () => {
  const url = await serve(() => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }), { status: 202 }))
  expect((await answer(url)).statusCode).toBe(202)
})

test('bridge() aborts the signal and cancels the body where the connection closes', async () => {
  const cancelled = vi.fn<(reason: unknown) => void>()
  let signal: AbortSignal | undefined
  const url = await serve((request) => {
    signal = request.signal
    return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(8)), cancel: cancelled }))
  })
  const response = await answer(url)
  response.once('data', () => response.destroy())
  await vi.waitFor(() => expect(cancelled).toHaveBeenCalledOnce())
  expect(signal?.aborted).toBe(true)
})

test('bridge() aborts the signal of a handler that has not answered yet', async () => {
  let signal: AbortSignal | undefined
  const url = await serve((request) => {
    signal = request.signal
    return new Promise(() => {})
  })
  const request = get(url).on('error', () => {})
  await vi.waitFor(() => expect(signal?.aborted).toBe(false))
  request.destroy()
  await vi.waitFor(() => expect(signal?.aborted).toBe(true))
})

test('bridge() aborts the signal of a handler that waits for nothing else, whatever was collected meanwhile', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const aborted = vi.fn<() => void>()
  let asked = false
  const url = await serve((request) => {
    asked = true
    // Held by nobody but its own signal.
    return new Promise((_, reject) => request.signal.addEventListener('abort', () => {
      aborted()
      reject(request.signal.reason as Error)
    }))
  })
  const request = get(url).on('error', () => {})
  await vi.waitFor(() => expect(asked).toBe(true))
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    collect()
  }
  request.destroy()
  await vi.waitFor(() => expect(aborted).toHaveBeenCalledOnce(), { timeout: 10_000 })
})

test('bridge() does not abort the signal of a request that was answered', async () => {
  let signal: AbortSignal | undefined
  const url = await serve((request) => {
    signal = request.signal
    return new Response('whole')
  })
  expect(await (await fetch(url, { headers: { connection: 'close' } })).text()).toBe('whole')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(signal?.aborted).toBe(false)
})

test('bridge() stops asking the body for more while the reader is paused', async () => {
  let sent = 0
  const block = new Uint8Array(65_536)
  const url = await serve(() => new Response(new ReadableStream({
    pull(controller) {
      sent += block.length
      controller.enqueue(block)
    },
  })))
  const response = await answer(url)
  response.pause()
  let before = -1
  await vi.waitFor(() => {
    const growing = sent !== before
    before = sent
    expect(growing).toBe(false)
  }, { timeout: 10_000, interval: 300 })
  expect(sent).toBeLessThan(64 * 1024 * 1024)
  response.resume()
  await vi.waitFor(() => expect(sent).toBeGreaterThan(before))
  response.destroy()
})

test('bridge() breaks the connection where the body fails, so that half an answer does not look whole', async () => {
  const url = await serve(() => new Response(new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('half'))
    },
    pull: () => Promise.reject(new Error('cut')),
  })))
  const response = await fetch(url)
  await expect(response.text()).rejects.toThrow()
})

test('bridge() answers 500 where the handler throws and 400 where the request is none', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const url = await serve(() => {
    throw new Error('broken')
  })
  expect((await fetch(url)).status).toBe(500)
  const response = await new Promise<IncomingMessage>((resolve) => get(url, { headers: { host: 'not a host' } }, resolve))
  expect(response.statusCode).toBe(400)
})

test('bridge() lets go of a body that the handler has not read, so that the connection serves the next request', async () => {
  const url = await serve((request) => new Response(request.method, { status: 413 }))
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const send = (body: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest({ hostname, port, method: 'POST', agent }, (response) => response.resume().on('end', () => resolve(response.statusCode)))
      request.on('error', reject).end(body)
    })
  expect(await send('x'.repeat(4_000_000))).toBe(413)
  expect(await send('x')).toBe(413)
  agent.destroy()
})
