/**
 * A relay as its clients see it: nothing but HTTP.
 * @module
 */
import { request as httpRequest } from 'node:http'
import { mintRelayToken } from 'keyless-chat/edge'
import type { RelayFinishInfo, RelayGrant } from 'keyless-chat/edge'
import type { EmulatorCall } from 'keyless-chat/emulator'
import { ISSUE } from './apps/app.ts'

export const CHAT = '/openai/v1/chat/completions'
export const ASK = { messages: [{ role: 'user', content: 'Hello' }] } as const

let serial = 0
/** A subject that no other test has. */
export const somebody = (): string => `subject-${++serial}-${Math.random().toString(36).slice(2)}`

export async function tokenOf(grant: Partial<RelayGrant> = {}): Promise<string> {
  return (await mintRelayToken(ISSUE, { subject: somebody(), ...grant })).token
}

/** Posts a chat with a good token, unless told otherwise. */
export async function post(url: string, body: object | string, headers: Record<string, string> = {}, signal?: AbortSignal, path = CHAT): Promise<Response> {
  const authorization = 'authorization' in headers ? {} : { authorization: `Bearer ${await tokenOf()}` }
  return fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...authorization, ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body), ...(signal && { signal }) })
}

/** What came back of a request that was written by hand. */
export interface Raw {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** Sends what `fetch` would tidy up: a path as it is, a header twice, a body that does not end before the answer has come. */
export function raw(url: string, { path, headers = {}, body, unending = false }: { readonly path: string; readonly headers?: Readonly<Record<string, string | string[]>>; readonly body: string; readonly unending?: boolean }): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const request = httpRequest({ hostname, port, path, method: 'POST', headers }, (response) => {
      let text = ''
      const settle = () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
        request.destroy()
      }
      response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', settle).on('error', settle)
    })
    request.on('error', reject)
    if (unending) request.write(body)
    else request.end(body)
  })
}

/** Posts a chat and resets the connection when told to, as a browser's does over HTTP/2 and as a network that is gone does in the end. */
export function postAndReset(url: string, body: object, authorization: string): () => void {
  const { hostname, port } = new URL(url)
  const request = httpRequest({ hostname, port, path: CHAT, method: 'POST', headers: { 'content-type': 'application/json', authorization } })
  // The reset is what is wanted.
  request.on('error', () => {})
  request.end(JSON.stringify(body))
  return () => request.socket?.resetAndDestroy()
}

/** What the relay's hook was told of the requests of one subject. */
export async function finishedOf(url: string, subject: string): Promise<readonly RelayFinishInfo[]> {
  const all = (await (await fetch(`${url}/test/finished`)).json()) as readonly RelayFinishInfo[]
  return all.filter((info) => info.subject === subject)
}

/** Calls that have come to the emulator for a deployment. */
export async function callsOf(emulator: string, deployment: string): Promise<readonly EmulatorCall[]> {
  const all = (await (await fetch(`${emulator}/test/calls`)).json()) as readonly EmulatorCall[]
  return all.filter((call) => call.deployment === deployment)
}

/** Waits until a question has an answer, for at most ten seconds. */
export async function eventually<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (let i = 0; i < 500; i++) {
    const found = await ask()
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`Waited in vain for ${ask.toString()}`)
}
