/**
 * Tenants and what their tokens must say in, a judge of Entra ID tokens out.
 * Runtimes: all that have WebCrypto. Imports: `../errors.ts`, `../transport` (types), `./caller.ts`, `./refusal.ts`, jose.
 * @module
 */
import { createRemoteJWKSet, customFetch, decodeJwt, errors, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'
import { ChatError } from '../errors.ts'
import type { Fetch } from '../transport/authorize.ts'
import { bearerOf } from './caller.ts'
import type { Authorize } from './caller.ts'
import { Refusal, unauthorized } from './refusal.ts'

/** Whose tokens pass, and what they must say. */
export interface EntraTokensOptions {
  /** The ids of the tenants whose tokens pass. A token of any other is refused before its keys are asked for. */
  readonly tenants: readonly string[]
  /** What tokens must be for: the relay's own application, by its id or its `api://` address. Never Azure's own audience. */
  readonly audience: string | readonly string[]
  /** The scope that a user's token must have, such as `Chat.Use`. One of `scope` and `role` must be named. */
  readonly scope?: string
  /** The role that opens the relay as well, for users that have it and for applications. */
  readonly role?: string
  /** @defaultValue `'https://login.microsoftonline.com'` */
  readonly authority?: string
  /** The fetch for the tenants' keys. @defaultValue the runtime's own */
  readonly fetch?: Fetch
  /** Clock in milliseconds. @defaultValue `Date.now` */
  readonly now?: () => number
}

const CLOCK_TOLERANCE_SECONDS = 60
/** How jose says that keys cannot be had: no answer in time, another one than 200 or no JSON, no key set. */
const KEYS_FAILED: readonly string[] = ['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID']

/**
 * Lets in users and applications by their Entra ID access tokens.
 *
 * The keys of a tenant are kept, and asked for anew where a token names one that is not among them, at most every 30 s.
 * The token itself is handed on as `assertion`, for an upstream that is called on the user's behalf.
 *
 * @throws `ChatError` `invalid-request` where no tenant, no audience, or neither scope nor role, is named.
 * @example
 * ```ts
 * const authorize = entraTokens({ tenants: ['7e2a4b60-93c1-4d5e-8f06-1b2c3d4e5f60'], audience: 'api://chat-relay', scope: 'Chat.Use' })
 * ```
 * @see https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 */
export function entraTokens(options: EntraTokensOptions): Authorize {
  const { tenants, audience, scope, role, authority = 'https://login.microsoftonline.com', fetch, now = () => Date.now() } = options
  const audiences = [audience].flat()
  // A variable of the environment that is not set must not open anything.
  if (![tenants, audiences].every((names) => names.length > 0 && names.every(Boolean)) || !(scope || role)) {
    throw new ChatError('invalid-request', 'Cannot judge Entra tokens as tenants and an audience must be named, and a scope or a role')
  }
  const keys = new Map<string, ReturnType<typeof createRemoteJWKSet>>()

  function keysOf(tenant: string): ReturnType<typeof createRemoteJWKSet> {
    const url = new URL(`${authority}/${tenant}/discovery/v2.0/keys`)
    const found = keys.get(tenant) ?? createRemoteJWKSet(url, fetch ? { [customFetch]: (input, init) => fetch(input, init) } : {})
    keys.set(tenant, found)
    return found
  }

  async function verify(token: string): Promise<JWTPayload> {
    const { tid } = decodeJwt(token)
    if (typeof tid !== 'string' || !tenants.includes(tid)) throw unauthorized('The token is of no tenant that is accepted')
    const { payload } = await jwtVerify(token, keysOf(tid), {
      algorithms: ['RS256'],
      // Version 2 of the tokens, and version 1, which an application gets unless its manifest asks for 2.
      issuer: [`${authority}/${tid}/v2.0`, `https://sts.windows.net/${tid}/`],
      audience: audiences,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now()),
    })
    // Each access token names the application that asked for it, by version; an ID token, which may be of the same audience and name roles, does not.
    // https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
    if (!payload['azp'] && !payload['appid']) throw unauthorized('The token is no access token')
    return payload
  }

  return async function entraToken(request) {
    const token = bearerOf(request)
    const { scp, roles, tid, oid, sub } = await verify(token).catch((error: unknown) => {
      if (error instanceof Refusal) throw error
      if (error instanceof errors.JWTExpired) throw unauthorized('The token has expired')
      if (error instanceof errors.JWTClaimValidationFailed) throw unauthorized(`The token's ${error.claim} is not accepted`)
      // A key that is not found is the token's fault; keys that cannot be had, or are none, are not.
      if (!(error instanceof errors.JOSEError) || KEYS_FAILED.includes(error.code)) throw new Refusal(503, 'keys_unavailable', 'Cannot check the token as the keys of its tenant cannot be had', { headers: { 'retry-after': '5' } })
      throw unauthorized('The token is not accepted')
    })
    const scopes = typeof scp === 'string' ? scp.split(' ') : []
    if (!(scope && scopes.includes(scope)) && !(role && [roles].flat().includes(role))) {
      throw new Refusal(403, 'insufficient_scope', `Cannot serve a token without ${[scope && `the scope ${scope}`, role && `the role ${role}`].filter(Boolean).join(' or ')}`)
    }
    return { subject: `${String(tid)}.${String(oid ?? sub)}`, assertion: token }
  }
}
