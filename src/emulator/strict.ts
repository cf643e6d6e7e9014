/**
 * A chat request in, the refusal of its JSON Schemas out: those of tools and of the answer, which structured outputs hold to rules of their own.
 * Runtimes: all. Imports: `./bodies.ts`, `./deployments.ts` (types), `./request.ts`.
 * @module
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/how-to/structured-outputs for the rules; the words are OpenAI's
 */
import { openaiError, parameterNotSupported } from './bodies.ts'
import type { Reply } from './bodies.ts'
import type { DeploymentOptions } from './deployments.ts'
import { isObject } from './request.ts'
import type { EmulatedRequest, JsonObject } from './request.ts'

/** Deeper schemas are not looked at; the documents allow far less. */
const MAX_CONTEXT = 64

/** Where one of the two APIs has what is refused, and by which names. */
interface Place {
  readonly format: string
  readonly schema: string
  readonly schemaCode: string | null
  readonly tool: string
  /** Who has to say "json", and which parameter it is. */
  readonly messages: string
  readonly param: string
}

const CHAT: Place = { format: 'response_format', schema: 'response_format', schemaCode: null, tool: '.function.parameters', messages: "'messages'", param: 'messages' }
const RESPONSES: Place = { format: 'text.format', schema: 'text.format.schema', schemaCode: 'invalid_json_schema', tool: '.parameters', messages: 'Response input messages', param: 'input' }

/** Refuses what is wrong with the form that a request wants; of models that are not OpenAI's it is known only that some want no schema. */
export function refuseSchemas({ body }: EmulatedRequest, { structured = true, dialect }: DeploymentOptions, responses = false): Reply | undefined {
  const place = responses ? RESPONSES : CHAT
  const azure = dialect.startsWith('azure-openai')
  const { type, json_schema: wanted } = object(body['response_format'])
  if (type === 'json_schema' && !structured) {
    if (!azure) return parameterNotSupported('response_format', type)
    return openaiError(400, `Invalid parameter: '${place.format}' of type 'json_schema' is not supported with this model. Learn more about supported models at the Structured Outputs guide: https://platform.openai.com/docs/guides/structured-outputs`, null, null)
  }
  if (!azure) return undefined
  if (type === 'json_object' && !/json/i.test(JSON.stringify(body['messages']))) {
    return openaiError(400, `${place.messages} must contain the word 'json' in some form, to use '${place.format}' of type 'json_object'.`, place.param, null)
  }
  const refused = type === 'json_schema' ? refuse(`${place.format} '${String(object(wanted)['name'])}'`, object(wanted), 'schema', place.schema, place.schemaCode) : undefined
  if (refused) return refused
  for (const [index, tool] of (Array.isArray(body['tools']) ? body['tools'] : []).entries()) {
    const { name, ...rest } = object(object(tool)['function'])
    const wrong = refuse(`function '${String(name)}'`, rest, 'parameters', `tools[${index}]${place.tool}`, 'invalid_function_parameters')
    if (wrong) return wrong
  }
  return undefined
}

function refuse(what: string, holder: JsonObject, key: string, param: string, code: string | null): Reply | undefined {
  const problem = holder['strict'] === true ? problemOf(holder[key], []) : undefined
  return problem === undefined ? undefined : openaiError(400, `Invalid schema for ${what}: ${problem}`, param, code)
}

/** What is wrong with a strict schema; the context is written as Python writes a tuple. */
function problemOf(schema: unknown, context: readonly string[]): string | undefined {
  if (!isObject(schema) || context.length > MAX_CONTEXT) return undefined
  const { type, properties, required, items } = schema
  const at = `In context=(${context.map((part) => `'${part}'`).join(', ')}${context.length === 1 ? ',' : ''}), `
  if (type === 'object' || (Array.isArray(type) && type.includes('object'))) {
    if (schema['additionalProperties'] !== false) return `${at}'additionalProperties' is required to be supplied and to be false.`
    const missing = Object.keys(object(properties)).find((key) => !Array.isArray(required) || !required.includes(key))
    if (missing !== undefined) return `${at}'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`
  }
  for (const name of ['properties', '$defs', 'anyOf']) {
    for (const [key, inside] of Object.entries(schema[name] ?? {})) {
      const problem = problemOf(inside, [...context, name, key])
      if (problem !== undefined) return problem
    }
  }
  return problemOf(items, [...context, 'items'])
}

function object(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
