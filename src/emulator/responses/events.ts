/**
 * What a model says in, the events of a response out; from the same recordings as `./envelope.ts`, a refusal and a summary of reasoning as the
 * specification has them.
 * Runtimes: all. Imports: `../../sse/encode.ts`, `../dialects/azure-chunk.ts`, `../reply.ts`, `./check.ts`, `./envelope.ts`, `./items.ts`;
 * `../dialects/frame.ts`, `../request.ts`, types alone.
 * @module
 */
import { encode } from '../../sse/encode.ts'
import { padding } from '../dialects/azure-chunk.ts'
import type { Answer, Frame, FrameKind } from '../dialects/frame.ts'
import { fragments, thoughtsOf } from '../reply.ts'
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

/** Streams a response. What it ends with is given to `ended`. */
export function* eventsOf(answer: Answer, body: JsonObject, ended: (response: JsonObject) => void): Generator<ResponseEvent> {
  const output: JsonObject[] = []
  for (const type of ['response.created', 'response.in_progress']) yield { kind: 'role', type, fields: { response: envelope(answer, body, 'in_progress') } }
  for (const events of outputEvents(answer, body)) {
    for (const event of events) {
      yield { ...event, fields: { ...event.fields, output_index: output.length } }
      if (event.type === 'response.output_item.done') output.push(event.fields['item'] as JsonObject)
    }
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

/** The events of each item: reasoning, then tool calls or a message. */
function* outputEvents(answer: Answer, body: JsonObject): Generator<Iterable<ResponseEvent>> {
  const { choices, id, reasoningTokens } = answer
  const choice = choices[0]
  if (reasoningTokens > 0) yield reasoning(answer, body)
  for (const [at, call] of (choice?.calls ?? []).entries()) {
    const item = { id: `fc_${id}${at}`, type: 'function_call', status: 'in_progress', arguments: '', call_id: `call_${id.slice(-20)}${String(at).padStart(4, '0')}`, name: call.name }
    const deltas = said(answer, fragments(call.arguments), 'response.function_call_arguments', { item_id: item.id }, { arguments: call.arguments })
    yield wrapped(item, { ...item, status: 'completed', arguments: call.arguments }, deltas)
  }
  // A limit that the thoughts used up leaves no word.
  if (!choice || choice.calls.length > 0 || (Array.isArray(choice.pieces) && choice.pieces.length === 0 && choice.finish === 'length')) return
  yield message(answer)
}

function* message(answer: Answer): Generator<ResponseEvent> {
  const { id, choices, request } = answer
  const { pieces = [], refused = false } = choices[0] ?? {}
  const item = { id: `msg_${id}0`, type: 'message', status: 'in_progress', content: [] as readonly JsonObject[], role: 'assistant' }
  const place = { item_id: item.id, content_index: 0 }
  const part = (text: string) => (refused ? { type: 'refusal', refusal: text } : { type: 'output_text', annotations: [], logprobs: [], text })
  const logprobs = refused ? {} : { logprobs: [] }
  const type = refused ? 'response.refusal' : 'response.output_text'
  yield { kind: 'role', type: 'response.output_item.added', fields: { item } }
  yield { kind: 'role', type: 'response.content_part.added', fields: { ...place, part: part('') } }
  yield* deltasOf(pieces, `${type}.delta`, { ...place, ...logprobs }, request.includeObfuscation)
  const text = [...pieces].join('')
  yield { kind: 'annotation', type: `${type}.done`, fields: { ...place, ...logprobs, [refused ? 'refusal' : 'text']: text } }
  yield { kind: 'annotation', type: 'response.content_part.done', fields: { ...place, part: part(text) } }
  yield { kind: 'annotation', type: 'response.output_item.done', fields: { item: { ...item, status: statusOf(answer), content: [part(text)] } } }
}

/** Its summary where one was asked for; what it was in full stays encrypted, and is sent where it was asked for. */
function reasoning(answer: Answer, body: JsonObject): Iterable<ResponseEvent> {
  const { id } = answer
  const asked = body['reasoning'] as JsonObject | undefined
  const blob = `${ENCRYPTED}${btoa(`the thoughts of resp_${id}`)}`
  const item = (summary: readonly JsonObject[], encrypted: string) => ({ id: `rs_${id}0`, type: 'reasoning', content: [], ...(wantsEncrypted(body) ? { encrypted_content: encrypted } : {}), summary })
  const thoughts = asked?.['summary'] ? thoughtsOf() : []
  const place = { item_id: `rs_${id}0`, summary_index: 0 }
  const part = (text: string) => ({ type: 'summary_text', text })
  const text = thoughts.join('')
  const summary = text === '' ? [] : summaryEvents(said(answer, thoughts, 'response.reasoning_summary_text', place, { text }), place, part, text)
  // What comes first is not all of it yet.
  return wrapped(item([], blob.slice(0, -8)), item(text === '' ? [] : [part(text)], blob), summary)
}

function* summaryEvents(deltas: Iterable<ResponseEvent>, place: JsonObject, part: (text: string) => JsonObject, text: string): Generator<ResponseEvent> {
  yield { kind: 'role', type: 'response.reasoning_summary_part.added', fields: { ...place, part: part('') } }
  yield* deltas
  yield { kind: 'annotation', type: 'response.reasoning_summary_part.done', fields: { ...place, part: part(text) } }
}

/** What is said piece by piece, and then as a whole. */
function* said({ request }: Answer, pieces: Iterable<string>, type: string, place: JsonObject, whole: JsonObject): Generator<ResponseEvent> {
  yield* deltasOf(pieces, `${type}.delta`, place, request.includeObfuscation)
  yield { kind: 'annotation', type: `${type}.done`, fields: { ...place, ...whole } }
}

function* deltasOf(pieces: Iterable<string>, type: string, place: JsonObject, padded: boolean): Generator<ResponseEvent> {
  let serial = 0
  for (const delta of pieces) yield { kind: 'text', type, fields: { ...place, delta, ...(padded ? { obfuscation: padding((serial += 1)) } : {}) } }
}

function* wrapped(opening: JsonObject, closing: JsonObject, between: Iterable<ResponseEvent>): Generator<ResponseEvent> {
  yield { kind: 'role', type: 'response.output_item.added', fields: { item: opening } }
  yield* between
  yield { kind: 'annotation', type: 'response.output_item.done', fields: { item: closing } }
}
