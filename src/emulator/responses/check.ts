/**
 * A Responses body in, the refusal of its parameters out.
 * Runtimes: all. Imports: `../bodies.ts`, `../deployments.ts` (types), `../request.ts`.
 * @module
 */
import { openaiError } from '../bodies.ts'
import type { Reply } from '../bodies.ts'
import type { DeploymentOptions } from '../deployments.ts'
import { isObject, object } from '../request.ts'
import type { JsonObject } from '../request.ts'

/** Where the parameters of chat completions went. */
const MOVED: Readonly<Record<string, string>> = { messages: 'input', max_tokens: 'max_output_tokens', max_completion_tokens: 'max_output_tokens', response_format: 'text.format', reasoning_effort: 'reasoning.effort' }
const MIN_OUTPUT_TOKENS = 16

/** Returns what the backend refuses; nothing where it would answer. */
export function refuseBody(body: JsonObject, { reasoning = false }: DeploymentOptions): Reply | undefined {
  for (const [key, now] of Object.entries(MOVED)) {
    if (key in body) return openaiError(400, `Unsupported parameter: '${key}'. In the Responses API, this parameter has moved to '${now}'. Try again with the new parameter.`, key, 'unsupported_parameter')
  }
  const most = body['max_output_tokens']
  if (typeof most === 'number' && most < MIN_OUTPUT_TOKENS) {
    return openaiError(400, `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= ${MIN_OUTPUT_TOKENS}, but got ${most} instead.`, 'max_output_tokens', 'integer_below_min_value')
  }
  if (reasoning) {
    const refused = ['temperature', 'top_p'].find((key) => typeof body[key] === 'number' && body[key] !== 1)
    if (refused) return openaiError(400, `Unsupported parameter: '${refused}' is not supported with this model.`, refused, null)
  } else {
    if (wantsEncrypted(body)) return openaiError(400, 'Encrypted content is not supported with this model.', 'include', null)
    if (object(body['reasoning'])['effort']) return openaiError(400, "Unsupported parameter: 'reasoning.effort' is not supported with this model.", 'reasoning.effort', 'unsupported_parameter')
  }
  const tools = Array.isArray(body['tools']) ? body['tools'] : []
  const nameless = tools.findIndex((tool) => isObject(tool) && tool['type'] === 'function' && typeof tool['name'] !== 'string')
  if (nameless >= 0) return missing(`tools[${nameless}].name`)
  const { type, name } = object(object(body['text'])['format'])
  return type === 'json_schema' && typeof name !== 'string' ? missing('text.format.name') : undefined
}

/** Whether reasoning is to come encrypted, for a caller that stores nothing here. */
export function wantsEncrypted({ include }: JsonObject): boolean {
  return Array.isArray(include) && include.includes('reasoning.encrypted_content')
}

/** A tool or a format in the form of chat completions, most often. */
function missing(param: string): Reply {
  return openaiError(400, `Missing required parameter: '${param}'.`, param, 'missing_required_parameter')
}
