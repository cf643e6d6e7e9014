/**
 * The error bodies that Azure's front door and its gateways answer, byte for byte where a recording was found.
 * Runtimes: all. Imports: `./deployments.ts`, `./stream.ts`, types alone.
 * @module
 */
import type { ModelOperation } from './deployments.ts'
import type { Step } from './stream.ts'

/** An answer before it becomes a `Response`. */
export interface Reply {
  readonly status: number
  /** Beside those that every answer has. Without a `content-type` here the answer has none. */
  readonly headers: Readonly<Record<string, string>>
  /** A whole text, or the steps of a stream. */
  readonly body: string | Iterable<Step>
}

/** Headers that answers from behind the front door have; those of the front door itself lack them. */
export const BACKEND: Readonly<Record<string, string>> = { 'x-ms-region': 'West Europe' }

/** The content type of a good answer, which a fault takes away. */
export function typed(type: string, fault: string | undefined): Readonly<Record<string, string>> {
  return fault === 'no-content-type' ? {} : { 'content-type': type }
}

/** Makes a JSON answer. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

/** Makes an error of the OpenAI shape: `{"error":{message,type,param,code}}`. */
export function openaiError(status: number, message: string, param: string | null, code: string | null, type = 'invalid_request_error'): Reply {
  return json(status, { error: { message, type, param, code } }, BACKEND)
}

/** The token is missing, expired, forged or for another audience. Has no `error` around it, unlike all others. */
export function unauthorized(audience: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const message = `Unauthorized. Access token is missing, invalid, audience is incorrect (${audience}), or have expired.`
  return json(401, { statusCode: 401, message }, headers)
}

/** A key was sent that is not one of the resource's. Recorded in March and August 2026 on two surfaces. */
export function badKey(): Reply {
  const message = 'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.'
  return json(401, { error: { code: '401', message } })
}

/** The token is good and its owner has no role on the resource; the status is 401 none the less. */
export function permissionDenied(principal: string): Reply {
  const action = 'Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action'
  const operation = 'POST /openai/deployments/{deployment-id}/chat/completions'
  const message = `The principal \`${principal}\` lacks the required data action \`${action}\` to perform \`${operation}\` operation. For instructions on granting the necessary permissions, see https://aka.ms/FoundryPermissions.`
  return json(401, { error: { code: 'PermissionDenied', message } })
}

/** Nothing is served at the path, or `api-version` is missing. The space after the second colon is the recording's. */
export function routeNotFound(): Reply {
  return { status: 404, headers: { 'content-type': 'application/json' }, body: '{"error":{"code":"404","message": "Resource not found"}}' }
}

/** No deployment has the name. Recorded without a content type and indented, in 2026. */
export function deploymentNotFound(): Reply {
  const message = 'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.'
  const body = JSON.stringify({ error: { type: 'invalid_request_error', code: 'DeploymentNotFound', message } }, null, 2)
  return { status: 404, headers: BACKEND, body }
}

/** No deployment has the name, as `/models` says it. */
export function unknownModel(model: string): Reply {
  const message = `Unknown model: ${model}`
  return json(400, { error: { code: 'unknown_model', message, details: message } })
}

/**
 * The body names no model on `/models`.
 *
 * @see https://github.com/microsoft/semantic-kernel/issues/10483
 */
export function noModelName(): Reply {
  const message = 'No model specified in request. Please provide a model name in the request body or as a x-ms-model-mesh-model-name header.'
  return json(400, { error: { code: 'no_model_name', message, details: message } })
}

/**
 * The model is of another trade; its name is told without its version.
 *
 * @see https://github.com/vanna-ai/vanna/issues/967 and https://github.com/OpenHands/OpenHands/issues/1003 for chat and embeddings; of Responses
 * Microsoft's documents quote these three words alone.
 */
export function operationNotSupported(operation: ModelOperation, model: string): Reply {
  if (operation === 'responses') return openaiError(400, 'Model not supported', 'model', null)
  const [name, plain] = [operation === 'chat' ? 'chatCompletion' : operation, model.replace(/-\d{4}-\d\d-\d\d$/, '')]
  const message = `The ${name} operation does not work with the specified model, ${plain}. Please choose different model and try again. You can learn more about which models can be used with each operation here: https://go.microsoft.com/fwlink/?linkid=2197993.`
  return json(400, { error: { code: 'OperationNotSupported', message } }, BACKEND)
}

/** A parameter, or its value, that the model does not know, as the documents of `/models` have it. */
export function parameterNotSupported(key: string, input: unknown, ...inside: readonly (string | number)[]): Reply {
  return json(422, { status: 422, code: 'parameter_not_supported', detail: { loc: ['body', key, ...inside], input }, message: 'One of the parameters contain invalid values.' }, BACKEND)
}

/**
 * The body has keys outside the schema of `/models` and no `extra-parameters` header allows them.
 *
 * @see https://github.com/langchain-ai/langchain/issues/29679 for the words; what is around them was not recorded.
 */
export function extraParameters(keys: readonly string[]): Reply {
  const list = keys.map((key) => `'${key}'`).join(', ')
  const message = `Extra parameters [${list}] are not allowed when extra-parameters is not set or set to be 'error'. Set extra-parameters to 'pass-through' to pass to the model.`
  return json(400, { error: { code: 'Bad Request', message, status: 400 } }, BACKEND)
}

/**
 * A key that the model does not take, as the gateway before Mistral says it: JSON inside of a JSON string.
 *
 * @see https://github.com/BerriAI/litellm/issues/11696
 */
export function extraForbidden(loc: readonly string[], input: unknown): Reply {
  const url = 'https://errors.pydantic.dev/2.10/v/extra_forbidden'
  const message = JSON.stringify({ detail: [{ type: 'extra_forbidden', loc: ['body', ...loc], msg: 'Extra inputs are not permitted', input, url }] })
  return json(422, { error: { code: 'Invalid input', message, status: 422 } }, BACKEND)
}

/** On Your Data refuses a source: a number for a code, and an id in the body, unlike all other refusals. */
export function invalidSource(message: string): Reply {
  return json(400, { error: { requestid: 'eea1c96d-0000-4000-8000-00000000652a', code: 400, message } }, BACKEND)
}
