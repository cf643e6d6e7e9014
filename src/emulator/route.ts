/**
 * A method and a URL in, the operation asked for out; or the refusal that the real service gives.
 * Runtimes: all. Imports: `./bodies.ts`; `./deployments.ts`, types alone.
 * @module
 */
import { json, routeNotFound } from './bodies.ts'
import type { Reply } from './bodies.ts'
import type { ModelOperation } from './deployments.ts'

/** The kinds of service, which name the deployment in different places and refuse differently. */
export type ServiceKind = 'v1' | 'deployments' | 'classic' | 'inference'

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
  classic: /^\/openai\/()(.+)$/,
  inference: /^\/models\/()(.+)$/,
}
/** The version that responses came with; versions are dates, so that text compares them. */
const FIRST_RESPONSES = '2025-03-01-preview'
const MODEL_PATHS: Readonly<Record<string, Route['operation']>> = { 'POST chat/completions': 'chat', 'POST embeddings': 'embeddings' }
const RESPONSES_PATHS = { 'POST responses': 'responses', 'GET responses/{id}': 'responses', 'DELETE responses/{id}': 'responses' } as const
const PATHS: Readonly<Record<ServiceKind, Readonly<Record<string, Route['operation']>>>> = {
  v1: { ...MODEL_PATHS, ...RESPONSES_PATHS, 'GET models': 'models' },
  deployments: MODEL_PATHS,
  classic: RESPONSES_PATHS,
  inference: { ...MODEL_PATHS, 'POST images/embeddings': 'image-embeddings', 'GET info': 'model-info' },
}

/** Finds what a request asks for. A wrong method is a wrong path, and so is a prefix that nobody serves. */
export function route(method: string, url: URL): Route | Reply {
  // Azure was recorded to serve `//openai/deployments/…`: clients join a base that ends with a slash.
  const path = url.pathname.replace(/^\/+/, '/')
  for (const kind of ['v1', 'deployments', 'classic', 'inference'] as const) {
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

/**
 * On v1 the version is optional, and its values are those of the published specification; elsewhere any will do, but for responses, which are
 * younger: https://github.com/openclaw/openclaw/issues/82025
 */
function versionRefused(kind: ServiceKind, version: string | null): Reply | undefined {
  if (kind !== 'v1' && !version) return routeNotFound()
  const good = kind === 'classic' ? version !== null && version >= FIRST_RESPONSES && version < '3' : kind !== 'v1' || version === null || version === 'v1' || version === 'preview'
  return good ? undefined : json(400, { error: { code: 'BadRequest', message: 'API version not supported' } })
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
