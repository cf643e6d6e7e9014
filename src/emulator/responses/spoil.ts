/**
 * The faults that are events of the Responses API: a response that fails, an error in the stream, a keep-alive that is data.
 * Runtimes: all. Imports: `./events.ts`, `../faults.ts`, `../request.ts`, types alone.
 * @module
 * @see https://github.com/openai/openai-node/pull/2021 for errors flat and nested
 * @see https://github.com/earendil-works/pi/issues/7983 for a rate limit in the stream, as Azure was recorded to send it in August 2026
 * @see https://github.com/brainlid/langchain/pull/485 for keep-alives
 */
import type { Fault } from '../faults.ts'
import type { JsonObject } from '../request.ts'
import type { ResponseEvent } from './events.ts'

/** Makes the failed response, with or without its error. */
export type Failing = (error: JsonObject | null) => JsonObject

/** The error of a failed response. */
export const SERVER_ERROR: JsonObject = { code: 'server_error', message: 'The server had an error while processing your request. Sorry about that!' }
const NESTED = { kind: 'annotation', type: 'error', fields: { error: { type: 'server_error', ...SERVER_ERROR, param: null } } } as const
const LIMIT = { type: 'too_many_requests', code: 'rate_limit_exceeded', headers: { 'x-ms-fe-error': 'true' }, message: 'Your requests to the deployment have exceeded rate limit. Please retry after 2 seconds.', param: null }
/** Texts before a response fails. */
const SOME_TEXTS = 4

type Spoil = (events: Iterable<ResponseEvent>, failed: Failing) => Iterable<ResponseEvent>

/** What each fault does; one that is not here spoils bytes, as it does those of chat. */
export const SPOILS: Partial<Readonly<Record<Fault, Spoil>>> = {
  failed: (events, failed) => endAfter(SOME_TEXTS, events, [failure(failed(SERVER_ERROR))]),
  'failed-429': (events, failed) => endAfter(0, events, [failure(failed(null)), { kind: 'annotation', type: 'error', fields: { error: LIMIT } }]),
  'error-event': (events) => endAfter(SOME_TEXTS, events, [NESTED]),
  'error-named': (events) => endAfter(SOME_TEXTS, events, [NESTED]),
  'error-flat': (events) => endAfter(SOME_TEXTS, events, [{ kind: 'annotation', type: 'error', fields: { ...SERVER_ERROR, param: null } }]),
  'bad-type': (events) => insert(events, { kind: 'annotation', type: 'response.output_text.delta', fields: { delta: 7 } }, 1, ({ kind }) => kind === 'text'),
  keepalive: (events) => insert(events, { kind: 'annotation', type: 'keepalive', fields: {} }, Infinity, ({ kind }) => kind !== 'finish'),
}

function failure(response: JsonObject): ResponseEvent {
  return { kind: 'annotation', type: 'response.failed', fields: { response } }
}

/** Some texts, the last events; a short answer ends before its finish. */
function* endAfter(texts: number, events: Iterable<ResponseEvent>, last: readonly ResponseEvent[]): Generator<ResponseEvent> {
  let heard = 0
  for (const event of events) {
    if (event.kind === 'finish' || (texts === 0 && event.type === 'response.in_progress') || (event.kind === 'text' && (heard += 1) > texts)) break
    yield event
  }
  yield* last
}

/** Puts an event behind others, so many times. */
function* insert(events: Iterable<ResponseEvent>, inserted: ResponseEvent, times: number, behind: (event: ResponseEvent) => boolean): Generator<ResponseEvent> {
  let left = times
  for (const event of events) {
    yield event
    if (behind(event) && (left -= 1) >= 0) yield inserted
  }
}
