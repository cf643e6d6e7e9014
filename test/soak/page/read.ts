/**
 * A planned call in, what came of it out: it is made as its plan says, and left where it says so.
 * Runtime: browsers. Imports: `keyless-chat` and its entries, `../call.ts`, `./tokens.ts` (types), `./watch.ts`.
 * @module
 */
import { chat, isChatError, streamChat } from 'keyless-chat'
import type { ChatResult, Connection } from 'keyless-chat'
import { responses } from 'keyless-chat/responses'
import { streamAs } from 'keyless-chat/structured'
import type { StandardSchema } from 'keyless-chat/structured'
import { runTools, tool } from 'keyless-chat/tools'
import type { Call, Report } from '../call.ts'
import type { Meter } from './tokens.ts'
import { ownSignal, sharedSignal, sleep } from './watch.ts'

interface Stream {
  readonly events: AsyncIterable<unknown>
  readonly result: () => Promise<{ readonly text: string }>
  readonly partial: () => ChatResult
  readonly response: () => Promise<unknown>
}

const jsonSchema = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'array', items: { type: 'number' } } }, required: ['city', 'days'] }
const schema: StandardSchema<{ city?: string }> = { '~standard': { version: 1, vendor: 'soak', validate: (value) => ({ value: value as { city?: string } }) } }
const weather = tool({ name: 'get_weather', jsonSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }, run: async () => (await sleep(1), 'Rain') })

/** Makes a call; it settles, whatever comes of it. */
export async function make(call: Call, connection: Connection, meter: Meter): Promise<Report> {
  const { id, how, leave } = call
  const own = leave?.by === 'abort' ? ownSignal() : undefined
  const reason = new Error(`left by its caller: ${id}`)
  const signal = own?.signal ?? sharedSignal
  const read = { text: '', left: false, events: 0 }
  if (leave?.at === 'before') own?.abort(reason)
  let stream: Stream | undefined
  let text = ''
  try {
    if (how === 'chat') {
      text = read.text = (await chat(connection, ask(call), { signal })).text
      return report('whole', '')
    }
    stream = open(call, connection, signal)
    if (how === 'result' && !leave) read.text = (await stream.result()).text
    else await loop(call, stream, meter, read, () => own?.abort(reason))
    text = stream.partial().text
    if (read.left) return report('left', (await rejection(stream.result()))?.code === 'aborted' ? '' : 'a stream that was left has a result of another code')
    return report('whole', (await stream.result()).text === text ? '' : 'result and partial differ')
  } catch (error) {
    const failed = isChatError(error) ? error : undefined
    text = stream?.partial().text ?? failed?.partial?.text ?? ''
    if (failed && (failed.partial?.text ?? '') !== text) return report(failed.code, 'the error holds another text than the stream')
    if (failed) return report(failed.code, '', failed.message)
    if (error !== reason) return report('thrown', `something that is no error of the library: ${String(error)}`)
    const result = stream && (await rejection(stream.result()))
    return report('abort', !result || (result.code === 'aborted' && (result.cause === reason || how === 'tools')) ? '' : 'the result of an aborted stream is no abort')
  }

  function report(outcome: string, contradiction: string, message = ''): Report {
    return { id, outcome, text, read: read.text, message, contradiction }
  }
}

function ask({ model, prompt }: Call): { readonly model: string; readonly messages: [{ readonly role: 'user'; readonly content: string }] } {
  return { model, messages: [{ role: 'user', content: prompt }] }
}

function open(call: Call, connection: Connection, signal: AbortSignal): Stream {
  const request = ask(call)
  if (call.how === 'tools') {
    const run = runTools(connection, request, { tools: [weather], signal })
    return { events: run, result: () => run.result, partial: () => run.partial, response: async () => {} }
  }
  if (call.how === 'structured') {
    const stream = streamAs(connection, request, schema, { signal, jsonSchema })
    return { events: stream, result: () => stream.result, partial: () => stream.partial, response: () => stream.response }
  }
  const stream = streamChat(call.how === 'responses' ? responses(connection) : connection, request, { signal })
  return { events: call.how === 'text' ? stream.text : stream, result: () => stream.result, partial: () => stream.partial, response: () => stream.response }
}

async function loop({ leave, pauseEvery = Infinity, pauseMs = 0 }: Call, stream: Stream, meter: Meter, read: { text: string; left: boolean; events: number }, abort: () => void): Promise<void> {
  if (leave?.at === 'start') queueMicrotask(abort)
  // Where no token ever comes, its acquisition is what is left.
  if (leave?.at === 'response') void (meter.silence() ?? stream.response()).then(abort, abort)
  for await (const event of stream.events) {
    read.events++
    if (typeof event === 'string') read.text += event
    else if ((event as { type?: string }).type === 'text') read.text += (event as { text: string }).text
    if (leave?.at === 'event' && read.events === leave.event) {
      if (leave.by === 'abort') abort()
      else {
        read.left = true
        break
      }
    }
    if (read.events % pauseEvery === 0) await sleep(pauseMs)
  }
}

async function rejection(promise: Promise<unknown>): Promise<{ readonly code?: unknown; readonly cause?: unknown } | undefined> {
  return promise.then(
    () => undefined,
    (error: unknown) => error as { code?: unknown; cause?: unknown },
  )
}
