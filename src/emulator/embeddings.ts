/**
 * An embeddings request in, vectors or the backend's refusal out.
 *
 * Azure OpenAI's refusals in the words that text-embedding-3-small was measured to give in September 2026; Cohere's headers from a recording of
 * embed-v-4-0 on the v1 route made in August 2026, its body as Microsoft's documents print it, its 422 as the specification of `/models` has it.
 * Runtimes: all. Imports: `./asked.ts`, `./bodies.ts`, `./dialects/frame.ts`, `./faults-stream.ts`, `./limits.ts`, `./vector.ts`.
 * @module
 * @see https://github.com/takecchi/mnemora/tree/main/packages/openai for the measurements
 * @see https://github.com/Azure/azure-rest-api-specs/tree/main/specification/ai/ModelInference
 */
import { idOf } from './asked.ts'
import type { Asked } from './asked.ts'
import { BACKEND, openaiError, parameterNotSupported, typed } from './bodies.ts'
import type { Reply } from './bodies.ts'
import { uuid } from './dialects/frame.ts'
import { tamperBody } from './faults-stream.ts'
import { limits } from './limits.ts'
import { numbers, packed, shorten, vectorOf, wordsOf } from './vector.ts'

/** One text, or one text's tokens. */
type Input = string | readonly number[]

/** Inputs in one request, tokens in one input, tokens in all of them. */
const MAX_INPUTS = 2048
const MAX_INPUT_TOKENS = 8192
const MAX_TOKENS = 300_000
const DIMENSIONS = 1536
/** The lengths that Cohere's embed-v4 can be cut to: https://docs.cohere.com/docs/cohere-embed */
const COHERE_DIMENSIONS: readonly unknown[] = [256, 512, 1024, 1536]

/** One input, ready to be written. */
export interface Embedded {
  readonly vector: (dimensions: number) => Float32Array
  readonly tokens: number
  readonly characters: number
}

/** Answers `embeddings`: the same text gets the same vector, and texts that share words get vectors near to each other. */
export function embed(asked: Asked): Reply {
  const inputs = inputsOf(asked.body['input'])
  if (!('texts' in inputs)) return inputs
  const { texts } = inputs
  // The tokens of another maker mean nothing to Cohere.
  if (asked.options.dialect === 'cohere' && texts.some((text) => typeof text !== 'string')) return parameterNotSupported('input', asked.body['input'])
  const all = texts.map((text) => ({ vector: (dimensions: number) => vectorOf(text, dimensions), tokens: wordsOf(text).length, characters: text.length }))
  return refuseInputs(texts, all.map(({ tokens }) => tokens)) ?? refuseVectors(asked) ?? vectorsReply(asked, all)
}

/** The answer with all vectors, texts' or images'. */
export function vectorsReply(asked: Asked, all: readonly Embedded[]): Reply {
  const { body, options, fault } = asked
  const most = options.dimensions ?? DIMENSIONS
  const wanted = Number(body['dimensions'] ?? most)
  const write = body['encoding_format'] === 'base64' ? packed : numbers
  const tokens = all.reduce((count, item) => count + item.tokens, 0)
  const characters = all.reduce((count, item) => count + item.characters, 0)
  const cohere = options.dialect === 'cohere'
  const answer = {
    ...(cohere ? { id: uuid(idOf(asked)) } : {}),
    object: 'list',
    data: all.map(({ vector }, index) => ({ object: 'embedding', index, embedding: write(shorten(vector(most), wanted)) })),
    model: options.model,
    usage: { prompt_tokens: tokens, ...(cohere ? { completion_tokens: 0 } : {}), total_tokens: tokens },
  }
  const told = cohere ? { 'num-tokens': String(tokens), 'num-chars': String(characters), 'prompt-token-len': String(tokens) } : limits(asked, tokens)
  return { status: 200, headers: { ...typed('application/json', fault), ...BACKEND, ...told }, body: tamperBody(JSON.stringify(answer), fault, 'data') }
}

/** A text, texts, the tokens of one, or the tokens of several. */
function inputsOf(input: unknown): { readonly texts: readonly Input[] } | Reply {
  if (input === undefined) return openaiError(400, "Missing required parameter: 'input'.", 'input', 'missing_required_parameter')
  const list: readonly unknown[] = Array.isArray(input) && !isTokens(input) ? input : [input]
  if (list.every((item) => typeof item === 'string') || list.every(isTokens)) return { texts: list }
  return openaiError(400, "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.", null, null)
}

function isTokens(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => Number.isInteger(item))
}

function refuseInputs(texts: readonly Input[], tokens: readonly number[]): Reply | undefined {
  const invalid = (message: string) => openaiError(400, message, null, null)
  if (texts.length === 0) return invalid("Invalid 'input': input cannot be an empty array.")
  if (texts.length > MAX_INPUTS) return invalid(`Invalid 'input': array length must be ${MAX_INPUTS} or less.`)
  const empty = texts.indexOf('')
  if (empty >= 0) return invalid(`Invalid 'input[${empty}]': input cannot be an empty string.`)
  const long = tokens.findIndex((count) => count > MAX_INPUT_TOKENS)
  if (long >= 0) return invalid(`Invalid 'input[${long}]': maximum input length is ${MAX_INPUT_TOKENS} tokens.`)
  const sum = tokens.reduce((all, count) => all + count, 0)
  if (sum <= MAX_TOKENS) return undefined
  return openaiError(400, `Requested ${sum} tokens, max ${MAX_TOKENS} tokens per request`, null, 'max_tokens_per_request', 'max_tokens_per_request')
}

/** What is wrong with the vectors asked for: their encoding, their length. */
export function refuseVectors({ body, options }: Asked): Reply | undefined {
  const { encoding_format: format = 'float', dimensions: wanted } = body
  const cohere = options.dialect === 'cohere'
  if (format !== 'float' && format !== 'base64') {
    return cohere ? parameterNotSupported('encoding_format', format) : openaiError(400, `Invalid value: '${String(format)}'. Supported values are: 'float' and 'base64'.`, 'encoding_format', 'invalid_value')
  }
  if (wanted === undefined || wanted === null) return undefined
  if (cohere) return COHERE_DIMENSIONS.includes(wanted) ? undefined : parameterNotSupported('dimensions', wanted)
  const most = options.dimensions ?? DIMENSIONS
  const should = !Number.isInteger(wanted) || Number(wanted) < 1 ? 'Must be an integer greater than or equal to 1.' : Number(wanted) > most ? `Must be less than or equal to ${most}.` : undefined
  return should === undefined ? undefined : openaiError(400, `Invalid value for 'dimensions' = ${JSON.stringify(wanted)}. ${should}`, null, null)
}
