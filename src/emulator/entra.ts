/**
 * The bearer tokens of a real issuer in, verified; the refusal that the service answers out.
 *
 * So that an app can sign in at Entra ID, or at a stand-in for it, and use that very token here.
 * Runtimes: all that have WebCrypto. Imports: `./bodies.ts`, jose.
 * @module
 */
import { jwtVerify } from 'jose'
import type { JSONWebKeySet, JWK, JWTHeaderParameters, JWTPayload } from 'jose'
import { permissionDenied, unauthorized } from './bodies.ts'
import type { Reply } from './bodies.ts'

/** An issuer whose tokens are accepted, and what they must say. */
export interface TrustedIssuer {
  /** The `iss` claim: `https://login.microsoftonline.com/<tenant>/v2.0`. */
  readonly issuer: string
  /** Its public keys, or what gets them: called at the first token, and again for one whose key is not known yet. */
  readonly jwks: JSONWebKeySet | (() => JSONWebKeySet | Promise<JSONWebKeySet>)
  /** Accepted `aud` claims. @defaultValue those of the emulator */
  readonly audiences?: readonly string[]
  /** What `roles` must name; a token without it is a `PermissionDenied`. On Azure this is an assignment, not a claim. @defaultValue `'Cognitive Services User'` */
  readonly requiredRole?: string
  /**
   * Claims that tokens must have with these values, now: `{ acrs: 'c1' }`. One that has not is answered with a claims challenge, which a page
   * can read where `expose` names `www-authenticate`.
   *
   * @defaultValue none
   */
  readonly requiredClaims?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>)
}

/** What the emulator itself says of tokens. */
export interface TrustContext {
  readonly audiences: readonly string[]
  /** The audience that a refusal names. */
  readonly named: string
  /** The role that calls need unless told otherwise. */
  readonly role: string
  /** Milliseconds. */
  readonly now: () => number
}

/**
 * Makes a judge of one issuer's tokens.
 *
 * @returns What answers a token with its refusal, or with nothing where it may pass. Rejects where the keys cannot be got.
 */
export function createJudge(trusted: TrustedIssuer, { audiences, named, role, now }: TrustContext): (token: string) => Promise<Reply | undefined> {
  const { issuer, jwks, audiences: own = audiences, requiredRole = role, requiredClaims = {} } = trusted
  let keys: JSONWebKeySet | undefined

  async function verify(token: string, known = keys): Promise<JWTPayload | undefined> {
    const { keys: all } = (keys ??= typeof jwks === 'function' ? await jwks() : jwks)
    let lost = false
    // By hand, as the set of jose weighs half a kilobyte; what fits a key's type, use and algorithm jose still judges.
    function find({ kid }: JWTHeaderParameters): JWK {
      const key = all.find((each) => kid === undefined || each.kid === kid)
      if (key) return key
      lost = true
      throw new Error('No such key')
    }
    try {
      const { payload } = await jwtVerify(token, find, { issuer, audience: [...own], currentDate: new Date(now()) })
      return payload
    } catch {
      if (!known || !lost) return undefined
      // The issuer may have changed its keys.
      keys = undefined
      return verify(token)
    }
  }

  return async function judge(token) {
    const claims = await verify(token)
    if (!claims) return unauthorized(named)
    const required = typeof requiredClaims === 'function' ? requiredClaims() : requiredClaims
    const missing = Object.entries(required).filter(([name, value]) => ![claims[name]].flat().includes(value))
    if (missing.length > 0) return unauthorized(named, { 'www-authenticate': challenge(issuer, missing) })
    return [claims['roles']].flat().includes(requiredRole) ? undefined : permissionDenied(String(claims['oid'] ?? claims.sub))
  }
}

/** In Entra's form; whether Foundry ever sends one is not known. */
function challenge(issuer: string, missing: readonly (readonly [string, string])[]): string {
  const claims = { access_token: Object.fromEntries(missing.map(([name, value]) => [name, { essential: true, value }])) }
  return `Bearer realm="", authorization_uri="${issuer.replace(/\/v2\.0$/, '')}/oauth2/authorize", error="insufficient_claims", claims="${btoa(JSON.stringify(claims))}"`
}
