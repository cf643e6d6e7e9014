/**
 * A server of bare sockets between the client and an emulator: it asks the emulator, and spoils the answer's bytes as a row of test/faults says.
 *
 * `/<row>/<variant>/<try>/<id>/…` is the endpoint of one case, `POST /report` tells what was delivered to the sockets of the case whose id is the body,
 * `GET /token` mints a token, both at an address of their own.
 * Runtime: Node.
 * @module
 */
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { TestProject } from 'vitest/node'
import { createEmulator } from '../../src/emulator/index.ts'
import { rows } from '../faults/rows.ts'
import { CLOSE, bytes, joined, whole } from '../faults/wire.ts'
import type { Step, Wire } from '../faults/wire.ts'
import { requestsOf } from './fault-requests.ts'
import type { RawRequest } from './fault-requests.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the fault server listens, and where it tells what it did, lest a connection for the one serves the other. */
    readonly faults: { readonly wire: string; readonly control: string }
  }
}

/** What the server did to one request. */
export interface Served {
  /** The last message of the user. */
  readonly prompt: string
  /** Every byte that was given to the socket, as latin1 in base64. */
  readonly delivered: string
}

/** What the server tells of one case. */
export interface Report {
  readonly served: readonly Served[]
  /** Connections on which an answer is neither finished nor given up. */
  readonly open: number
}

interface Case {
  readonly served: { readonly prompt: string; readonly sent: Uint8Array[] }[]
  open: number
}

/** By try: a machine that is busy needs longer to hand bytes to a script. */
const SETTLE_MS = [4, 40, 400, 2000]
const CORS = 'access-control-allow-origin: *\r\naccess-control-allow-methods: POST, GET\r\naccess-control-allow-headers: authorization, content-type\r\n'
const REPORT_WAIT_MS = 3000
const REPLY = 'Grüße 👋 東京.'

export default async function setup({ provide }: Pick<TestProject, 'provide'>): Promise<() => void> {
  const emulator = createEmulator({ deployments: { short: { dialect: 'grok', model: 'grok-4-1-fast', reply: ({ prompt }) => `${prompt}: ${REPLY}` } } })
  const cases = new Map<string, Case>()
  const sockets = new Set<Socket>()
  const wires = new Map<string, Promise<Wire>>()

  async function answer(request: RawRequest, socket: Socket): Promise<boolean> {
    const { method, path } = request
    if (method === 'OPTIONS') return respond(socket, '')
    const [, row = '', variant = '', attempt = '', id = '', ...rest] = path.split('/')
    const { messages = [] } = JSON.parse(request.body) as { messages?: { content: string }[] }
    const prompt = messages.at(-1)?.content ?? ''
    const found = cases.get(id) ?? { served: [], open: 0 }
    cases.set(id, found)
    const sent: Uint8Array[] = []
    const index = found.served.push({ prompt, sent }) - 1
    const wire = await wireOf(request, rest.join('/'), id)
    const steps = rows[Number(row)]?.script(wire, Number(variant), { index, prompt }) ?? whole(wire)
    found.open++
    const ended = await play(steps, socket, sent, SETTLE_MS[Number(attempt)] ?? 0)
    if (ended) whenClosed(socket, () => found.open--)
    else found.open--
    return !ended
  }

  async function tell({ path, body }: RawRequest, socket: Socket): Promise<boolean> {
    return respond(socket, JSON.stringify(path === '/token' ? await emulator.token() : await report(body)), 'keep-alive')
  }

  /** Asks the emulator, once for requests that are the same to the letter but for the case that they belong to. */
  function wireOf(request: RawRequest, path: string, id: string): Promise<Wire> {
    const key = request.body.includes('~') ? undefined : JSON.stringify([path, request.headers, request.body])
    const wire = (key === undefined ? undefined : wires.get(key)) ?? askEmulator(request, path, id)
    if (key !== undefined) wires.set(key, wire)
    return wire
  }

  async function askEmulator({ headers, body }: RawRequest, path: string, id: string): Promise<Wire> {
    // What the emulator spoils once is spoilt once for each case.
    const own = body.replace(/"model":"(\w+~[\w-]+)"/, `"model":"$1~${id}"`)
    const response = await emulator.fetch(`http://127.0.0.1/${path}`, { method: 'POST', headers: { ...headers, 'content-length': String(Buffer.byteLength(own)) }, body: own })
    const text = await response.text()
    const kept = [...response.headers].filter(([name]) => /^(content-type|retry-after.*|apim-request-id)$/.test(name))
    return {
      status: `HTTP/1.1 ${response.status} ${response.ok ? 'OK' : 'Not OK'}`,
      headers: [...kept.map(([name, value]) => `${name}: ${value}`), 'access-control-allow-origin: *', CLOSE],
      events: text.split(/(?<=\n\n)/).map(bytes),
    }
  }

  async function report(id: string): Promise<Report> {
    const end = Date.now() + REPORT_WAIT_MS
    while ((cases.get(id)?.open ?? 0) > 0 && Date.now() < end) await sleep(5)
    const { served, open } = cases.get(id) ?? { served: [], open: 0 }
    cases.delete(id)
    return { open, served: served.map(({ prompt, sent }) => ({ prompt, delivered: Buffer.from(joined(sent)).toString('base64') })) }
  }

  async function listen(serve: typeof answer): Promise<{ readonly server: Server; readonly url: string }> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket)).on('error', () => {})
      void requestsOf(socket, serve)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  }

  const [wire, control] = await Promise.all([listen(answer), listen(tell)])
  provide('faults', { wire: wire.url, control: control.url })
  return () => {
    for (const socket of sockets) socket.destroy()
    wire.server.close()
    control.server.close()
  }
}

/** Does what the steps say; tells whether the connection is of no more use. */
async function play(steps: readonly Step[], socket: Socket, sent: Uint8Array[], settleMs: number): Promise<boolean> {
  for (const step of steps) {
    if (socket.destroyed) return true
    if (step === 'settle') await sleep(settleMs)
    else if (step === 'fin') return socket.destroySoon(), true
    else if (step === 'rst') return socket.resetAndDestroy(), true
    else if (step === 'half-close') return socket.end(), true
    else if (step === 'hold') return true
    else if ('pauseMs' in step) await sleep(step.pauseMs)
    else {
      sent.push(step.send)
      socket.write(step.send)
    }
  }
  return false
}

function respond(socket: Socket, body: string, connection: 'close' | 'keep-alive' = 'close'): boolean {
  socket.write(`HTTP/1.1 200 OK\r\n${CORS}content-type: application/json\r\nconnection: ${connection}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  if (connection === 'close') socket.end()
  return connection === 'keep-alive'
}

function whenClosed(socket: Socket, then: () => void): void {
  if (socket.closed || socket.destroyed) then()
  else socket.once('close', then)
}

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
