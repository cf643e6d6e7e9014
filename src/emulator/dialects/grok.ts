/**
 * xAI's Grok on Foundry: the first chunk already talks, `finish_reason` is absent until the last, a tool call comes whole.
 *
 * From recordings of grok-4-1-fast-non-reasoning made in August 2026. Runtimes: all. Imports: `../request.ts` (types), `./frame.ts`.
 * @module
 */
import type { JsonObject } from '../request.ts'
import { done, frame, uuid } from './frame.ts'
import type { Answer, Frame } from './frame.ts'

/** Recorded without a charset. */
export const STREAM_TYPE = 'text/event-stream'

/** Streams the first choice; Grok was not recorded with more. */
export function* frames(answer: Answer): Generator<Frame> {
  const { id, created, model, choices, request } = answer
  const head = { id: uuid(id), object: 'chat.completion.chunk', created, model }
  const tail = { system_fingerprint: 'fp_49c5j0a323', service_tier: 'default' }
  const chunk = (choice: JsonObject) => ({ ...head, choices: [{ index: 0, ...choice }], ...tail })
  const choice = choices[0]
  let role: JsonObject = { role: 'assistant' }
  if (choice && choice.calls.length > 0) {
    yield frame('text', chunk({ delta: { ...role, tool_calls: toolCalls(answer) } }))
  }
  for (const content of choice?.pieces ?? []) {
    yield frame('text', chunk({ delta: { content, ...role } }))
    role = {}
  }
  yield frame('finish', chunk({ delta: {}, finish_reason: choice?.finish ?? 'stop' }))
  if (request.includeUsage) yield frame('usage', { ...head, choices: [], usage: usageOf(answer, true), ...tail }, spaced)
  yield done()
}

/** The whole answer at once. An empty string, not null, stands beside tool calls. */
export function completion(answer: Answer): JsonObject {
  const { id, created, model, choices } = answer
  const choice = choices[0]
  const calls = toolCalls(answer)
  const message = { role: 'assistant', content: [...(choice?.pieces ?? [])].join(''), ...(calls.length > 0 ? { tool_calls: calls } : {}) }
  return {
    id: uuid(id),
    model,
    choices: [{ index: 0, message, finish_reason: choice?.finish ?? 'stop' }],
    usage: usageOf(answer, false),
    created,
    object: 'chat.completion',
    prompt_filter_results: null,
  }
}

function toolCalls({ choices }: Answer): readonly JsonObject[] {
  const calls = choices[0]?.calls ?? []
  return calls.map(({ name, arguments: text }, index) => ({ id: `call_${39096608 + index}`, function: { name, arguments: text }, index, type: 'function' }))
}

/** Streamed and whole usage were recorded with other keys, in another order. */
function usageOf({ request, completionTokens, reasoningTokens }: Answer, streamed: boolean): JsonObject {
  const { promptTokens } = request
  // More cached than there were: so recorded, 163 of 7.
  const cached = { cached_tokens: promptTokens + 156 }
  const text = { text_tokens: promptTokens }
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...(streamed ? {} : { audio_prompt_tokens: 0 }),
    prompt_tokens_details: streamed ? { ...text, audio_tokens: 0, image_tokens: 0, ...cached } : { ...cached, audio_tokens: 0, ...text, image_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: reasoningTokens, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
    num_sources_used: 0,
    ...(streamed ? { cost_in_usd_ticks: 0 } : {}),
  }
}

/** JSON with a space after each colon and comma, as Python writes it: the usage chunk alone was recorded so. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${spaced(item)}`).join(', ')}}`
}
