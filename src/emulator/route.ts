/**
 * A method and a URL in, the operation asked for out; or the refusal that the real service gives.
 * Runtimes: all. Imports: `./bodies.ts`.
 * @module
 */
import { json, routeNotFound } from './bodies.ts'
import type { Reply } from './bodies.ts'

/** The three kinds of service, which name the deployment in different places and refuse differently. */
export type ServiceKind = 'v1' | 'deployments' | 'inference'

/** A request that something is served for. */
export interface Route {
  readonly operation: 'chat' | 'models'
  readonly kind: ServiceKind
  /** The deployment that the path names; elsewhere the body does. */
  readonly deployment?: string
}

const V1 = /^(?:\/api\/projects\/[^/]+)?\/openai\/v1\/(chat\/completions|models)$/
const DEPLOYMENTS = /^\/openai\/deployments\/([^/]+)\/chat\/completions$/

/** Finds what a request asks for. A wrong method is a wrong path, and so is a prefix that nobody serves. */
export function route(method: string, url: URL): Route | Reply {
  // Azure was recorded to serve `//openai/deployments/…`: clients join a base that ends with a slash.
  const path = url.pathname.replace(/^\/+/, '/')
  const version = url.searchParams.get('api-version')
  const v1 = V1.exec(path)?.[1]
  if (v1 !== undefined) {
    const operation = v1 === 'models' ? 'models' : 'chat'
    if (method !== (operation === 'models' ? 'GET' : 'POST')) return routeNotFound()
    // The values of the published v1 specification; dated versions belong to the classic route.
    if (version !== null && version !== 'v1' && version !== 'preview') return json(400, { error: { code: 'BadRequest', message: 'API version not supported' } })
    return { operation, kind: 'v1' }
  }
  if (method !== 'POST' || !version) return routeNotFound()
  if (path === '/models/chat/completions') return { operation: 'chat', kind: 'inference' }
  const named = DEPLOYMENTS.exec(path)?.[1]
  const deployment = named === undefined ? undefined : decoded(named)
  return deployment === undefined ? routeNotFound() : { operation: 'chat', kind: 'deployments', deployment }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
