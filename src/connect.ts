/**
 * An endpoint and a token provider in, a connection out.
 * Runtimes: all. Imports: everything that a call goes through, but not ky.
 * @module
 */
import { checkHeaders } from './chat/request.ts'
import type { Connection } from './chat/request.ts'
import { endpointFor } from './endpoints/detect.ts'
import type { EndpointOptions } from './endpoints/detect.ts'
import { refuse } from './endpoints/refuse.ts'
import { tokenCache } from './tokens/cache.ts'
import type { TokenProvider } from './tokens/provider.ts'
import type { Fetch } from './transport/authorize.ts'
import type { Timeouts } from './transport/clock.ts'
import { createTransport } from './transport/transport.ts'
import type { Retrying } from './transport/transport.ts'

/** What a connection is made of. There is no option for a key: use a token provider. */
export interface ConnectOptions extends EndpointOptions {
  /** Any URL of the resource, as pasted from a portal; see `endpointFor`. */
  readonly endpoint: string | URL
  /** Gets tokens: from MSAL, from your backend. Called as rarely as possible. */
  readonly token: TokenProvider
  /** The fetch to send with. @defaultValue the runtime's own */
  readonly fetch?: Fetch
  readonly timeouts?: Timeouts
  /** Further headers of every request; see `CallOptions.headers`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Longest event of a stream, and longest answer that is not streamed. @defaultValue `16_777_216` (16 MiB) */
  readonly maxMessageBytes?: number
}

/** Makes a connection whose attempts are repeated as `retrying` says. */
export function connectWith(retrying: Retrying, options: ConnectOptions): Connection {
  const { token, timeouts = {}, maxMessageBytes = 16 * 1024 * 1024 } = options
  if (typeof token !== 'function') refuse('connect', `token must be a function that gets a token: it is ${typeof token}`)
  for (const [name, limit] of Object.entries({ ...timeouts, maxMessageBytes })) {
    if (!(limit > 0)) refuse('connect', `${name} must be above 0: it is ${limit}`)
  }
  const endpoint = endpointFor(options.endpoint, options)
  const tokens = tokenCache(token, endpoint)
  // Looked up when called, without a `this`: browsers refuse a fetch that has another one.
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init))
  return {
    endpoint,
    send: createTransport(fetch, tokens, retrying, timeouts),
    prepare: async ({ signal = new AbortController().signal } = {}) => void (await tokens.get(signal)),
    tokens,
    headers: checkHeaders(options.headers),
    maxMessageBytes,
    withoutUsage: new Set(),
  }
}
