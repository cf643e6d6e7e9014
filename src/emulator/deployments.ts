/**
 * The deployments of an emulated resource, as data.
 * Runtimes: all. Imports: `./request.ts`, types alone.
 * @module
 */
import type { EmulatedRequest } from './request.ts'

/**
 * How a model's backend writes: which chunks in which order, which keys. It depends on the model, not on the URL:
 * a gpt deployment was recorded to answer alike on `/models` and on `/openai`, and Grok on the same URL quite otherwise.
 * `cohere` writes embeddings alone.
 */
export type Dialect = 'azure-openai' | 'azure-openai-async-filter' | 'grok' | 'deepseek' | 'mistral' | 'cohere'

/** What some models answer and others refuse. */
export type ModelOperation = 'chat' | 'embeddings' | 'image-embeddings' | 'responses'

/** One deployment of an emulated resource. */
export interface DeploymentOptions {
  /** The model's resolved name, which answers carry instead of the deployment's. */
  readonly model: string
  readonly dialect: Dialect
  /**
   * What it answers; all else is refused.
   *
   * @defaultValue chat and responses for the two dialects of Azure OpenAI, both kinds of embeddings for `cohere`, chat for all others
   */
  readonly serves?: readonly ModelOperation[]
  /**
   * What it says: a text, or a function of the request. Tool calls and refusals come first, and limits, stops and filters still apply.
   *
   * @defaultValue a friendly text that repeats the user's last message
   */
  readonly reply?: string | ((request: EmulatedRequest) => string)
  /**
   * Which tools it calls: their names, and their arguments as JSON text; none to answer with a text. Refusals come first.
   *
   * @defaultValue the tools that the user names, or the first one for "weather" and "tool"; none right after a tool's result
   */
  readonly calls?: (request: EmulatedRequest) => readonly { readonly name: string; readonly arguments: string }[]
  /**
   * Whether the model thinks before it answers: it counts reasoning tokens and, on Azure OpenAI, refuses `max_tokens`, `temperature` and the like.
   *
   * @defaultValue `false`
   */
  readonly reasoning?: boolean
  /** Whether it answers in the form of a JSON Schema; without, it refuses `json_schema` as older models do. @defaultValue `true` */
  readonly structured?: boolean
  /** Refuses whatever is asked, as a model does whose safety training says no. @defaultValue `false` */
  readonly refuse?: boolean
  /** Numbers in an embedding; a request may ask for fewer, and for more is refused. @defaultValue `1536` */
  readonly dimensions?: number
}

/**
 * The deployments for chat that an emulator has unless told otherwise; spread it to add your own.
 *
 * @example
 * ```ts
 * const emulator = createEmulator({ deployments: { ...DEPLOYMENTS, 'my-model': { model: 'gpt-5-mini', dialect: 'azure-openai', reply: 'Hello!' } } })
 * ```
 */
export const DEPLOYMENTS: Readonly<Record<string, DeploymentOptions>> = {
  'gpt-5-mini': { model: 'gpt-5-mini-2025-08-07', dialect: 'azure-openai', reasoning: true },
  'gpt-4o-mini': { model: 'gpt-4o-mini-2024-07-18', dialect: 'azure-openai' },
  'gpt-6-luna': { model: 'gpt-6-luna-2026-09-22', dialect: 'azure-openai-async-filter', reasoning: true },
  'grok-4-1-fast': { model: 'grok-4-1-fast-non-reasoning', dialect: 'grok' },
  'deepseek-v4': { model: 'deepseek-v4-pro', dialect: 'deepseek', reasoning: true },
  'mistral-small': { model: 'mistral-small-2503', dialect: 'mistral' },
}

/**
 * The deployments for embeddings that an emulator has beside {@link DEPLOYMENTS} unless told otherwise.
 *
 * @example
 * ```ts
 * const emulator = createEmulator({ deployments: { ...DEPLOYMENTS, ...EMBEDDING_DEPLOYMENTS } })
 * ```
 */
export const EMBEDDING_DEPLOYMENTS: Readonly<Record<string, DeploymentOptions>> = {
  'text-embedding-3-small': { model: 'text-embedding-3-small', dialect: 'azure-openai', serves: ['embeddings'] },
  'embed-v-4-0': { model: 'embed-v-4-0', dialect: 'cohere' },
}

/**
 * The deployment that an emulator has beside them for what is left of the models: those that answer on the Responses API alone.
 *
 * @example
 * ```ts
 * const emulator = createEmulator({ deployments: { ...DEPLOYMENTS, ...RESPONSES_DEPLOYMENTS } })
 * ```
 */
export const RESPONSES_DEPLOYMENTS: Readonly<Record<string, DeploymentOptions>> = {
  'gpt-5-codex': { model: 'gpt-5-codex-2025-09-15', dialect: 'azure-openai', reasoning: true, serves: ['responses'] },
}

/** Tells whether a deployment answers an operation. */
export function serves({ serves: named, dialect }: DeploymentOptions, operation: ModelOperation): boolean {
  const usual: readonly ModelOperation[] = dialect === 'cohere' ? ['embeddings', 'image-embeddings'] : dialect.startsWith('azure-openai') ? ['chat', 'responses'] : ['chat']
  return (named ?? usual).includes(operation)
}
