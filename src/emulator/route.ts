/**
 * A method and a URL in, the operation asked for out; or the refusal that the real service gives.
 * Runtimes: all. Imports: `./bodies.ts`; `./deployments.ts`, types alone.
 * @module
 */
import { json, routeNotFound } from './bodies.ts'
import type { Reply } from './bodies.ts'
import type { ModelOperation } from './deployments.ts'

/** The three kinds of service, which name the deployment in different places and refuse differently. */
export type ServiceKind = 'v1' | 'deployments' | 'inference'

/** A request that something is served for. */
export interface Route {
  readonly operation: ModelOperation | 'models' | 'model-info'
  readonly kind: ServiceKind
  /** The deployment that the path names, or the query of `info`; elsewhere the body does. */
  readonly deployment?: string
  /** The stored response that the path names. */
  readonly response?: string
}

const PREFIXES: Readonly<Record<ServiceKind, RegExp>> = {
  v1: /^(?:\/api\/projects\/[^/]+)?\/openai\/v1\/()(.+)$/,
  deployments: /^\/openai\/deployments\/([^/]+)\/(.+)$/,
  inference: /^\/models\/()(.+)$/,
}
const MODEL_PATHS: Readonly<Record<string, Route['operation']>> = { 'POST chat/completions': 'chat', 'POST embeddings': 'embeddings' }
const PATHS: Readonly<Record<ServiceKind, Readonly<Record<string, Route['operation']>>>> = {
  v1: { ...MODEL_PATHS, 'POST responses': 'responses', 'GET responses/{id}': 'responses', 'DELETE responses/{id}': 'responses', 'GET models': 'models' },
  deployments: MODEL_PATHS,
  inference: { ...MODEL_PATHS, 'POST images/embeddings': 'image-embeddings', 'GET info': 'model-info' },
}

/** Finds what a request asks for. A wrong method is a wrong path, and so is a prefix that nobody serves. */
export function route(method: string, url: URL): Route | Reply {
  // Azure was recorded to serve `//openai/deployments/…`: clients join a base that ends with a slash.
  const path = url.pathname.replace(/^\/+/, '/')
  for (const kind of ['v1', 'deployments', 'inference'] as const) {
    const [, named, rest] = PREFIXES[kind].exec(path) ?? []
    const response = /^responses\/([^/]+)$/.exec(rest ?? '')?.[1]
    const asked = `${method} ${response === undefined ? rest : 'responses/{id}'}`
    const operation = Object.hasOwn(PATHS[kind], asked) ? PATHS[kind][asked] : undefined
    const deployment = operation === 'model-info' ? (url.searchParams.get('model') ?? '') : decoded(named ?? '')
    if (operation === undefined || deployment === undefined) continue
    return versionRefused(kind, url.searchParams.get('api-version')) ?? { operation, kind, ...(deployment === '' ? {} : { deployment }), ...(response === undefined ? {} : { response }) }
  }
  return routeNotFound()
}

/** On v1 the version is optional, and its values are those of the published specification; elsewhere any will do. */
function versionRefused(kind: ServiceKind, version: string | null): Reply | undefined {
  if (kind !== 'v1') return version ? undefined : routeNotFound()
  return version === null || version === 'v1' || version === 'preview' ? undefined : json(400, { error: { code: 'BadRequest', message: 'API version not supported' } })
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
