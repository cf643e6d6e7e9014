/**
 * A service and its credential in, one way to send requests to it out.
 * Runtimes: all. Imports: `../endpoints`, `../errors.ts`, `../tokens`, `../transport`, `./caller.ts` (types), `./credential.ts` (types), `./refusal.ts`.
 * @module
 */
import { endpointFor } from '../endpoints/detect.ts'
import type { EndpointOptions } from '../endpoints/detect.ts'
import { operationUrl } from '../endpoints/endpoint.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { ChatError } from '../errors.ts'
import { tokenCache } from '../tokens/cache.ts'
import type { TokenCache, TokenProvider } from '../tokens/provider.ts'
import { refuseRedirect, sendAuthorized } from '../transport/authorize.ts'
import type { Fetch } from '../transport/authorize.ts'
import type { Admission } from './admit.ts'
import type { Caller } from './caller.ts'
import type { Credential } from './credential.ts'
import type { RelayOperation } from './deployments.ts'
import { Refusal } from './refusal.ts'

/** A service that requests are sent to. */
export interface UpstreamOptions extends EndpointOptions {
  /** Any URL of the resource, as pasted from a portal. */
  readonly endpoint: string | URL
  /** What opens it. */
  readonly credential: Credential
  /** What reports and `x-relay-upstream` call it. @defaultValue `'upstream-1'` and so on */
  readonly name?: string
  /** Those of the lowest number are asked first. @defaultValue `0` */
  readonly priority?: number
  /** Its share of the requests among those of the same priority. @defaultValue `1` */
  readonly weight?: number
}

/** A request, ready for any upstream. */
export interface Outgoing {
  readonly operation: RelayOperation
  readonly admission: Admission
  readonly caller: Caller
  /** Keeps the request alive until a promise is settled. */
  readonly keep: (promise: Promise<unknown>) => void
}

/** One upstream, ready to be sent to. */
export interface Upstream {
  readonly name: string
  readonly priority: number
  readonly weight: number
  /** Whether failures of its credential are the caller's own. */
  readonly personal: boolean
  /** Whether it serves this at all. */
  readonly serves: (outgoing: Outgoing) => boolean
  /** @throws `ChatError` `redirected`, `token`, `interaction-required`; whatever `fetch` throws */
  readonly send: (outgoing: Outgoing, body: string, signal: AbortSignal) => Promise<Response>
  readonly modelFor: (admission: Admission) => string | undefined
  /** Takes its credential out of a text that it may have echoed. */
  readonly redact: (text: string, caller: Caller) => string
  readonly scopes: readonly string[]
}

/** Users whose tokens are kept at a time; the one that came first is let go of. */
const MAX_USERS = 1000

/** Makes an upstream. @throws `ChatError` `invalid-request` where the endpoint cannot be used */
export function createUpstream(options: UpstreamOptions, index: number, fetch: Fetch): Upstream {
  const { name = `upstream-${index + 1}`, priority = 0, weight = 1, credential } = options
  if (!/^[\x21-\x7e]+$/.test(name)) throw new ChatError('invalid-request', `Cannot use the upstream ${JSON.stringify(name)} as its name, which goes into a header, must be visible ASCII without spaces`)
  if (!(weight > 0)) throw new ChatError('invalid-request', `Cannot use the upstream ${name} as weight must be above 0: it is ${weight}`)
  const endpoint = endpointFor(options.endpoint, options)
  const modelFor = ({ alias, rule: { deployment = alias } }: Admission) => (typeof deployment === 'string' ? deployment : Object.hasOwn(deployment, name) ? deployment[name] : undefined)
  const { authorized, redact } = authorizer(credential, endpoint, fetch)

  function urlOf({ operation, admission }: Outgoing): string | undefined {
    const model = modelFor(admission)
    try {
      return model === undefined ? undefined : operationUrl(endpoint, operation, model)
    } catch {
      // `unsupported`: this kind of endpoint has no such operation.
      return undefined
    }
  }

  return {
    name,
    priority,
    weight,
    personal: typeof credential === 'object' && credential.kind === 'on-behalf-of',
    scopes: endpoint.scopes,
    modelFor,
    serves: (outgoing) => urlOf(outgoing) !== undefined,
    redact,
    async send(outgoing, body, signal) {
      // Nothing of the caller's headers goes on: what is sent is written here.
      const headers = { 'content-type': 'application/json', accept: outgoing.admission.streamed ? 'text/event-stream' : 'application/json', 'accept-encoding': 'identity' }
      return authorized(urlOf(outgoing) ?? '', { method: 'POST', headers, body, signal }, outgoing)
    },
  }
}

/** Longest acquisition of a token. One that never ends must not be what all later requests wait for. */
const TOKEN_MS = 30_000

/** Waits for a promise, but no longer than so many milliseconds. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new ChatError('token', `Cannot get a token as none came within ${milliseconds} ms`)), milliseconds)))
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

interface Authorizer {
  readonly authorized: (url: string, init: RequestInit & { readonly signal: AbortSignal }, outgoing: Outgoing) => Promise<Response>
  readonly redact: Upstream['redact']
}

/** The tokens of one provider, for requests that share them. */
interface SharedTokens {
  readonly redact: TokenCache['redact']
  readonly by: (keep: Outgoing['keep']) => TokenCache
}

/**
 * Shares one acquisition among the requests that come together. The request that began it is kept alive until it is there: on Workers what a request has
 * asked for ends with the request, and all others would wait in vain, as seen in workerd's version of 2026-10-23.
 */
function sharedTokens(provider: TokenProvider, endpoint: Endpoint): SharedTokens {
  let keep: Outgoing['keep'] = () => {}
  const tokens = tokenCache((request) => {
    const token = (async () => provider(request))()
    keep(token)
    return within(TOKEN_MS, token)
  }, endpoint)
  return {
    redact: tokens.redact,
    by: (own) => ({
      ...tokens,
      async get(...request) {
        // The provider is called before this returns, if it is.
        keep = own
        return tokens.get(...request)
      },
    }),
  }
}

function authorizer(credential: Credential, endpoint: Endpoint, fetch: Fetch): Authorizer {
  if (typeof credential === 'function') {
    const tokens = sharedTokens(credential, endpoint)
    return { authorized: async (url, init, { keep }) => sendAuthorized(fetch, tokens.by(keep), url, init), redact: tokens.redact }
  }
  if (credential.kind === 'on-behalf-of') {
    const users = new Map<string, SharedTokens>()
    const tokensOf = ({ assertion }: Caller): SharedTokens => {
      if (assertion === undefined) throw new Refusal(401, 'invalid_token', 'Cannot call on behalf of a caller who came without a token of Entra ID')
      const tokens = users.get(assertion) ?? sharedTokens(credential.providerFor(assertion), endpoint)
      users.set(assertion, tokens)
      if (users.size > MAX_USERS) users.delete(users.keys().next().value ?? '')
      return tokens
    }
    return {
      authorized: async (url, init, { caller, keep }) => sendAuthorized(fetch, tokensOf(caller).by(keep), url, init),
      redact: (text, caller) => tokensOf(caller).redact(text).replaceAll(caller.assertion ?? '', '[token]'),
    }
  }
  let last = ''
  return {
    async authorized(url, init) {
      const key = await credential.get()
      last = key
      const headers = new Headers(init.headers)
      // Serverless hosts take no `api-key`: https://github.com/enricoros/big-AGI/issues/898
      if (endpoint.serverless) headers.set('authorization', `Bearer ${key}`)
      else headers.set('api-key', key)
      return refuseRedirect(url, await fetch(url, { ...init, headers, redirect: 'manual' }))
    },
    redact: (text) => (last ? text.replaceAll(last, '[key]') : text),
  }
}
