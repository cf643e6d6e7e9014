/**
 * A chat request, as the services take it.
 * Runtimes: all. Imports: `./message.ts`.
 * @module
 */
import type { ChatMessage, Open } from './message.ts'

/** A function that the model may ask to be called. */
export interface FunctionTool {
  readonly type: 'function'
  readonly function: {
    readonly name: string
    readonly description?: string
    /** JSON Schema of the arguments. */
    readonly parameters?: Readonly<Record<string, unknown>>
    readonly strict?: boolean | null
  }
}

/**
 * A search index that answers are grounded in: On Your Data, which Microsoft has deprecated and which ends with gpt-4o and gpt-4o-mini.
 *
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/references/on-your-data
 */
export interface DataSource {
  readonly type: 'azure_search' | 'azure_cosmos_db' | 'elasticsearch' | 'pinecone' | 'mongo_db' | (string & {})
  readonly parameters: {
    readonly endpoint?: string
    readonly index_name?: string
    /** How the service signs in to the index. A key of it does not belong into a page: use a managed identity. */
    readonly authentication?: { readonly type: string; readonly [member: string]: unknown }
    readonly query_type?: 'simple' | 'semantic' | 'vector' | 'vector_simple_hybrid' | 'vector_semantic_hybrid' | (string & {})
    /** Answers from the index alone. The service's default is true. */
    readonly in_scope?: boolean
    /** How relevant a document must be, 1 to 5. The service's default is 3. */
    readonly strictness?: number
    /** The service's default is 5. */
    readonly top_n_documents?: number
    readonly max_search_queries?: number
    readonly allow_partial_result?: boolean
    readonly include_contexts?: readonly ('citations' | 'intent' | 'all_retrieved_documents')[]
    readonly fields_mapping?: Readonly<Record<string, unknown>>
    readonly embedding_dependency?: { readonly type: string; readonly [member: string]: unknown }
    readonly filter?: string | null
    readonly semantic_configuration?: string
    readonly [member: string]: unknown
  }
  readonly [member: string]: unknown
}

/**
 * What is sent; members that are not listed pass through as they are.
 *
 * Reasoning models refuse `temperature`, `top_p`, the penalties, `logprobs`, `logit_bias` and `max_tokens`.
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/reference-preview-latest
 */
export interface ChatRequest extends Open {
  /** The deployment's name. Not needed where the endpoint names one or has one model only. */
  readonly model?: string
  readonly messages: readonly ChatMessage[]
  readonly max_completion_tokens?: number | null
  /** For the inference route and Mistral; OpenAI's newer models take `max_completion_tokens`. */
  readonly max_tokens?: number | null
  readonly temperature?: number | null
  readonly top_p?: number | null
  readonly n?: number | null
  readonly stop?: string | readonly string[] | null
  readonly seed?: number | null
  readonly presence_penalty?: number | null
  readonly frequency_penalty?: number | null
  readonly logit_bias?: Readonly<Record<string, number>> | null
  readonly logprobs?: boolean | null
  readonly top_logprobs?: number | null
  readonly user?: string
  readonly tools?: readonly (FunctionTool | ({ readonly type: string } & Open))[]
  readonly tool_choice?: string | Open
  readonly parallel_tool_calls?: boolean
  readonly response_format?: { readonly type: string } & Open
  readonly reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max' | null
  readonly verbosity?: 'low' | 'medium' | 'high' | null
  /** `include_usage` is asked for by default. */
  readonly stream_options?: ({ readonly include_usage?: boolean } & Open) | null
  /** Grounds the answer in a search index; its sources come as `citation` events, what was searched for as `intent` on the result. */
  readonly data_sources?: readonly DataSource[]
}
