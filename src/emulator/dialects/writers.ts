/**
 * The name of a dialect in, who writes it out.
 * Runtimes: all. Imports: the dialects beside it; `../deployments.ts`, types alone.
 * @module
 */
import type { Dialect } from '../deployments.ts'
import * as asyncFilter from './async-filter.ts'
import * as azureOpenai from './azure-openai.ts'
import * as deepseek from './deepseek.ts'
import type { Writer } from './frame.ts'
import * as grok from './grok.ts'
import * as mistral from './mistral.ts'

/** The writer of each dialect that chats. Of a model that is no OpenAI one no rate limit headers were recorded. */
export const WRITERS: Readonly<Partial<Record<Dialect, Writer>>> = {
  'azure-openai': { streamType: azureOpenai.STREAM_TYPE, rateLimited: true, frames: azureOpenai.frames, completion: azureOpenai.completion },
  'azure-openai-async-filter': { streamType: azureOpenai.STREAM_TYPE, rateLimited: true, frames: asyncFilter.frames, completion: azureOpenai.completion },
  grok: { streamType: grok.STREAM_TYPE, rateLimited: false, frames: grok.frames, completion: grok.completion },
  deepseek: { streamType: azureOpenai.STREAM_TYPE, rateLimited: false, frames: deepseek.frames, completion: deepseek.completion },
  mistral: { streamType: azureOpenai.STREAM_TYPE, rateLimited: false, frames: mistral.frames, completion: mistral.completion },
}
