/**
 * Texts in, their vectors out, in as few requests as the service's limits allow.
 * Runtimes: all. Imports: `./batches.ts`, `../endpoints`, `../chat/request.ts` (types).
 * @module
 */
import type { CallOptions, Connection } from '../chat/request.ts'
import { refuse } from '../endpoints/refuse.ts'
import { sendBatches } from './batches.ts'
import type { EmbeddingEncoding, EmbeddingResult } from './batches.ts'

/**
 * What is sent; members that are not listed pass through as they are.
 *
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/reference-preview-latest
 * @see https://learn.microsoft.com/rest/api/aifoundry/model-inference/get-embeddings
 */
export interface EmbedRequest {
  /** The deployment's name. Not needed where the endpoint names one or has one model only. */
  readonly model?: string
  /** One text or several, none of them empty. */
  readonly input: string | readonly string[]
  /** Numbers in a vector, for models that can be asked for fewer than they have. */
  readonly dimensions?: number
  /** How vectors travel; they are `Float32Array`s in any case. `base64` is a third of the bytes of the service's default, `float`. */
  readonly encoding_format?: EmbeddingEncoding
  /** What the texts are for; models of Cohere need it for a search. */
  readonly input_type?: 'text' | 'query' | 'document' | (string & {})
  readonly user?: string
  readonly [parameter: string]: unknown
}

/** Options of {@link embed}. */
export interface EmbedOptions extends CallOptions {
  /**
   * Most inputs in a request, from 1; more are sent in several, one after the other. Azure OpenAI takes 2048, Cohere's models 96.
   *
   * @defaultValue `2048`, or as many as have an answer below the connection's `maxMessageBytes`: by `dimensions` (3072 where it is not said), 24 bytes a number, 6 as `base64`
   */
  readonly maxInputs?: number
  /** Most tokens in a request, as `countTokens` counts them; an input above it is sent alone, and the service judges. @defaultValue `300_000`, which is Azure OpenAI's */
  readonly maxTokens?: number
  /** Counts the tokens of a text. @defaultValue its length, an upper bound for English text; of rarer scripts a character may be three tokens */
  readonly countTokens?: (text: string) => number
}

/** What is refused. */
const EMBED = 'embed'
/**
 * Most inputs and tokens of a request: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/embeddings, and `AzureCreateEmbeddingRequest`
 * of https://github.com/Azure/azure-rest-api-specs/blob/main/specification/ai/data-plane/OpenAI.v1/azure-v1-v1-generated.json
 */
const MAX_INPUTS = 2048
const MAX_TOKENS = 300_000
/** Those of text-embedding-3-large, the longest: https://learn.microsoft.com/azure/ai-foundry/foundry-models/concepts/models-sold-directly-by-azure */
const DIMENSIONS = 3072
/** Most bytes of a number: services indent lists. */
const FLOAT_BYTES = 24
const BASE64_BYTES = 6

/**
 * Gets the vectors of texts.
 *
 * Inputs beyond the limits are sent in several requests, each with the connection's retries. Ask for `encoding_format: 'base64'` where the model
 * takes it: the answer has a third of the bytes.
 *
 * @throws `ChatError`: `invalid-request` for a text that is empty, `malformed` where the answer does not have a vector for each; where a later
 * request fails, its `embeddings` are those of the first inputs. The signal's own reason after an abort.
 * @example
 * ```ts
 * const { embeddings, usage } = await embed(foundry, { model: 'text-embedding-3-small', input: ['Hello', 'World'], encoding_format: 'base64' })
 * ```
 */
export async function embed(connection: Connection, request: EmbedRequest, options: EmbedOptions = {}): Promise<EmbeddingResult> {
  const { input, dimensions = DIMENSIONS, encoding_format } = request ?? {}
  const fitting = connection.maxMessageBytes / dimensions / (encoding_format === 'base64' ? BASE64_BYTES : FLOAT_BYTES)
  const { maxInputs = Math.min(MAX_INPUTS, Math.max(fitting, 1)), maxTokens = MAX_TOKENS, countTokens = (text) => text.length } = options
  if (!(maxInputs >= 1 && maxTokens > 0)) refuse(EMBED, `maxInputs must be from 1 and maxTokens above 0: they are ${maxInputs} and ${maxTokens}`)
  const texts: readonly unknown[] = Array.isArray(input) ? input : [input]
  if (!texts.length) refuse(EMBED, 'input must be a text or several: it is []')
  const batches: string[][] = []
  let batch: string[] = []
  let tokens = Infinity
  for (const [at, text] of texts.entries()) {
    if (!text || typeof text !== 'string') refuse(EMBED, `input[${at}] must be a text that is not empty: it is ${JSON.stringify(text)?.slice(0, 40)}`)
    const count = countTokens(text)
    tokens += count
    // Negated, so that a count that is no number makes requests of one.
    if (batch.length + 1 > maxInputs || !(tokens <= maxTokens)) {
      batches.push((batch = []))
      tokens = count
    }
    batch.push(text)
  }
  return sendBatches(connection, 'embeddings', request, batches, options)
}
