/**
 * What the two streaming modes of Azure OpenAI have in common: the envelope of a chunk, and the deltas inside.
 * Runtimes: all. Imports: `../reply.ts`, `../request.ts` (types), `./azure-filter.ts`, `./frame.ts` (types).
 * @module
 */
import { fragments } from '../reply.ts'
import type { Choice, Finish } from '../reply.ts'
import type { JsonObject } from '../request.ts'
import { promptVerdict } from './azure-filter.ts'
import type { Answer, FrameKind } from './frame.ts'

/** A delta with what surrounds it in its choice. */
export interface Delta {
  readonly kind: FrameKind
  readonly index: number
  readonly delta: JsonObject
  readonly finish: Finish | null
}

const LETTERS = 'rVq7XwZ0kT3mB9sJ'

/** What only the usage chunk has. */
export interface ChunkExtras {
  readonly usage?: JsonObject | null
  readonly latency_checkpoint?: JsonObject
  readonly routing?: JsonObject
}

/** Returns a function that wraps choices into chunks; keys in alphabetical order, as the service sorts them. */
export function chunker({ id, created, model, reasoning, request }: Answer): (choices: readonly JsonObject[], extras?: ChunkExtras) => JsonObject {
  let serial = 0
  return function chunk(choices, { usage = null, latency_checkpoint, routing } = {}) {
    serial += 1
    return {
      choices,
      created,
      id: `chatcmpl-${id}`,
      ...(latency_checkpoint ? { latency_checkpoint } : {}),
      model,
      ...(request.includeObfuscation ? { obfuscation: padding(serial) } : {}),
      object: 'chat.completion.chunk',
      ...(routing ? { routing } : {}),
      ...(reasoning ? { service_tier: 'default' } : {}),
      system_fingerprint: reasoning ? null : 'fp_b6f445fc1c',
      ...(request.includeUsage ? { usage } : {}),
    }
  }
}

/** Padding against readers of encrypted traffic; of any length, none included. */
export function padding(serial: number): string {
  return LETTERS.slice(0, (serial * 7) % LETTERS.length)
}

/** The first chunk of every stream: the verdict on the prompt, and empty strings where others have values. */
export function promptChunk(): JsonObject {
  return { choices: [], created: 0, id: '', model: '', object: '', prompt_filter_results: [{ prompt_index: 0, content_filter_results: promptVerdict() }] }
}

/** All choices' deltas in turns: first the role of each, then a piece of each, and so on. */
export function* interleaved(choices: readonly Choice[]): Generator<Delta> {
  let open = choices.map(deltas)
  while (open.length > 0) {
    const still: Generator<Delta, void>[] = []
    for (const source of open) {
      const next = source.next()
      if (next.done) continue
      yield next.value
      still.push(source)
    }
    open = still
  }
}

function* deltas({ index, pieces, refused, calls, finish }: Choice): Generator<Delta, void> {
  const say = (delta: JsonObject): Delta => ({ kind: 'text', index, delta, finish: null })
  if (calls.length === 0) yield { ...say({ content: '', refusal: null, role: 'assistant' }), kind: 'role' }
  for (const [at, { name, arguments: text }] of calls.entries()) {
    const opening = { tool_calls: [{ function: { arguments: '', name }, id: callId(index, at), index: at, type: 'function' }] }
    yield at === 0 ? { ...say({ content: null, refusal: null, role: 'assistant', ...opening }), kind: 'role' } : say(opening)
    for (const fragment of fragments(text)) yield say({ tool_calls: [{ function: { arguments: fragment }, index: at }] })
  }
  for (const piece of pieces) yield say(refused ? { refusal: piece } : { content: piece })
  yield { kind: 'finish', index, delta: {}, finish }
}

/** The id of a tool call, the same each time. */
export function callId(choice: number, at: number): string {
  return `call_emulated${String(choice).padStart(8, '0')}${String(at).padStart(8, '0')}`
}

/** The usage, as chunks and completions have it. */
export function usageOf({ request, completionTokens, reasoningTokens }: Answer, cacheWrites = false): JsonObject {
  return {
    completion_tokens: completionTokens,
    completion_tokens_details: { accepted_prediction_tokens: 0, audio_tokens: 0, reasoning_tokens: reasoningTokens, rejected_prediction_tokens: 0 },
    prompt_tokens: request.promptTokens,
    prompt_tokens_details: { audio_tokens: 0, ...(cacheWrites ? { cache_write_tokens: 0 } : {}), cached_tokens: 0 },
    total_tokens: request.promptTokens + completionTokens,
  }
}

/** Times that newer models report beside the usage, in milliseconds. */
export function latency(total: boolean): JsonObject {
  const times = { engine_tbt_ms: 7, engine_ttft_ms: 90, engine_ttlt_ms: 1377, pre_inference_ms: 151, service_tbt_ms: 7, service_ttft_ms: 777, service_ttlt_ms: 2064 }
  return { ...times, ...(total ? { total_duration_ms: 1913 } : {}), user_visible_ttft_ms: 625 }
}
