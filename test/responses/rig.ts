// A connection whose service answers what a test wrote, or an emulator, by the Responses API.
import { connect, streamChat } from '../../src/core.ts'
import type { ChatEvent, ChatRequest, ChatResult, Connection } from '../../src/core.ts'
import type { EmulatorOptions } from '../../src/emulator/index.ts'
import { responses } from '../../src/responses/index.ts'
import type { ResponsesOptions } from '../../src/responses/index.ts'
import { foundry, readAll } from '../conformance/foundry.ts'
import { streamOf } from '../cut.ts'

export const REQUEST = { model: 'gpt-5-codex', messages: [{ role: 'user', content: 'Hello there' }] } as const
export const WEATHER = { type: 'function', function: { name: 'get_weather', description: 'The weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } } } as const

/** What was sent, as the service reads it. */
export interface Sent { readonly url: string; readonly body: Readonly<Record<string, unknown>> }

/** A connection to a service that answers every request with the same bytes. */
export function scripted(answer: string | readonly Uint8Array[], options: ResponsesOptions = {}, endpoint = 'https://c.openai.azure.com') {
  const sent: Sent[] = []
  const connection = connect({
    endpoint,
    token: () => 'eyJ.secret',
    fetch: async (url, init) => {
      sent.push({ url: String(url), body: JSON.parse(String(init?.body)) as Sent['body'] })
      return new Response(typeof answer === 'string' ? answer : streamOf(answer))
    },
  })
  return { connection: responses(connection, options), sent }
}

/** One frame of a stream. */
export interface Frame { readonly type: string; readonly [member: string]: unknown }

/** Frames as they are streamed, each with its `event:` line. */
export const framesOf = (...frames: readonly Frame[]): string => frames.map((frame) => `event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`).join('')

/** A response that is at its end. */
export const responseOf = (output: readonly object[], more: object = {}): Readonly<Record<string, unknown>> => ({ id: 'resp_1', object: 'response', status: 'completed', error: null, model: 'gpt', store: false, output, ...more })

/** An emulated resource, asked by the Responses API. */
export function emulated(options: ResponsesOptions = {}, emulator: EmulatorOptions = {}) {
  const made = foundry({}, emulator)
  return { ...made, plain: made.connection, connection: responses(made.connection, options) }
}

/** Reads a stream to its end and says what came, in the loop and of it. */
export async function streamed(connection: Connection, request: ChatRequest): Promise<{ readonly events: ChatEvent[]; readonly error: unknown; readonly result: ChatResult }> {
  const stream = streamChat(connection, request)
  const read = await readAll(stream)
  return { ...read, result: stream.partial }
}
