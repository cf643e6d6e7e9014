/**
 * What a model says in, the events of a response out; from the same recordings as `./envelope.ts`, a refusal and a summary of reasoning as the
 * specification has them.
 * Runtimes: all. Imports: `../../sse/encode.ts`, `../dialects/azure-chunk.ts`, `../reply.ts`, `../request.ts`, `./check.ts`, `./envelope.ts`,
 * `./items.ts`; `../dialects/frame.ts`, types alone.
 * @module
 */
import { encode } from '../../sse/encode.ts'
import { padding } from '../dialects/azure-chunk.ts'
import type { Answer, Frame, FrameKind } from '../dialects/frame.ts'
import { fragments, thoughtsOf } from '../reply.ts'
import { object } from '../request.ts'
import type { JsonObject } from '../request.ts'
import { wantsEncrypted } from './check.ts'
import { envelope } from './envelope.ts'
import type { Status } from './envelope.ts'
import { ENCRYPTED } from './items.ts'

/** One event before it has a number. */
export interface ResponseEvent {
  readonly kind: FrameKind
  readonly type: string
  readonly fields: JsonObject
}

/** One item of the output. */
interface Spoken {
  readonly opening: JsonObject
  readonly closing: (text: string) => JsonObject
  /** What its pieces are called in the names of events, and the whole of them in the last. */
  readonly said: string
  readonly key: string
  /** Where in the item they go, and what stands beside them. */
  readonly place: JsonObject
  readonly beside?: JsonObject
  readonly pieces?: Iterable<string>
  /** What holds them, where they are not the item's own. */
  readonly part?: (text: string) => JsonObject
  readonly container?: string
}

/** Streams a response. What it ends with is given to `ended`. */
export function* eventsOf(answer: Answer, body: JsonObject, ended: (response: JsonObject) => void): Generator<ResponseEvent> {
  const output: JsonObject[] = []
  for (const type of ['response.created', 'response.in_progress']) yield { kind: 'role', type, fields: { response: envelope(answer, body, 'in_progress') } }
  for (const item of spokenItems(answer, body)) {
    let last: ResponseEvent | undefined
    for (const event of itemEvents(item, answer.request.includeObfuscation)) {
      last = event
      yield { ...event, fields: { ...event.fields, output_index: output.length } }
    }
    output.push(last?.fields['item'] as JsonObject)
  }
  const status = statusOf(answer)
  const response = envelope(answer, body, status, { output })
  ended(response)
  yield { kind: 'finish', type: `response.${status}`, fields: { response } }
}

/** Numbers events and writes them; keys in alphabetical order behind the type. */
export function* numbered(events: Iterable<ResponseEvent>): Generator<Frame> {
  let sequence_number = 0
  for (const { kind, type, fields } of events) {
    const sorted = Object.fromEntries(Object.entries({ ...fields, sequence_number }).sort(([one], [other]) => (one < other ? -1 : 1)))
    yield { kind, wire: encode({ event: type, data: JSON.stringify({ type, ...sorted }) }) }
    sequence_number += 1
  }
}

/** How a response ends that nothing breaks. */
export function statusOf({ choices }: Answer): Status {
  const finish = choices[0]?.finish
  return finish === 'length' || finish === 'content_filter' ? 'incomplete' : 'completed'
}

/** Reasoning, then tool calls or a message. */
function* spokenItems(answer: Answer, body: JsonObject): Generator<Spoken> {
  const { choices, id, reasoningTokens } = answer
  if (reasoningTokens > 0) yield reasoning(id, body)
  const choice = choices[0]
  for (const [at, { name, arguments: text }] of (choice?.calls ?? []).entries()) {
    const item = { id: `fc_${id}${at}`, type: 'function_call', status: 'in_progress', arguments: '', call_id: `call_${id.slice(-20)}${String(at).padStart(4, '0')}`, name }
    const closing = () => ({ ...item, status: 'completed', arguments: text })
    yield { opening: item, closing, said: 'function_call_arguments', key: 'arguments', place: {}, pieces: fragments(text) }
  }
  // A limit that the thoughts used up leaves no word.
  if (!choice || choice.calls.length > 0 || (Array.isArray(choice.pieces) && choice.pieces.length === 0 && choice.finish === 'length')) return
  const { pieces, refused } = choice
  const item = { id: `msg_${id}0`, type: 'message', status: 'in_progress', content: [], role: 'assistant' }
  const part = (text: string) => (refused ? { type: 'refusal', refusal: text } : { type: 'output_text', annotations: [], logprobs: [], text })
  const closing = (text: string) => ({ ...item, status: statusOf(answer), content: [part(text)] })
  const said = refused ? { said: 'refusal', key: 'refusal', beside: {} } : { said: 'output_text', key: 'text', beside: { logprobs: [] } }
  yield { opening: item, closing, ...said, place: { content_index: 0 }, pieces, part, container: 'content_part' }
}

/** Its summary where one was asked for; what it was in full stays encrypted, and is sent where it was asked for. */
function reasoning(id: string, body: JsonObject): Spoken {
  const blob = `${ENCRYPTED}${btoa(`the thoughts of resp_${id}`)}`
  const item = (summary: readonly JsonObject[], encrypted: string) => ({ id: `rs_${id}0`, type: 'reasoning', content: [], ...(wantsEncrypted(body) ? { encrypted_content: encrypted } : {}), summary })
  const part = (text: string) => ({ type: 'summary_text', text })
  const summarised = object(body['reasoning'])['summary'] ? { pieces: thoughtsOf() } : {}
  const closing = (text: string) => item(text === '' ? [] : [part(text)], blob)
  // What comes first is not all of it yet.
  return { opening: item([], blob.slice(0, -8)), closing, said: 'reasoning_summary_text', key: 'text', place: { summary_index: 0 }, ...summarised, part, container: 'reasoning_summary_part' }
}

/** The events of one item. What has no pieces has no event between its first and its last. */
function* itemEvents({ opening, closing, said, key, place, beside, pieces, part, container }: Spoken, padded: boolean): Generator<ResponseEvent> {
  const event = (kind: FrameKind, type: string, fields: JsonObject): ResponseEvent => ({ kind, type: `response.${type}`, fields })
  const where = { item_id: opening['id'], ...place }
  let serial = 0
  yield event('role', 'output_item.added', { item: opening })
  if (pieces && part) yield event('role', `${container}.added`, { ...where, part: part('') })
  for (const delta of pieces ?? []) yield event('text', `${said}.delta`, { ...where, ...beside, delta, ...(padded ? { obfuscation: padding((serial += 1)) } : {}) })
  const text = [...(pieces ?? [])].join('')
  if (pieces) yield event('annotation', `${said}.done`, { ...where, ...beside, [key]: text })
  if (pieces && part) yield event('annotation', `${container}.done`, { ...where, part: part(text) })
  yield event('annotation', 'output_item.done', { item: closing(text) })
}
