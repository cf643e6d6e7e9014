/**
 * The faults that answer in place of the model: wrong statuses, bodies and headers.
 * Runtimes: all. Imports: `./bodies.ts`; `./call.ts`, `./faults.ts`, types alone.
 * @module
 */
import { BACKEND, badKey, deploymentNotFound, extraForbidden, invalidSource, json, openaiError, parameterNotSupported, permissionDenied, routeNotFound, unauthorized } from './bodies.ts'
import type { Reply } from './bodies.ts'
import type { Operation } from './call.ts'
import type { Fault } from './faults.ts'

/** What some faults repeat. */
export interface FaultContext {
  readonly operation: Operation
  /** The resolved model name. */
  readonly model: string
  /** The request's Authorization header. */
  readonly authorization: string
  /** The audience that the refusal names. */
  readonly audience: string
  /** Milliseconds. */
  readonly now: number
}

const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1726077595"},"xms_caeerror":{"value":"10012"}}}'
const SIGN_IN = '<!DOCTYPE html><html><head><title>Sign in to your account</title></head><body><form action="https://login.example/"></form></body></html>'
const SERVER_ERROR = 'The server had an error processing your request. Sorry about that! You can retry your request, or contact us through an Azure support request if you keep seeing this error.'

/** The answers, by fault; a fault that is not here does not answer in place of the model. */
export const HTTP_FAULTS: Partial<Readonly<Record<Fault, (context: FaultContext) => Reply>>> = {
  '401': ({ audience }) => unauthorized(audience),
  '401-key': badKey,
  '401-role': () => permissionDenied('00000000-0000-4000-8000-000000000000'),
  '401-claims': ({ audience }) => unauthorized(audience, { 'www-authenticate': challenge() }),
  '403': () => json(403, { error: { code: '403', message: 'Access denied due to Virtual Network/Firewall rules.' } }),
  '403-html': () => html(403, nginx('403 Forbidden')),
  '404-route': routeNotFound,
  '404-deployment': deploymentNotFound,
  '408': () => json(408, { error: { code: 'Timeout', message: 'The operation was timeout.' } }, BACKEND),
  '422': () => parameterNotSupported('response_format', 'json_object'),
  '422-gateway': () => extraForbidden(['logit_bias'], {}),
  '429': ({ operation }) => tokenLimit(operation, 2),
  '429-ms': ({ model }) => rateLimit(model, { 'retry-after-ms': '20' }),
  '429-x-ms': ({ model }) => rateLimit(model, { 'x-ms-retry-after-ms': '20' }),
  '429-seconds': ({ model }) => rateLimit(model, { 'retry-after': '1' }),
  '429-date': ({ model, now }) => rateLimit(model, { 'retry-after': new Date(now + 2000).toUTCString() }),
  '429-none': ({ model }) => rateLimit(model, {}),
  '429-both': ({ model }) => rateLimit(model, { 'retry-after': '1', 'retry-after-ms': '0' }),
  '429-long': ({ operation }) => tokenLimit(operation, 86_400, { 'retry-after': '86400' }),
  '429-quota': () => openaiError(429, 'You exceeded your current quota, please check your plan and billing details.', null, 'insufficient_quota', 'insufficient_quota'),
  '500': () => openaiError(500, SERVER_ERROR, null, null, 'server_error'),
  '502-html': () => html(502, nginx('502 Bad Gateway')),
  '503': () => json(503, { error: { code: 'InternalServerError', message: 'The service is temporarily unable to process your request. Please try again later.' } }, BACKEND),
  'flat-400': () => json(400, { status: 400, code: 'Bad Request', message: 'The request body is not valid for this model', param: 'messages', type: null }, BACKEND),
  'numeric-code': () => invalidSource('Validation error at #/data_sources: Extra inputs are not permitted'),
  'empty-500': () => ({ status: 500, headers: {}, body: '' }),
  'html-200': () => html(200, SIGN_IN),
  'error-200': () => openaiError(200, SERVER_ERROR, null, null, 'server_error'),
  redirect: () => ({ status: 302, headers: { location: 'https://login.example/' }, body: '' }),
  echo: ({ authorization }) => json(401, { error: { code: '401', message: `Token rejected: ${authorization}` }, authorization }, { 'x-received-authorization': authorization }),
}

/** A Continuous Access Evaluation challenge in Entra's form; whether Foundry ever sends one is not known. */
function challenge(): string {
  return `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="${btoa(CLAIMS)}"`
}

/** The page of a gateway that has nothing else to say. */
function nginx(title: string): string {
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`
}

function html(status: number, body: string): Reply {
  return { status, headers: { 'content-type': 'text/html' }, body }
}

const LIMITED: Partial<Readonly<Record<Operation, string>>> = { chat: 'ChatCompletions_Create', embeddings: 'Embeddings_Create', responses: 'Responses_Create' }

/** Azure OpenAI's own limit, with the wait in the message. */
function tokenLimit(operation: Operation, seconds: number, headers: Readonly<Record<string, string>> = {}): Reply {
  const message = `Requests to the ${LIMITED[operation] ?? operation} Operation under Azure OpenAI API version 2024-10-21 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after ${seconds} seconds. Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit.`
  return json(429, { error: { code: '429', message } }, { ...BACKEND, ...headers })
}

/** The gateway's limit before other makers' models; its message tells no wait. Recorded in August 2026. */
function rateLimit(model: string, headers: Readonly<Record<string, string>>): Reply {
  const message = `Your requests to ${model} for ${model} in westeurope have exceeded rate limit.`
  return json(429, { error: { code: 'RateLimitReached', message, details: message } }, { 'content-type': 'application/json; charset=utf-8', ...BACKEND, ...headers })
}
