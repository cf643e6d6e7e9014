/**
 * Batches of inputs in, all their vectors out: one request after the other.
 * Runtimes: all. Imports: `./ask.ts`, `./vectors.ts`, `../errors.ts`, `../schemas`, `../endpoints`, `../chat/request.ts` (types), `../transport` (types).
 * @module
 */
import type { CallOptions, Connection } from '../chat/request.ts'
import { operationUrl } from '../endpoints/endpoint.ts'
import { isChatError } from '../errors.ts'
import { number, object, string } from '../schemas/parse.ts'
import type { AnswerInfo } from '../transport/transport.ts'
import { ask } from './ask.ts'
import { vectorsOf } from './vectors.ts'

/** Tokens used, as the service counts them, all requests together; further counts are summed, too. */
export interface EmbeddingUsage {
  readonly prompt_tokens: number
  readonly total_tokens: number
  readonly [count: string]: number
}

/** Vectors and what is known of how they came. */
export interface EmbeddingResult {
  /** One for each input, in their order. */
  readonly embeddings: Float32Array[]
  /** The model that answered, which is not the deployment's name. */
  readonly model: string | undefined
  /** Absent where the service reports none. Never estimated. */
  readonly usage: EmbeddingUsage | undefined
  /** One for each request that was sent. */
  readonly responses: AnswerInfo[]
}

/** Encodings of the wire; `base64` is of 32-bit floats. v1 and deployments take the first two alone. */
export type EmbeddingEncoding = 'float' | 'base64' | 'int8' | 'uint8' | 'binary' | 'ubinary' | (string & {})

/**
 * Sends batches until the first fails.
 *
 * @throws `ChatError`, with the `embeddings` of the batches before; the signal's own reason after an abort.
 */
export async function sendBatches(connection: Connection, operation: 'embeddings' | 'images/embeddings', request: { readonly model?: string }, batches: readonly (readonly unknown[])[], options: CallOptions): Promise<EmbeddingResult> {
  const { endpoint } = connection
  const { model = endpoint.deployment } = request
  const url = operationUrl(endpoint, operation, model)
  const embeddings: Float32Array[] = []
  const responses: AnswerInfo[] = []
  let answered: string | undefined
  let usage: Record<string, number> | undefined
  try {
    for (const input of batches) {
      await ask(connection, url, { ...request, model, input }, 'data', options, (answer, info) => {
        const vectors = vectorsOf(answer, input.length)
        answered ??= string(answer['model'], 'model')
        const counted = object(answer['usage'], 'usage')
        if (counted) {
          usage ??= { prompt_tokens: 0, total_tokens: 0 }
          for (const name of Object.keys(counted)) {
            // Details are objects or `null`.
            if (name in usage || typeof counted[name] === 'number') usage[name] = (usage[name] ?? 0) + (number(counted[name], `usage.${name}`) ?? 0)
          }
        }
        // Not spread into `push`, whose arguments are on the stack.
        for (const vector of vectors) embeddings.push(vector)
        responses.push(info)
      })
    }
  } catch (error) {
    throw isChatError(error) && embeddings.length ? Object.assign(error, { embeddings }) : error
  }
  return { embeddings, model: answered, usage: usage as EmbeddingUsage | undefined, responses }
}
