/**
 * One case of a row: a call under a fault, and what its three witnesses saw of it.
 * Runtimes: all. Imports: `../../src`, `./machine.ts`, `./reader.ts`, `./witness.ts`, `./wire.ts`; `./row.ts` (types).
 * @module
 */
import { expect, inject } from 'vitest'
import { chat, connect, isChatError, streamChat } from '../../src/index.ts'
import type { Connection } from '../../src/index.ts'
import type { Report } from '../setup/fault-server.ts'
import { createMachine } from './machine.ts'
import { bodyOf, endOfHead, holdingOf } from './reader.ts'
import type { Delivered, Each, Machine, Row, Runtime, Size } from './row.ts'
import { joined } from './wire.ts'
import { bareRead, watched } from './witness.ts'

/** What became of one call. */
export interface Call {
  readonly prompt: string
  /** `whole`, or the code of the error. */
  readonly outcome: string
  /** Of the answer, or of the error's `partial`. */
  readonly text: string
  /** What the runtime handed to the library of the last answer. */
  readonly handed: Uint8Array
}

/** A row where it strikes: the places are the server's paths. */
export interface Place {
  readonly row: Row
  /** Its number in the table. */
  readonly at: number
  readonly variant: number
  /** Which try, from 0: a later one gives the runtime more time to take what was delivered. */
  readonly attempt: number
}

const { wire, control } = inject('faults')
/** What a bare reader waits for the next bytes. */
const SILENCE_MS = 20_000

export const runtime: Runtime = typeof document !== 'undefined' ? 'chromium' : navigator.userAgent === 'Cloudflare-Workers' ? 'workerd' : 'node'

/** What of a row is for this runtime. */
export function mine<T>(each: Each<T>): T {
  return typeof each === 'object' && each !== null && 'node' in each ? each[runtime] : each
}

const promptOf = (body: unknown): string => (JSON.parse(String(body)) as { messages: { content: string }[] }).messages.at(-1)?.content ?? ''

let counter = 0
const newId = (): string => `${runtime}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}-${counter++}`

/** Makes the calls of one case, and asks the server what it saw of them. */
export async function tryCase(place: Place, token: string): Promise<{ readonly calls: readonly Call[]; readonly report: Report; readonly tokens: number }> {
  const { row, at, variant, attempt } = place
  const id = newId()
  const machine = createMachine()
  let tokens = 0
  const witnesses = new Map<string, ReturnType<typeof watched>>()
  const connection = connect({
    endpoint: `${wire}/${at}/${variant}/${attempt}/${id}`,
    kind: 'v1',
    token() {
      tokens++
      return token
    },
    retries: 0,
    fetch(input, init) {
      const prompt = promptOf(init?.body)
      const witness = witnesses.get(prompt) ?? watched()
      witnesses.set(prompt, witness)
      return witness.fetch(input, init)
    },
    ...row.options,
  })
  const make = async (index: number): Promise<Call> => {
    const prompt = `call ${index}`
    return { prompt, ...(await ask(connection, place, prompt, machine)), handed: joined(witnesses.get(prompt)?.handed.at(-1) ?? []) }
  }
  const calls: Call[] = []
  const { count = 1, how = 'in turn' } = row.calls ?? {}
  const numbers = Array.from({ length: count }, (_, index) => index)
  try {
    if (how === 'together') calls.push(...(await Promise.all(numbers.map(make))))
    else for (const index of numbers) calls.push(await make(index))
  } finally {
    machine.restore()
  }
  return { calls, report: await reportOf(id), tokens }
}

async function ask(connection: Connection, { row, variant }: Place, prompt: string, machine: Machine): Promise<{ readonly outcome: string; readonly text: string }> {
  const request = { model: row.model ?? 'short', messages: [{ role: 'user' as const, content: prompt }] }
  let text = ''
  await row.client?.(machine, undefined, variant)
  try {
    if (row.plain) return { outcome: 'whole', text: (await chat(connection, request)).text }
    const stream = streamChat(connection, request)
    let events = 0
    for await (const event of stream) {
      if (event.type === 'text') text += event.text
      await row.client?.(machine, events++, variant)
    }
    expect((await stream.result).text, 'the result holds what the loop was given').toBe(text)
    return { outcome: 'whole', text }
  } catch (error) {
    if (!isChatError(error)) throw error
    const partial = error.partial?.text ?? ''
    // More than that where a limit strikes while a block is being given.
    if (!row.plain) expect(partial.startsWith(text), 'the error holds what the loop was given').toBe(true)
    return { outcome: error.code, text: partial }
  }
}

/** The text that a bare `fetch` is handed at that place. */
export async function bareText({ row, at, variant, attempt }: Place, token: string): Promise<string> {
  const parts = await bareRead(`${wire}/${at}/${variant}/${attempt}/${newId()}/openai/v1/chat/completions`, raw(row, token), SILENCE_MS)
  return holdingOf(joined(parts)).text
}

/** How much there is of an answer to such a call without a fault. */
export async function sizeOf(row: Row, token: string): Promise<Size> {
  const id = newId()
  await bareRead(`${wire}/none/0/0/${id}/openai/v1/chat/completions`, raw({ ...row, model: 'short' }, token), SILENCE_MS)
  const delivered = deliveredOf(await reportOf(id), 'call 0')
  if (!delivered?.finished) throw new Error('The answer without a fault is not whole')
  return { bytes: delivered.raw.length, headBytes: endOfHead(delivered.raw), events: delivered.events }
}

/** A token of the emulator behind the server. */
export async function mint(): Promise<string> {
  return ((await (await patient(`${control}/token`)).json()) as { token: string }).token
}

/** What the server gave to the socket in answer to a prompt, the last time. */
export function deliveredOf({ served }: Report, prompt: string): Delivered | undefined {
  const found = served.findLast((one) => one.prompt === prompt)
  if (!found) return undefined
  const bytes = Uint8Array.from(atob(found.delivered), (char) => char.charCodeAt(0))
  return { ...holdingOf(bodyOf(bytes)), raw: bytes, answered: endOfHead(bytes) >= 0 }
}

async function reportOf(id: string): Promise<Report> {
  return (await (await patient(`${control}/report`, { method: 'POST', body: id })).json()) as Report
}

function raw(row: Row, token: string): RequestInit {
  const body = { model: row.model ?? 'short', stream: !row.plain, stream_options: { include_usage: true }, messages: [{ role: 'user', content: 'call 0' }] }
  return { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` } }
}

/** Asks what is no part of any row: a runtime may try it over a connection that the server has just closed. */
async function patient(path: string, init?: RequestInit, tries = 5): Promise<Response> {
  try {
    return await fetch(path, init)
  } catch (error) {
    if (tries === 0) throw error
    return patient(path, init, tries - 1)
  }
}
