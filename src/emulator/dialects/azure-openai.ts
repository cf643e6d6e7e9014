/**
 * Azure OpenAI with the default filter: text is checked first and sent with its verdict.
 *
 * From recordings of gpt-4o-mini, gpt-4.1-mini, gpt-5-nano and gpt-5.2 made in 2026. Runtimes: all. Imports: `../reply.ts`, `../request.ts`
 * (types), `./azure-chunk.ts`, `./azure-filter.ts`, `./frame.ts`.
 * @module
 */
import type { Choice } from '../reply.ts'
import type { JsonObject } from '../request.ts'
import { callId, chunker, interleaved, latency, promptChunk, usageOf } from './azure-chunk.ts'
import type { Delta } from './azure-chunk.ts'
import { filterError, promptVerdict, severities, textVerdict } from './azure-filter.ts'
import { done, frame } from './frame.ts'
import type { Answer, Frame } from './frame.ts'

/** The content type of both modes; before 2025 it had no charset. */
export const STREAM_TYPE = 'text/event-stream; charset=utf-8'

/** Streams an answer: the prompt's verdict, roles, texts, finishes, the usage if asked for, `[DONE]`. */
export function* frames(answer: Answer): Generator<Frame> {
  const { choices, filter, reasoning, request } = answer
  const chunk = chunker(answer)
  // A stream whose filter did not run was recorded without this chunk.
  if (filter !== 'error') yield frame('prompt', promptChunk())
  for (const { kind, index, delta, finish } of interleaved(choices)) {
    const choice = {
      ...(filter === 'error' ? { content_filter_result: filterError() } : {}),
      content_filter_results: filter === 'error' ? {} : verdict({ kind, index, delta, finish }, reasoning),
      delta,
      finish_reason: finish,
      index,
      logprobs: null,
    }
    yield frame(kind, chunk([choice]))
  }
  if (request.includeUsage) yield frame('usage', chunk([], { usage: usageOf(answer), ...(reasoning ? { latency_checkpoint: latency(true) } : {}) }))
  yield done()
}

/** Only words were recorded with a verdict; roles, tool calls and a good end have an empty one. */
function verdict({ kind, delta, finish }: Delta, reasoning: boolean): JsonObject {
  if (finish === 'content_filter') return severities('hate')
  return kind === 'text' && !('tool_calls' in delta) ? textVerdict(reasoning) : {}
}

/** The whole answer at once, in either mode. */
export function completion(answer: Answer): JsonObject {
  const { choices, created, id, model, reasoning } = answer
  return {
    choices: choices.map((choice) => completionChoice(choice, answer)),
    created,
    id: `chatcmpl-${id}`,
    model,
    object: 'chat.completion',
    prompt_filter_results: [{ prompt_index: 0, content_filter_results: promptVerdict() }],
    ...(reasoning ? { service_tier: 'default' } : {}),
    system_fingerprint: reasoning ? null : 'fp_b6f445fc1c',
    usage: usageOf(answer),
  }
}

function completionChoice({ index, pieces, refused, calls, finish }: Choice, { filter }: Answer): JsonObject {
  const rest = { finish_reason: finish, index, logprobs: null }
  // A filtered answer is a 200 without any `message`: openllmetry's recording test_chat_content_filtering.
  if (finish === 'content_filter') return { content_filter_results: severities('hate'), ...rest }
  const text = [...pieces].join('')
  const toolCalls = calls.map((call, at) => ({ function: { arguments: call.arguments, name: call.name }, id: callId(index, at), type: 'function' }))
  const message = {
    annotations: [],
    content: refused || calls.length > 0 ? null : text,
    refusal: refused ? text : null,
    role: 'assistant',
    ...(calls.length > 0 ? { tool_calls: toolCalls } : {}),
  }
  const verdicts = filter === 'error' ? { content_filter_result: filterError() } : { content_filter_results: calls.length > 0 ? {} : textVerdict(false) }
  return { ...verdicts, ...rest, message }
}
