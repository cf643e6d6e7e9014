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
import { BACKEND, openaiError, parameterNotSupported } from './bodies.ts'
import type { Reply } from './bodies.ts'
import { uuid } from './dialects/frame.ts'
import { tamperBody } from './faults-stream.ts'
import { limits } from './limits.ts'
import { base64, numbers, shorten, vectorOf, wordsOf } from './vector.ts'

/** One text, or one text's tokens. */
type Input = string | readonly number[]

/** Inputs in one request, tokens in one input, tokens in all of them. */
const MAX_INPUTS = 2048
const MAX_INPUT_TOKENS = 8192
const MAX_TOKENS = 300_000
const DIMENSIONS = 1536
/** The lengths that Cohere's embed-v4 can be cut to: https://docs.cohere.com/docs/cohere-embed */
const COHERE_DIMENSIONS: readonly unknown[] = [256, 512, 1024, 1536]

/** Answers `embeddings`: the same text gets the same vector, and texts that share words get vectors near to each other. */
export function embed(asked: Asked): Reply {
  const { body, options, fault } = asked
  const inputs = inputsOf(body['input'])
  const refused = options.dialect === 'cohere' ? refuseCohere(asked, inputs) : undefined
  if (refused) return refused
  if (!('texts' in inputs)) return inputs
  const { texts } = inputs
  const tokens = texts.map((text) => wordsOf(text).length)
  const wrong = refuseInputs(texts, tokens) ?? refuseOptions(asked)
  if (wrong) return wrong
  const most = options.dimensions ?? DIMENSIONS
  const write = body['encoding_format'] === 'base64' ? base64 : numbers
  const data = texts.map((text, index) => ({ object: 'embedding', index, embedding: write(shorten(vectorOf(text, most), Number(body['dimensions'] ?? most))) }))
  const sum = tokens.reduce((all, count) => all + count, 0)
  const cohere = options.dialect === 'cohere'
  const answer = {
    ...(cohere ? { id: uuid(idOf(asked)) } : {}),
    object: 'list',
    data,
    model: options.model,
    usage: { prompt_tokens: sum, ...(cohere ? { completion_tokens: 0 } : {}), total_tokens: sum },
  }
  const characters = texts.join('').length
  const told = cohere ? { 'num-tokens': String(sum), 'num-chars': String(characters), 'prompt-token-len': String(sum) } : limits(asked, sum)
  const type = fault === 'no-content-type' ? {} : { 'content-type': 'application/json' }
  return { status: 200, headers: { ...type, ...BACKEND, ...told }, body: tamperBody(JSON.stringify(answer), fault, 'data') }
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

function refuseOptions({ body, options }: Asked): Reply | undefined {
  const { encoding_format: format = 'float', dimensions: wanted } = body
  if (format !== 'float' && format !== 'base64') {
    return openaiError(400, `Invalid value: '${String(format)}'. Supported values are: 'float' and 'base64'.`, 'encoding_format', 'invalid_value')
  }
  if (wanted === undefined || wanted === null) return undefined
  const most = options.dimensions ?? DIMENSIONS
  const should = !Number.isInteger(wanted) || Number(wanted) < 1 ? 'Must be an integer greater than or equal to 1.' : Number(wanted) > most ? `Must be less than or equal to ${most}.` : undefined
  return should === undefined ? undefined : openaiError(400, `Invalid value for 'dimensions' = ${JSON.stringify(wanted)}. ${should}`, null, null)
}

/** What this model cannot do, as the specification of `/models` says it: tokens of another maker, other lengths, other encodings. */
function refuseCohere({ body }: Asked, inputs: ReturnType<typeof inputsOf>): Reply | undefined {
  if ('texts' in inputs && inputs.texts.some((text) => typeof text !== 'string')) return parameterNotSupported('input', body['input'])
  const { dimensions, encoding_format: format } = body
  if (dimensions !== undefined && dimensions !== null && !COHERE_DIMENSIONS.includes(dimensions)) return parameterNotSupported('dimensions', dimensions)
  return format === undefined || format === 'float' || format === 'base64' ? undefined : parameterNotSupported('encoding_format', format)
}
