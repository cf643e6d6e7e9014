/**
 * What the library knows of a service: data in, one URL out.
 * Runtimes: all. Imports: `../errors.ts`.
 * @module
 */
import { ChatError } from '../errors.ts'
import { SERVED } from './kinds.ts'
import type { EndpointKind, Operation } from './kinds.ts'
import { refuse } from './refuse.ts'

/** A service to talk to; plain data, safe to log. */
export interface Endpoint {
  readonly kind: EndpointKind
  /** The only origin that is ever sent a token. */
  readonly origin: string
  /** Everything before the operation, without a slash at the end. */
  readonly base: string
  /** The query of every request, `''` or beginning with `?`. */
  readonly query: string
  /** What a token is asked for; empty where the service's backend decides, as behind a relay. */
  readonly scopes: readonly string[]
  /** The deployment that the pasted URL named; a request's `model` wins over it. */
  readonly deployment: string | undefined
  /** True where the host serves one model alone, so that a request need not name it. */
  readonly serverless: boolean
}

/** https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle; versions are dates, and compare as text. */
const RESPONSES_SINCE = '2025-03-01'

/** What is asked of a resource rather than of a deployment. */
const OF_RESOURCE: readonly Operation[] = ['info', 'models', 'batches', 'realtime']

/**
 * Makes the URL of an operation.
 *
 * @param model - The deployment's name; part of the path on `deployments` endpoints alone.
 * @throws `ChatError` `unsupported` where the endpoint's kind does not serve the operation, with the `kinds` that do; `invalid-request` without a model.
 * @example
 * ```ts
 * operationUrl(endpointFor('https://contoso.openai.azure.com'), 'chat/completions', 'gpt-5-mini')
 * // 'https://contoso.openai.azure.com/openai/v1/chat/completions'
 * ```
 */
export function operationUrl(endpoint: Endpoint, operation: Operation, model?: string): string {
  const { kind, base, query } = endpoint
  // On the classic route Responses stand beside `/deployments`, and name the deployment in the body.
  if (operation === 'responses' && kind === 'deployments' && apiVersionOf(endpoint) >= RESPONSES_SINCE) return `${base.replace(/\/deployments$/, '')}/responses${query}`
  if (!SERVED[kind].includes(operation)) {
    const kinds = (Object.keys(SERVED) as EndpointKind[]).filter((other) => SERVED[other].includes(operation))
    const why = operation === 'responses' && kind === 'deployments' ? `api-version ${apiVersionOf(endpoint)} is older than ${RESPONSES_SINCE}-preview` : `${kind} endpoints do not serve it`
    throw new ChatError('unsupported', `Cannot ask for ${operation} as ${why}: use an endpoint of kind ${kinds.join(' or ')}`, { kind, operation, kinds })
  }
  if (OF_RESOURCE.includes(operation)) return `${endpoint.base}/${operation}${endpoint.query}`
  return modelUrl(endpoint, operation, model ?? endpoint.deployment)
}

function apiVersionOf({ query }: Endpoint): string {
  return new URLSearchParams(query).get('api-version') ?? ''
}

/**
 * Makes the URL of an operation that every kind serves.
 *
 * @throws `ChatError` `invalid-request` where the model is no deployment's name.
 */
export function modelUrl({ kind, base, query, serverless }: Endpoint, operation: string, model: string | undefined): string {
  // `..` would climb out of `/deployments`, as URL parsers resolve it even where it is percent-encoded; half of a surrogate pair has no place in a URL.
  if (model ? /^\.+$|\p{Surrogate}/u.test(model) : !serverless) refuse('send the request', `model must be the name of a deployment: it is ${JSON.stringify(model)}`)
  return `${base}${kind === 'deployments' ? `/${encodeURIComponent(model ?? '')}` : ''}/${operation}${query}`
}
