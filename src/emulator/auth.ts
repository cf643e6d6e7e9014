/**
 * A stand-in for Entra ID: mints bearer tokens, and tells whether a request may pass.
 * Runtimes: all that have WebCrypto. Imports: `./base64.ts`, `./bodies.ts`, `./entra.ts`, jose.
 * @module
 */
import { jwtVerify } from 'jose'
import { base64url } from './base64.ts'
import { badKey, permissionDenied, unauthorized } from './bodies.ts'
import type { Reply } from './bodies.ts'
import { createJudge } from './entra.ts'
import type { TrustedIssuer } from './entra.ts'

/** What a minted token says. */
export interface TokenClaims {
  /** The `aud` claim. @defaultValue the first of the emulator's audiences */
  readonly audience?: string
  /** From now to `exp`; may be negative, for a token that is stale from the start. @defaultValue `3600` */
  readonly expiresInSeconds?: number
  /** Whether its owner has a role on the resource; without one every request is a `PermissionDenied`. @defaultValue `true` */
  readonly role?: boolean
}

/** A token and when it ends, in the form that token providers return. */
export interface MintedToken {
  readonly token: string
  readonly expiresOn: Date
}

/** The two sides of a credential: making one and judging one. */
export interface Gate {
  readonly mint: (claims?: TokenClaims) => Promise<MintedToken>
  /** Returns the refusal, or nothing where the request may pass. */
  readonly refuse: (headers: Headers) => Promise<Reply | undefined>
}

const ROLE = 'Cognitive Services User'
const PRINCIPAL = '5f0d3c1e-0000-4000-8000-00000000e1a7'
const TENANT = '7e2a4b60-0000-4000-8000-0000000000d5'

/**
 * Makes a gate with a secret of its own, so that no emulator takes the tokens of another.
 *
 * @param audiences - Accepted `aud` values; the first is named in refusals, as Azure does.
 * @param now - Clock in milliseconds.
 * @param trust - Whose tokens pass beside its own.
 */
export function createGate(audiences: readonly string[], now: () => number, trust?: TrustedIssuer): Gate {
  let secret: Uint8Array<ArrayBuffer> | undefined
  // On first use: Workers refuse random numbers while a module loads.
  const key = () => (secret ??= crypto.getRandomValues(new Uint8Array(32)))
  const named = audiences[0] ?? ''
  const judge = trust && createJudge(trust, { audiences, named, role: ROLE, now })

  async function mint({ audience = named, expiresInSeconds = 3600, role = true }: TokenClaims = {}): Promise<MintedToken> {
    const issuedAt = Math.floor(now() / 1000)
    const expiresAt = issuedAt + expiresInSeconds
    const claims = { oid: PRINCIPAL, tid: TENANT, roles: role ? [ROLE] : [], iss: `https://sts.windows.net/${TENANT}/`, aud: audience, iat: issuedAt, exp: expiresAt }
    const token = await signed(claims, key())
    return { token, expiresOn: new Date(expiresAt * 1000) }
  }

  async function refuse(headers: Headers): Promise<Reply | undefined> {
    // No key exists here, so any key is a wrong one, whatever else was sent with it.
    if (headers.has('api-key')) return badKey()
    const token = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1]
    if (token === undefined) return unauthorized(named)
    try {
      const { payload } = await jwtVerify(token, key(), { algorithms: ['HS256'], audience: [...audiences], currentDate: new Date(now()) })
      const roles: unknown = payload['roles']
      return Array.isArray(roles) && roles.includes(ROLE) ? undefined : permissionDenied(PRINCIPAL)
    } catch {
      // Forged, stale, for someone else or no token at all: Azure answers all of them alike.
      return judge ? judge(token) : unauthorized(named)
    }
  }

  return { mint, refuse }
}

/** Makes a JWT. jose judges it, as it judges all others, and its own signer weighs 1.1 kB: more than what it would be used for here. */
async function signed(claims: object, secret: Uint8Array<ArrayBuffer>): Promise<string> {
  const encoder = new TextEncoder()
  const text = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) => base64url(encoder.encode(JSON.stringify(part)))).join('.')
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return `${text}.${base64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text))))}`
}
