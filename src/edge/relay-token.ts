/**
 * Keys in; short-lived tokens for a relay out, made and judged.
 * Runtimes: all that have WebCrypto. Imports: `../errors.ts`, `./caller.ts`, `./refusal.ts`, jose.
 * @module
 */
import { SignJWT, base64url, errors, importJWK, jwtVerify } from 'jose'
import type { CryptoKey, JWK } from 'jose'
import { ChatError } from '../errors.ts'
import { bearerOf } from './caller.ts'
import type { Authorize } from './caller.ts'
import { unauthorized } from './refusal.ts'

/** A key as a JWK, with its name and the one algorithm that it is for. */
export interface RelayKey extends JWK {
  /** Told in a token's header; change it with the key. */
  readonly kid: string
  readonly alg: string
}

/** What tokens are made and judged with; broker and relay must agree on it. */
export interface RelayTokenOptions {
  /**
   * The first one signs, all of them verify. To rotate, put the new key first, and take the old one out when its last token has
   * expired. `HS256` with a secret of 32 bytes or more where broker and relay are one program; `ES256` or `EdDSA` where they are not, the relay
   * then needing the public half alone.
   */
  readonly keys: readonly RelayKey[]
  /** Which relay the tokens are for, as in `https://relay.example`. */
  readonly audience: string
  /** @defaultValue `'keyless-chat'` */
  readonly issuer?: string
  /** Clock in milliseconds. @defaultValue `Date.now` */
  readonly now?: () => number
}

/** What a token is to say. */
export interface RelayGrant {
  /** Whom it is for. */
  readonly subject: string
  /** The only page that may use it. */
  readonly origin?: string | undefined
  /** The deployments that it opens. @defaultValue all of the relay's */
  readonly deployments?: readonly string[] | undefined
  /** How many tokens, of prompts and answers together, it is good for. @defaultValue no limit of its own */
  readonly tokens?: number | undefined
  /** Until it expires, in seconds; above 0 and at most 3600. @defaultValue `600` */
  readonly lifetimeSeconds?: number | undefined
}

const ALGORITHMS = ['HS256', 'HS384', 'HS512', 'ES256', 'ES384', 'ES512', 'PS256', 'RS256', 'EdDSA', 'Ed25519']
/** Told in each token's header, so that no other JWT of the same key passes for one. */
const TYPE = 'relay+jwt'
const SECRET_BYTES = 32
const CLOCK_TOLERANCE_SECONDS = 5

/** Checks keys. @throws `ChatError` `invalid-request`, never quoting a key */
function checkKeys(keys: readonly RelayKey[]): void {
  const refuse = (why: string) => {
    throw new ChatError('invalid-request', `Cannot use the keys of relay tokens as ${why}`)
  }
  if (!Array.isArray(keys) || keys.length === 0) refuse('there is none')
  for (const { kid, alg, kty, k } of keys) {
    if (!kid || keys.filter((key) => key.kid === kid).length > 1) refuse(`each needs a kid of its own: there is ${JSON.stringify(kid)}`)
    if (!ALGORITHMS.includes(alg)) refuse(`alg of ${kid} must be one of ${ALGORITHMS.join(', ')}: it is ${JSON.stringify(alg)}`)
    if ((kty === 'oct') !== alg.startsWith('HS')) refuse(`${kid} is of kty ${kty}, which does not go with ${alg}`)
    if (kty === 'oct' && base64url.decode(k ?? '').length < SECRET_BYTES) refuse(`the secret of ${kid} is shorter than ${SECRET_BYTES} bytes`)
  }
}

/**
 * Makes a token for a relay.
 *
 * @throws `ChatError` `invalid-request` where keys or lifetime cannot be used.
 * @example
 * ```ts
 * const { token, expiresOn } = await mintRelayToken({ keys, audience: 'https://relay.example' }, { subject: user.id, origin: 'https://app.example', tokens: 20_000 })
 * ```
 */
export async function mintRelayToken(options: RelayTokenOptions, grant: RelayGrant): Promise<{ readonly token: string; readonly expiresOn: Date }> {
  const { keys, audience, issuer = 'keyless-chat', now = () => Date.now() } = options
  const { subject, origin, deployments, tokens, lifetimeSeconds = 600 } = grant
  checkKeys(keys)
  if (!(lifetimeSeconds > 0 && lifetimeSeconds <= 3600)) throw new ChatError('invalid-request', `Cannot make a relay token as lifetimeSeconds must be above 0 and at most 3600: it is ${lifetimeSeconds}`)
  const [key] = keys as readonly [RelayKey]
  const issuedAt = Math.floor(now() / 1000)
  const token = await new SignJWT({ origin, deployments, tokens })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: TYPE })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .setJti(crypto.randomUUID())
    .sign(await importJWK(key, key.alg))
  return { token, expiresOn: new Date((issuedAt + lifetimeSeconds) * 1000) }
}

/**
 * Lets in whoever has a token that {@link mintRelayToken} or a broker made.
 *
 * Each key takes tokens of its own algorithm alone, whatever their headers say.
 *
 * @throws `ChatError` `invalid-request` where the keys cannot be used.
 * @example
 * ```ts
 * createRelay({ authorize: relayTokens({ keys, audience: 'https://relay.example' }), … })
 * ```
 * @see https://www.rfc-editor.org/rfc/rfc8725#section-3.1
 */
export function relayTokens(options: RelayTokenOptions): Authorize {
  const { keys, audience, issuer = 'keyless-chat', now = () => Date.now() } = options
  checkKeys(keys)
  const imported = new Map<string, Promise<CryptoKey | Uint8Array>>()

  async function keyOf({ kid = '', alg }: { readonly kid?: string; readonly alg?: string }): Promise<CryptoKey | Uint8Array> {
    const key = keys.find((one) => one.kid === kid && one.alg === alg)
    if (!key) throw new errors.JWKSNoMatchingKey()
    const found = imported.get(kid) ?? importJWK(key, key.alg)
    imported.set(kid, found)
    return found
  }

  return async function relayToken(request) {
    const token = bearerOf(request)
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        algorithms: ALGORITHMS,
        typ: TYPE,
        issuer,
        audience,
        requiredClaims: ['sub', 'exp', 'iat', 'jti'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(now()),
      })
      const { sub = '', jti = '', exp = 0, origin, deployments, tokens } = payload
      return {
        subject: sub,
        ...(typeof origin === 'string' && { origin }),
        ...(Array.isArray(deployments) && { deployments: deployments.map(String) }),
        ...(typeof tokens === 'number' && { budget: { id: jti, tokens, expiresAt: exp * 1000 } }),
      }
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw unauthorized('The token has expired')
      if (error instanceof errors.JWTClaimValidationFailed) throw unauthorized(`The token's ${error.claim} is not accepted`)
      if (error instanceof errors.JOSEError) throw unauthorized('The token is not accepted')
      throw error
    }
  }
}
