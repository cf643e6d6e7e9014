/**
 * A token provider in, its tokens out: cached, asked for once at a time, renewed before they expire.
 * Runtimes: all. Imports: `../abort.ts`, `../errors.ts`, `../schemas`.
 * @module
 */
import { abortable } from '../abort.ts'
import { ChatError, isChatError } from '../errors.ts'
import { parseObject } from '../schemas/parse.ts'
import { claimsFrom, decodeBase64 } from './claims.ts'
import type { AccessToken, TokenCache, TokenProvider } from './provider.ts'

/** How long a string is kept that is no JWT and came without a date. */
const UNDATED_MS = 60_000
/** Renewed in the background for as long before its end as @azure/core-client does, or the last fifth of a shorter life. */
const RENEW_MS = 120_000
/** Not used any more: the request must still arrive, and clocks differ. A tenth of a shorter life. */
const MARGIN_MS = 30_000

interface CachedToken {
  readonly token: string
  /** From when on it is renewed while still in use, and from when on it is not used. */
  renewAt: number
  readonly staleAt: number
}

interface Acquisition {
  /** The claims that a forced one asks for, `''` where the refusal named none; `undefined` unless forced. */
  readonly claims: string | undefined
  readonly promise: Promise<string>
  readonly controller: AbortController
  waiting: number
}

/**
 * Caches the tokens of a provider for one endpoint.
 *
 * Callers that come together share one acquisition, which is aborted when the last of them has left. A rejection is
 * never cached. A token that is nearly stale is renewed in the background while it still serves.
 *
 * @example
 * ```ts
 * const fetchWithToken = authorize(fetch, tokenCache(msalTokens(app), endpointFor(url)))
 * ```
 */
export function tokenCache(provider: TokenProvider, { origin, scopes }: { readonly origin: string; readonly scopes: readonly string[] }): TokenCache {
  let cached: CachedToken | undefined
  let running: Acquisition | undefined
  /** Every token that may still be on its way, to redact; the last two suffice for one renewal. */
  let issued: readonly string[] = []

  function acquire(claims?: string): Acquisition {
    // A plain request is content with any acquisition; a refused token wants one that was asked for its claims.
    if (running && (claims === undefined || running.claims === claims)) return running
    const controller = new AbortController()
    const promise = ask(provider, { scopes, forceRefresh: claims !== undefined, signal: controller.signal, ...(claims && { claims }) })
      .then((fresh) => {
        // A forced acquisition that overtook this one brought the newer token.
        if (running === acquisition) cached = fresh
        issued = [fresh.token, ...issued.slice(0, 1)]
        return fresh.token
      })
      .finally(() => forget(acquisition))
    // A background renewal may fail, as the old token still serves.
    promise.catch(() => {})
    const acquisition: Acquisition = { claims, promise, controller, waiting: 0 }
    return (running = acquisition)
  }

  function forget(acquisition: Acquisition): void {
    if (running === acquisition) running = undefined
  }

  return {
    origin,
    scopes,
    async get(signal, refused) {
      signal.throwIfAborted()
      const now = Date.now()
      if (refused && cached?.token === refused.token) cached = undefined
      if (cached && now < cached.staleAt) {
        if (now >= cached.renewAt) {
          // Next try no sooner than a margin from now, should this one fail or bring the same token.
          cached.renewAt = now + MARGIN_MS
          acquire()
        }
        return cached.token
      }
      const acquisition = acquire(refused && (claimsFrom(refused.challenge) ?? ''))
      acquisition.waiting++
      try {
        return await abortable(acquisition.promise, signal)
      } finally {
        if (--acquisition.waiting === 0 && signal.aborted) {
          acquisition.controller.abort(signal.reason)
          forget(acquisition)
        }
      }
    },
    redact: (text) => issued.reduce((clean, token) => clean.replaceAll(token, '[token]'), text),
  }
}

async function ask(provider: TokenProvider, request: Parameters<TokenProvider>[0]): Promise<CachedToken> {
  let answer: string | AccessToken
  try {
    answer = await provider(request)
  } catch (cause) {
    throw isChatError(cause) ? cause : failure(cause)
  }
  const { token, expiresOn }: Partial<AccessToken> = (typeof answer === 'string' ? { token: answer } : answer) ?? {}
  // Checked here, as a header that cannot be set throws an error that quotes it.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw new ChatError('token', `Cannot use a token that is no string of visible ASCII: it is ${typeof token === 'string' ? 'another string' : typeof token}`)
  }
  const now = Date.now()
  const life = Number(expiresOn ?? jwtExpiry(token) ?? now + UNDATED_MS) - now
  return { token, renewAt: now + life - Math.min(RENEW_MS, life / 5), staleAt: now + life - Math.min(MARGIN_MS, life / 10) }
}

/** Tells by name and `errorCode`, as MSAL 5 has only a link as its message. */
function failure(cause: unknown): ChatError {
  const { name, errorCode, claims } = (cause ?? {}) as { name?: unknown; errorCode?: unknown; claims?: unknown }
  return name === 'InteractionRequiredAuthError' || errorCode === 'interaction_required'
    ? new ChatError('interaction-required', 'Cannot get a token without the user: sign in from a click', typeof claims === 'string' && claims ? { claims } : {}, { cause })
    : new ChatError('token', 'Cannot get a token as its provider failed: see cause', {}, { cause })
}

/** When a JWT expires, in milliseconds since 1970; `undefined` for any other string. */
function jwtExpiry(token: string): number | undefined {
  const exp = parseObject(decodeBase64(token.split('.')[1] ?? '') ?? '')?.['exp']
  return typeof exp === 'number' ? exp * 1000 : undefined
}
