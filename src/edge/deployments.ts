/**
 * What a relay offers, as data.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** What a relay serves, by its path on the v1 wire. */
export type RelayOperation = 'chat/completions' | 'embeddings' | 'responses'

/** A deployment as callers see it, and what they may do with it. */
export interface RelayedDeployment {
  /** Its name at the upstreams, or at each by the upstream's name; one that is not named there does not serve it. @defaultValue the public name */
  readonly deployment?: string | Readonly<Record<string, string>>
  /** What is served. @defaultValue all three, as far as the upstream does */
  readonly operations?: readonly RelayOperation[]
  /** Most tokens of an answer; a request that asks for more, or for no number, gets this one. @defaultValue `16_384` */
  readonly maxOutputTokens?: number
  /** How a chat request says it, whatever name the caller used; Mistral's models and older ones know `max_tokens` alone. @defaultValue `'max_completion_tokens'` */
  readonly outputLimit?: 'max_completion_tokens' | 'max_tokens'
  /**
   * The parameters that callers may set, beside `model`, `messages`, `input`, `n`, `stream`, `stream_options` and the limits of output tokens; `file_id`, `item_reference`
   * and `audio_id` among them allow to refer to what is kept at the service. @defaultValue those that reach nothing of others, and cost nothing but tokens
   */
  readonly parameters?: readonly string[]
  /** The types of tools that callers may offer. What the service runs itself costs, and reaches out. @defaultValue `['function', 'custom']` */
  readonly toolTypes?: readonly string[]
}

/** What one operation takes. */
interface OperationWire {
  /** Always allowed. */
  readonly basic: readonly string[]
  /** Allowed unless a deployment says otherwise. */
  readonly parameters: readonly string[]
  /** What may hold a limit of output tokens. */
  readonly limits: readonly string[]
}

/**
 * What each operation takes. Not among the parameters, on purpose: what reads or keeps data of others (`data_sources`, `previous_response_id`,
 * `conversation`, `prompt`, `store`, `metadata`), what costs beside tokens (`service_tier`, `web_search_options`), and what speaks for the application
 * (`user_security_context`).
 */
export const WIRE: Readonly<Record<RelayOperation, OperationWire>> = {
  'chat/completions': {
    basic: ['model', 'messages', 'stream', 'stream_options', 'n', 'max_tokens', 'max_completion_tokens'],
    parameters: ['temperature', 'top_p', 'stop', 'seed', 'presence_penalty', 'frequency_penalty', 'logit_bias', 'logprobs', 'top_logprobs', 'user', 'safety_identifier', 'tools', 'tool_choice', 'parallel_tool_calls', 'response_format', 'reasoning_effort', 'verbosity', 'prompt_cache_key', 'modalities', 'prediction'],
    limits: ['max_completion_tokens', 'max_tokens'],
  },
  responses: {
    basic: ['model', 'input', 'stream', 'stream_options', 'max_output_tokens'],
    parameters: ['instructions', 'temperature', 'top_p', 'top_logprobs', 'user', 'safety_identifier', 'tools', 'tool_choice', 'parallel_tool_calls', 'text', 'reasoning', 'include', 'truncation', 'prompt_cache_key'],
    limits: ['max_output_tokens'],
  },
  embeddings: { basic: ['model', 'input'], parameters: ['dimensions', 'encoding_format', 'user', 'input_type'], limits: [] },
}

/** Most tokens of an answer unless a deployment says otherwise: a relay without a cap is an open purse. */
export const MAX_OUTPUT_TOKENS = 16_384
export const TOOL_TYPES: readonly string[] = ['function', 'custom']
