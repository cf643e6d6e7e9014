// Asks an emulator by hand, without the client: these tests judge the judge.
import type { Emulator, EmulatorCall } from '../../src/emulator/index.ts'

export const HOST = 'https://emulated.services.ai.azure.com'
export const V1 = '/openai/v1/chat/completions'
export const INFERENCE = '/models/chat/completions?api-version=2024-05-01-preview'

export interface Asked {
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** Posts a chat request with a fresh token. */
export async function ask(emulator: Emulator, body: Readonly<Record<string, unknown>>, { path = V1, headers = {}, signal }: Asked = {}): Promise<Response> {
  const { token } = await emulator.token()
  return emulator.fetch(HOST + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello there' }], ...body }),
    ...(signal ? { signal } : {}),
  })
}

/** Posts any body to any path with a fresh token. */
export async function post(emulator: Emulator, path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const { token } = await emulator.token()
  return emulator.fetch(HOST + path, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
}

/** The payloads of a stream's events, `[DONE]` included, comments left out. */
export async function payloads(response: Response): Promise<string[]> {
  return (await response.text()).split('\n\n').filter((event) => event.startsWith('data: ')).map((event) => event.slice('data: '.length))
}

/** The chunks of a stream; fails where it does not end with `[DONE]`. */
export async function chunks(response: Response): Promise<Chunk[]> {
  const all = await payloads(response)
  if (all.pop() !== '[DONE]') throw new Error('the stream does not end with [DONE]')
  return all.map((text) => JSON.parse(text) as Chunk)
}

// As loose as the wire: these are read in tests alone.
export interface Chunk {
  readonly choices: readonly Choice[]
  readonly usage?: Readonly<Record<string, unknown>> | null
  readonly [key: string]: unknown
}
export interface Choice {
  readonly index: number
  readonly finish_reason?: string | null
  readonly delta?: Said
  readonly message?: Said
  readonly content_filter_offsets?: { readonly end_offset: number }
  readonly content_filter_results?: Readonly<Record<string, { readonly filtered?: boolean; readonly severity?: string }>>
  readonly [key: string]: unknown
}
export interface Said {
  readonly role?: string | null
  readonly content?: string | null
  readonly refusal?: string | null
  readonly reasoning_content?: string | null
  readonly tool_calls?: readonly { readonly id?: string; readonly index?: number; readonly function: { readonly name?: string; readonly arguments: string } }[] | null
}

/** The text of one choice of a stream. */
export function textOf(all: readonly Chunk[], index = 0, key: 'content' | 'refusal' | 'reasoning_content' = 'content'): string {
  return all.flatMap(({ choices }) => choices).filter((choice) => choice.index === index).map(({ delta }) => delta?.[key] ?? '').join('')
}

/** The last finish of each choice. */
export function finishes(all: readonly Chunk[]): (string | null | undefined)[] {
  return all.flatMap(({ choices }) => choices).map((choice) => choice.finish_reason).filter((finish) => finish !== null && finish !== undefined)
}

export function lastCall(emulator: Emulator): EmulatorCall {
  const call = emulator.calls.at(-1)
  if (!call) throw new Error('nothing was asked')
  return call
}

export const WEATHER = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' }, unit: { enum: ['celsius', 'fahrenheit'] } }, required: ['city'] } },
}

/** An event of a Responses stream. */
export interface ResponseEvent {
  readonly type: string
  readonly sequence_number: number
  readonly item?: Item
  readonly response?: ResponseObject
  readonly delta?: string
  readonly [key: string]: unknown
}
export interface Item {
  readonly id: string
  readonly type: string
  readonly status?: string
  readonly call_id?: string
  readonly name?: string
  readonly arguments?: string
  readonly encrypted_content?: string
  readonly content?: readonly { readonly type: string; readonly text?: string; readonly refusal?: string }[]
  readonly summary?: readonly { readonly text: string }[]
}
export interface ResponseObject {
  readonly id: string
  readonly status: string
  readonly output: readonly Item[]
  readonly [key: string]: unknown
}

/** The events of a Responses stream; fails where a name and a type differ or a number is missing. */
export async function responseEvents(response: Response): Promise<ResponseEvent[]> {
  const blocks = (await response.text()).split('\n\n').filter((block) => block !== '')
  return blocks.map((block, at) => {
    const [, name, data] = /^event: (.+)\ndata: (.+)$/.exec(block) ?? []
    const event = JSON.parse(data ?? '') as ResponseEvent
    if (event.type !== name || event.sequence_number !== at) throw new Error(`event ${at} is ${block}`)
    return event
  })
}
