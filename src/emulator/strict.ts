/**
 * A chat request in, the refusal of its JSON Schemas out: those of tools and of the answer, which structured outputs hold to rules of their own.
 * Runtimes: all. Imports: `./bodies.ts`, `./deployments.ts` (types), `./request.ts`.
 * @module
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/how-to/structured-outputs for the rules; the words are OpenAI's
 */
import { openaiError, parameterNotSupported } from './bodies.ts'
import type { Reply } from './bodies.ts'
import type { DeploymentOptions } from './deployments.ts'
import { isObject, object } from './request.ts'
import type { EmulatedRequest } from './request.ts'

/** Deeper schemas are not looked at; the documents allow far less. */
const MAX_CONTEXT = 64

/**
 * Refuses what is wrong with the form that a request wants; of models that are not OpenAI's it is known only that some want no schema.
 *
 * @param responses - Whether to name things as the Responses API has them.
 */
export function refuseSchemas({ body }: EmulatedRequest, { structured = true, dialect }: DeploymentOptions, responses = false): Reply | undefined {
  const azure = dialect.startsWith('azure-openai')
  const { type, json_schema: wanted } = object(body['response_format'])
  const [format, inside] = responses ? ['text.format', '.'] : ['response_format', '.function.']
  if (type === 'json_schema' && !structured) {
    if (!azure) return parameterNotSupported('response_format', type)
    return openaiError(400, `Invalid parameter: '${format}' of type 'json_schema' is not supported with this model. Learn more about supported models at the Structured Outputs guide: https://platform.openai.com/docs/guides/structured-outputs`, null, null)
  }
  if (!azure) return undefined
  if (type === 'json_object' && !/json/i.test(JSON.stringify(body['messages']))) {
    const said = responses ? 'Response input messages' : "'messages'"
    return openaiError(400, `${said} must contain the word 'json' in some form, to use '${format}' of type 'json_object'.`, responses ? 'input' : 'messages', null)
  }
  function refuse(what: string, holder: unknown, schema: string, param: string, code: string | null): Reply | undefined {
    const { name, strict, [schema]: root } = object(holder)
    const problem = strict === true ? problemOf(root, []) : undefined
    return problem === undefined ? undefined : openaiError(400, `Invalid schema for ${what} '${String(name)}': ${problem}`, param, code)
  }
  const refused = type === 'json_schema' ? refuse(format, wanted, 'schema', responses ? 'text.format.schema' : format, responses ? 'invalid_json_schema' : null) : undefined
  if (refused) return refused
  for (const [index, tool] of (Array.isArray(body['tools']) ? body['tools'] : []).entries()) {
    const wrong = refuse('function', object(tool)['function'], 'parameters', `tools[${index}]${inside}parameters`, 'invalid_function_parameters')
    if (wrong) return wrong
  }
  return undefined
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
