/**
 * What a service answers, streamed or whole, as far as the library reads it.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** Tokens used, as the service counts them; further counts pass through. */
export interface Usage {
  /** Tokens in the prompt, cached ones included. */
  readonly prompt_tokens: number
  /** Tokens in the answer, reasoning included. */
  readonly completion_tokens: number
  readonly total_tokens: number
  /** `cached_tokens` may exceed `prompt_tokens` on xAI's models. */
  readonly prompt_tokens_details?: Readonly<Record<string, number>> | null
  readonly completion_tokens_details?: Readonly<Record<string, number>> | null
  readonly [count: string]: unknown
}

/** Why a model stopped. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call' | (string & {})

/** A source that the answer rests on, from On Your Data. */
export interface Citation {
  readonly content?: string
  readonly title?: string | null
  readonly url?: string | null
  readonly filepath?: string | null
  readonly chunk_id?: string
  readonly [member: string]: unknown
}

/** A JSON object from the wire, of which nothing is proven yet. */
export type WireObject = Readonly<Record<string, unknown>>
