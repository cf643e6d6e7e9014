/**
 * Whatever a user pastes from a portal in, an endpoint out.
 * Runtimes: all. Imports: `../errors.ts`.
 * @module
 */
import { ChatError } from '../errors.ts'
import type { Endpoint } from './endpoint.ts'
import { KINDS } from './kinds.ts'
import type { EndpointKind } from './kinds.ts'
import { refuse } from './refuse.ts'

/** What {@link endpointFor} takes beside the URL. */
export interface EndpointOptions {
  /** The kind, where the URL does not tell or tells wrong. */
  readonly kind?: EndpointKind
  /** The scope or scopes that tokens are asked for, where the derived one is wrong. */
  readonly scope?: string | readonly string[]
}

/** Azure's own hosts and gateways, in its three clouds. */
const AZURE = /\.((openai|services\.ai|cognitiveservices)\.azure\.(com|us|cn)|azure-api\.(net|us|cn))$/
/** Serverless deployments, one model to a host. */
const SERVERLESS = /\.(models|inference)\.ai\.azure\.(com|us|cn)$/
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|.+\.localhost)$/
/** What is refused. */
const USE = 'use the endpoint'
const SECRET = /key|code|token|sig|secret/i

/** A gateway's prefix, then the route that tells the kind, then an operation that was pasted along. */
const PATH = /^(.*?)(?:(\/openai\/v1|\/openai\/deployments(?:\/([^/]+))?|\/openai|\/models|\/v1)(?:\/.*)?|(?:\/chat\/completions)?\/*)$/

/**
 * Finds the endpoint that a URL means.
 *
 * Takes a resource's root, any route below it with or without operation and query, a project's route, a gateway's or
 * a relay's address. A bare resource is taken as `v1`, a bare custom host as a relay. An explicit `kind` wins.
 *
 * The scope is a guess that `scope` overrides, as Azure's documents contradict each other: `ai.azure.com` is printed for
 * v1 and required on project routes, `cognitiveservices.azure.com` for classic routes and by the older pages.
 *
 * @throws `ChatError` `invalid-request` for anything that is no https URL (http is taken on loopback alone) or that
 * holds a user name, a password or a key; `unsupported` for Claude's `/anthropic` route, which is another protocol.
 * @example
 * ```ts
 * endpointFor('https://contoso.services.ai.azure.com').base // 'https://contoso.services.ai.azure.com/openai/v1'
 * ```
 */
export function endpointFor(input: string | URL, { kind: explicit, scope }: EndpointOptions = {}): Endpoint {
  const { origin, hostname, pathname, searchParams } = parse(input)
  const [, prefix = '', route = '', deployment] = PATH.exec(pathname.replace(/\/{2,}/g, '/')) ?? []
  if (prefix.includes('/anthropic')) throw new ChatError('unsupported', 'Cannot chat on /anthropic as it is another protocol', { kind: 'anthropic', operation: 'messages' })
  const serverless = SERVERLESS.test(hostname)
  const kind = explicit ?? kindOf(hostname, route, serverless)
  // Its own, as `constructor` is no kind.
  const { path, version } = (Object.hasOwn(KINDS, kind) && KINDS[kind]) || refuse(USE, `there is no kind ${JSON.stringify(kind)}`)
  const asked = searchParams.get('api-version')
  // On v1, `preview` alone means something; the dated versions are the classic route's.
  const apiVersion = version ? (asked || version) : asked === 'preview' && asked
  return Object.freeze({
    kind,
    origin,
    // A serverless host serves the inference route at its root and the OpenAI dialect at `/v1`.
    base: origin + prefix + (serverless ? (kind === 'v1' ? '/v1' : '') : route === '/v1' && !version ? route : path),
    query: apiVersion ? `?api-version=${encodeURIComponent(apiVersion)}` : '',
    scopes: scope === undefined ? scopesFor(kind, hostname, serverless) : [scope].flat(),
    deployment: deployment && decodeURIComponent(deployment),
    serverless,
  })
}

function kindOf(host: string, route: string, serverless: boolean): EndpointKind {
  if (route.startsWith('/openai/d')) return 'deployments'
  if (route === '/models' || (serverless && !route)) return 'inference'
  return route || AZURE.test(host) || LOOPBACK.test(host) ? 'v1' : 'relay'
}

/** US Government's audiences are reported by its users, China's are inferred from its hosts. */
function scopesFor(kind: EndpointKind, host: string, serverless: boolean): readonly string[] {
  if (kind === 'relay') return []
  const audience = serverless ? 'ml' : kind === 'v1' && host.includes('.services.ai.') ? 'ai' : 'cognitiveservices'
  return [`https://${audience}.azure.${/\.azure\.(us|cn)$/.exec(host)?.[1] ?? 'com'}/.default`]
}

function parse(input: string | URL): URL {
  let url: URL
  try {
    url = new URL(input)
    decodeURIComponent(url.pathname)
  } catch {
    // Without what may be a secret.
    return refuse(USE, `it is not a valid absolute URL: ${JSON.stringify(String(input).replace(/[?#].*|^[^?#]*@/gs, ''))}`)
  }
  // Its value is left out, as it may be the secret.
  if (url.username || url.password || [...url.searchParams.keys()].some((name) => SECRET.test(name))) refuse(USE, 'it must not hold a secret')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.test(url.hostname))) refuse(USE, `it must be https, or http on loopback: ${url.origin}`)
  return url
}
