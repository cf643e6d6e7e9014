/**
 * DeepSeek on Foundry: thoughts are sent as `reasoning_content`, every delta has every key, most of them null.
 *
 * From vercel/ai's recording of deepseek-v4-pro on Azure's v1 route (packages/azure/src/__fixtures__/azure-deepseek-reasoning.1) made in 2026;
 * tool calls as DeepSeek's own service streams them. Runtimes: all. Imports: `../reply.ts`, `../request.ts` (types), `./frame.ts`.
 * @module
 */
import { fragments } from '../reply.ts'
import type { JsonObject } from '../request.ts'
import { done, frame } from './frame.ts'
import type { Answer, Frame } from './frame.ts'

const EMPTY = { role: null, content: null, reasoning_content: null, tool_calls: null }
/** The token id at which the model stops. */
const STOP_TOKEN = 1

/** Streams the first choice. */
export function* frames(answer: Answer): Generator<Frame> {
  const { id, created, model, choices, request } = answer
  const head = { id, object: 'chat.completion.chunk', created, model }
  const chunk = (delta: JsonObject, finish: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta: { ...EMPTY, ...delta }, logprobs: null, finish_reason: finish, matched_stop: finish === 'stop' ? STOP_TOKEN : null }],
    usage: null,
  })
  const choice = choices[0]
  yield frame('role', chunk({ role: 'assistant', content: '' }))
  for (const thought of choice?.thoughts ?? []) yield frame('text', chunk({ reasoning_content: thought }))
  for (const content of choice?.pieces ?? []) yield frame('text', chunk({ content }))
  for (const [index, { name, arguments: text }] of (choice?.calls ?? []).entries()) {
    yield frame('text', chunk({ tool_calls: [{ index, id: callId(index), type: 'function', function: { name, arguments: '' } }] }))
    for (const fragment of fragments(text)) yield frame('text', chunk({ tool_calls: [{ index, function: { arguments: fragment } }] }))
  }
  yield frame('finish', chunk({}, choice?.finish ?? 'stop'))
  // The streamed usage has no details, and its reasoning tokens are a flat zero however much was thought.
  if (request.includeUsage) yield frame('usage', { ...head, choices: [], usage: { ...usageOf(answer), prompt_tokens_details: null, reasoning_tokens: 0 } })
  yield done()
}

/** The whole answer at once. */
export function completion(answer: Answer): JsonObject {
  const { id, created, model, choices } = answer
  const choice = choices[0]
  const calls = (choice?.calls ?? []).map((call, index) => ({ id: callId(index), type: 'function', function: { name: call.name, arguments: call.arguments } }))
  const message = {
    role: 'assistant',
    content: calls.length > 0 ? null : [...(choice?.pieces ?? [])].join(''),
    reasoning_content: choice?.thoughts.join('') ?? null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  }
  return {
    id,
    model,
    choices: [{ index: 0, message, finish_reason: choice?.finish ?? 'stop', content_filter_results: {} }],
    usage: { ...usageOf(answer), audio_prompt_tokens: 0 },
    created,
    object: 'chat.completion',
    prompt_filter_results: null,
  }
}

function callId(index: number): string {
  return `call_${String(index).padStart(2, '0')}_emulated00000000000000`
}

function usageOf({ request, completionTokens }: Answer): JsonObject {
  return { prompt_tokens: request.promptTokens, total_tokens: request.promptTokens + completionTokens, completion_tokens: completionTokens }
}
