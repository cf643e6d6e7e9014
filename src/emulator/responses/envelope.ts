/**
 * The response object: what was asked, what came of it, and what the content filter said.
 *
 * From recordings of gpt-5-nano made in August 2026 and of gpt-5.1 made in February; a good one has `error: null`. Runtimes: all.
 * Imports: `../dialects/azure-filter.ts`, `../request.ts`; `../dialects/frame.ts`, types alone.
 * @module
 */
import { filterError, promptVerdict, severities, textVerdict } from '../dialects/azure-filter.ts'
import type { Answer } from '../dialects/frame.ts'
import { isObject, object } from '../request.ts'
import type { JsonObject } from '../request.ts'

/** How a response stands. */
export type Status = 'in_progress' | 'completed' | 'incomplete' | 'failed'

/** What the end of a response adds. */
export interface Ending {
  readonly output?: readonly JsonObject[]
  readonly error?: JsonObject | null
}

const NO_IMAGES = { image_tokens: 0, text_tokens: 0 }
const TOOL_USAGE = { image_gen: { input_tokens: 0, input_tokens_details: NO_IMAGES, output_tokens: 0, output_tokens_details: NO_IMAGES, total_tokens: 0 }, web_search: { num_requests: 0 } }

/** Makes a response object; keys in the order of the recording. */
export function envelope(answer: Answer, body: JsonObject, status: Status, { output = [], error = null }: Ending = {}): JsonObject {
  const { id, created, model, reasoning, choices, completionTokens, reasoningTokens, request } = answer
  const of = (key: string, otherwise: unknown): unknown => body[key] ?? otherwise
  const ended = status === 'completed' || status === 'incomplete'
  const thoughts = object(body['reasoning'])
  const text = object(body['text'])
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: created,
    status,
    background: false,
    completed_at: status === 'completed' ? created + 1 : null,
    content_filters: ended ? filters(answer) : null,
    error,
    frequency_penalty: 0,
    incomplete_details: status === 'incomplete' ? { reason: choices[0]?.finish === 'content_filter' ? 'content_filter' : 'max_output_tokens' } : null,
    instructions: of('instructions', null),
    max_output_tokens: of('max_output_tokens', null),
    max_tool_calls: of('max_tool_calls', null),
    model,
    moderation: null,
    output,
    parallel_tool_calls: of('parallel_tool_calls', true),
    presence_penalty: 0,
    previous_response_id: of('previous_response_id', null),
    prompt_cache_key: of('prompt_cache_key', null),
    prompt_cache_retention: 'in_memory',
    reasoning: reasoning ? { context: 'current_turn', effort: thoughts['effort'] ?? 'medium', mode: 'standard', summary: thoughts['summary'] ?? null } : { effort: null, summary: null },
    safety_identifier: of('safety_identifier', null),
    service_tier: ended ? 'default' : 'auto',
    store: of('store', true),
    temperature: of('temperature', 1),
    text: { format: text['format'] ?? { type: 'text' }, verbosity: text['verbosity'] ?? 'medium' },
    tool_choice: of('tool_choice', 'auto'),
    tool_usage: TOOL_USAGE,
    tools: (Array.isArray(body['tools']) ? body['tools'] : []).filter(isObject).map((tool) => (tool['type'] === 'function' ? { type: 'function', description: null, parameters: null, strict: true, ...tool } : tool)),
    top_logprobs: of('top_logprobs', 0),
    top_p: of('top_p', 1),
    truncation: of('truncation', 'disabled'),
    usage: ended
      ? {
          input_tokens: request.promptTokens,
          input_tokens_details: { cache_write_tokens: 0, cached_tokens: 0 },
          output_tokens: completionTokens,
          output_tokens_details: { reasoning_tokens: reasoningTokens },
          total_tokens: request.promptTokens + completionTokens,
        }
      : null,
    user: of('user', null),
    metadata: of('metadata', {}),
  }
}

/** The verdicts on prompt and answer, both at the end alone. */
function filters({ choices, filter, request, completionTokens }: Answer): readonly JsonObject[] {
  const verdict = (source: string, blocked: boolean, results: JsonObject, end: number) => ({
    blocked,
    source_type: source,
    content_filter_raw: [],
    content_filter_results: filter === 'error' ? filterError() : results,
    content_filter_offsets: { start_offset: 0, end_offset: end, check_offset: 0 },
  })
  const blocked = choices[0]?.finish === 'content_filter'
  return [
    verdict('prompt', false, promptVerdict(), request.prompt.length),
    verdict('completion', blocked, blocked ? { ...textVerdict(false), ...severities('hate') } : textVerdict(false), completionTokens),
  ]
}
