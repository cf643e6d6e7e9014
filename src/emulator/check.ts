/**
 * A request in, the refusal that the model's backend gives to its parameters out.
 * Runtimes: all. Imports: `./bodies.ts`, `./dialects/azure-filter.ts`, `./deployments.ts` (types), `./grounding.ts`, `./request.ts`,
 * `./route.ts` (types), `./strict.ts`, `./turns.ts`, `./vision.ts`.
 * @module
 */
import { BACKEND, extraForbidden, extraParameters, json, openaiError } from './bodies.ts'
import type { Reply } from './bodies.ts'
import type { DeploymentOptions, ModelOperation } from './deployments.ts'
import { promptVerdict } from './dialects/azure-filter.ts'
import { refuseSources } from './grounding.ts'
import { isObject, object } from './request.ts'
import type { EmulatedRequest, JsonObject } from './request.ts'
import type { ServiceKind } from './route.ts'
import { refuseSchemas } from './strict.ts'
import { refuseTurns } from './turns.ts'
import { refuseImages } from './vision.ts'

const VECTOR_KEYS = ['input', 'model', 'dimensions', 'encoding_format', 'input_type']
/** The keys of `/models`; `stream_options` is not in its specification and was recorded to be taken by gpt and Grok. */
const INFERENCE_KEYS: Readonly<Record<ModelOperation, readonly string[]>> = {
  chat: ['messages', 'model', 'frequency_penalty', 'presence_penalty', 'temperature', 'top_p', 'max_tokens', 'stop', 'seed', 'stream', 'response_format', 'tools', 'tool_choice', 'modalities', 'stream_options'],
  embeddings: VECTOR_KEYS,
  'image-embeddings': VECTOR_KEYS,
  responses: [],
}
/** What reasoning models refuse, and the one value that they let pass. */
const UNREASONABLE: Readonly<Record<string, unknown>> = { temperature: 1, top_p: 1, presence_penalty: 0, frequency_penalty: 0, logprobs: false, top_logprobs: 0, logit_bias: null }
const MAX_CHOICES = 128

/**
 * Applies the `extra-parameters` header of `/models`: `error` (the default) refuses keys outside the schema, `drop` forgets them,
 * `pass-through` keeps them.
 */
export function restrictKeys(body: JsonObject, operation: ModelOperation, header: string | null): { readonly kept: JsonObject } | Reply {
  const known = INFERENCE_KEYS[operation]
  const extra = Object.keys(body).filter((key) => !known.includes(key))
  if (extra.length === 0 || header === 'pass-through') return { kept: body }
  if (header === 'drop') return { kept: Object.fromEntries(Object.entries(body).filter(([key]) => known.includes(key))) }
  return extraParameters(extra)
}

/** Returns what the backend refuses, the prompt's content included; nothing where it would answer. */
export function refuseRequest(request: EmulatedRequest, options: DeploymentOptions, kind: ServiceKind): Reply | undefined {
  const { body, n, prompt } = request
  if (!Array.isArray(body['messages']) || body['messages'].length === 0) return openaiError(400, "Missing required parameter: 'messages'.", 'messages', 'missing_required_parameter')
  if (n < 1 || n > MAX_CHOICES) return openaiError(400, `Invalid 'n': integer out of range. Expected a value between 1 and ${MAX_CHOICES}, but got ${n} instead.`, 'n', 'invalid_value')
  const azure = options.dialect.startsWith('azure-openai')
  const refused = options.dialect === 'mistral' ? refuseMistral(request) : azure ? refuseAzure(request, options) : undefined
  return refused ?? refuseSources(body, options) ?? refuseSchemas(request, options) ?? refuseImages(request, options) ?? (prompt.includes('[filter:prompt]') ? promptFiltered(azure || kind !== 'inference') : undefined)
}

function refuseAzure({ body, stream, tools }: EmulatedRequest, { model, reasoning }: DeploymentOptions): Reply | undefined {
  if ('stream_options' in body && !stream) return openaiError(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options', null)
  const confused = refuseTurns(body['messages'] as readonly unknown[])
  if (confused || !reasoning) return confused
  if ('max_tokens' in body) return openaiError(400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", 'max_tokens', 'unsupported_parameter')
  for (const [key, allowed] of Object.entries(UNREASONABLE)) {
    if (!(key in body) || body[key] === allowed || body[key] === null) continue
    const message = `Unsupported value: '${key}' does not support ${JSON.stringify(body[key])} with this model. Only the default (${JSON.stringify(allowed)}) value is supported.`
    return openaiError(400, message, key, 'unsupported_value')
  }
  // Since gpt-5.4 tools and effort together are for the Responses API alone: https://github.com/openai/openai-openapi/issues/541
  // Whether `none` may be sent differs, and luna does not want it: https://github.com/agentgateway/agentgateway/pull/2894
  const effort = body['reasoning_effort'] ?? 'none'
  const harmless = body['reasoning_effort'] === undefined || (effort === 'none' && !model.includes('luna'))
  if (tools.length > 0 && !harmless && /^gpt-(?:5\.[4-9]|[6-9])/.test(model)) {
    return openaiError(400, `Function tools with reasoning_effort are not supported for ${model} in /v1/chat/completions. Please use /v1/responses instead.`, 'reasoning_effort', null)
  }
  return undefined
}

function refuseMistral({ body }: EmulatedRequest): Reply | undefined {
  const options = body['stream_options']
  // The recorded refusal names the key inside: https://github.com/BerriAI/litellm/issues/11696
  if (isObject(options) && 'include_usage' in options) return extraForbidden(['stream_options', 'include_usage'], options['include_usage'])
  for (const key of ['stream_options', 'max_completion_tokens']) if (key in body) return extraForbidden([key], body[key])
  const roles = (body['messages'] as readonly unknown[]).map((message) => object(message)['role'])
  if (!roles.some((role, at) => role === 'user' && roles[at - 1] === 'tool')) return undefined
  // Flat, with a number for a code: https://github.com/danny-avila/LibreChat/issues/12429
  return json(400, { object: 'Error', message: "Unexpected role 'user' after role 'tool'", type: 'invalid_request_message_order', code: 3230 }, BACKEND)
}

/** The prompt was blocked: the OpenAI shape everywhere but before other makers' models on `/models`, whose documents show a flat one. */
export function promptFiltered(nested: boolean): Reply {
  if (!nested) return json(400, { status: 400, code: 'content_filter', message: 'The response was filtered', param: 'messages', type: null }, BACKEND)
  const message = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry. To learn more about our content filtering policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766"
  const innererror = { code: 'ResponsibleAIPolicyViolation', content_filter_result: promptVerdict('violence') }
  return json(400, { error: { message, type: null, param: 'prompt', code: 'content_filter', status: 400, innererror } }, BACKEND)
}
