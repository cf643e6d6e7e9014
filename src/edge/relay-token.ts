/**
 * Keys in; short-lived tokens for a relay out, made and judged.
 * Runtimes: all that have WebCrypto. Imports: `../errors.ts`, `./caller.ts`, `./refusal.ts`, `./relay-key.ts`, jose.
 * @module
 */
import { SignJWT, errors, jwtVerify } from 'jose'
import type { CryptoKey } from 'jose'
import { ChatError } from '../errors.ts'
import { bearerOf } from './caller.ts'
import type { Authorize } from './caller.ts'
import { unauthorized } from './refusal.ts'
import { ALGORITHMS, checkKeys, loadKey } from './relay-key.ts'
import type { RelayKey } from './relay-key.ts'

export type { RelayKey } from './relay-key.ts'

/** What tokens are made and judged with; broker and relay must agree on it. */
export interface RelayTokenOptions {
  /**
   * The first one signs, all of them verify. To rotate, put the new key first, and take the old one out when its last token has
   * expired. `HS256` with a secret of 32 bytes or more where broker and relay are one program; `ES256` or `EdDSA` where they are not, the relay
   * then needing the public halves alone.
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

/** Told in each token's header, so that no other JWT of the same key passes for one. */
const TYPE = 'relay+jwt'
const MAX_LIFETIME_SECONDS = 3600
const CLOCK_TOLERANCE_SECONDS = 5

/** Checks keys and audience. @throws `ChatError` `invalid-request`, never quoting a key */
function checkOptions({ keys, audience }: RelayTokenOptions): void {
  checkKeys(keys)
  // Without one, every audience would pass.
  if (typeof audience !== 'string' || audience === '') throw new ChatError('invalid-request', `Cannot use relay tokens as audience must be named: it is ${JSON.stringify(audience)}`)
}

/** What a token restricts must be what it can be held to: anything else would be no restriction. */
function checkGrant({ subject, origin, deployments, tokens, lifetimeSeconds = 600 }: RelayGrant): void {
  const refuse = (what: string, found: unknown) => new ChatError('invalid-request', `Cannot make a relay token as ${what}: it is ${typeof found === 'number' ? found : JSON.stringify(found)}`)
  if (typeof subject !== 'string' || subject === '') throw refuse('subject must be a text', subject)
  if (origin !== undefined && typeof origin !== 'string') throw refuse('origin must be a text', origin)
  if (!isNames(deployments)) throw refuse('deployments must be a list of names', deployments)
  if (!isCount(tokens)) throw refuse('tokens must be a number from 0', tokens)
  if (!(lifetimeSeconds > 0 && lifetimeSeconds <= MAX_LIFETIME_SECONDS)) throw refuse(`lifetimeSeconds must be above 0 and at most ${MAX_LIFETIME_SECONDS}`, lifetimeSeconds)
}

const isNames = (value: unknown): value is readonly string[] | undefined => value === undefined || (Array.isArray(value) && value.every((name) => typeof name === 'string'))
const isCount = (value: unknown): value is number | undefined => value === undefined || (typeof value === 'number' && value >= 0 && value < Infinity)

/**
 * Makes a token for a relay.
 *
 * @throws `ChatError` `invalid-request` where keys, audience or what it is to say cannot be used, or the first key is a public half.
 * @example
 * ```ts
 * const { token, expiresOn } = await mintRelayToken({ keys, audience: 'https://relay.example' }, { subject: user.id, origin: 'https://app.example', tokens: 20_000 })
 * ```
 */
export async function mintRelayToken(options: RelayTokenOptions, grant: RelayGrant): Promise<{ readonly token: string; readonly expiresOn: Date }> {
  const { keys, audience, issuer = 'keyless-chat', now = () => Date.now() } = options
  const { subject, origin, deployments, tokens, lifetimeSeconds = 600 } = grant
  checkOptions(options)
  checkGrant(grant)
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
    .sign(await loadKey(key, 'private'))
  return { token, expiresOn: new Date((issuedAt + lifetimeSeconds) * 1000) }
}

/**
 * Lets in whoever has a token that {@link mintRelayToken} or a broker made.
 *
 * Each key takes tokens of its own algorithm alone, whatever their headers say.
 *
 * @throws `ChatError` `invalid-request` where keys or audience cannot be used.
 * @example
 * ```ts
 * const authorize = relayTokens({ keys, audience: 'https://relay.example' })
 * const relay = createRelay({ upstreams, deployments, authorize, cors: { origins: ['https://app.example'] } })
 * ```
 * @see https://www.rfc-editor.org/rfc/rfc8725#section-3.1
 */
export function relayTokens(options: RelayTokenOptions): Authorize {
  const { keys, audience, issuer = 'keyless-chat', now = () => Date.now() } = options
  checkOptions(options)
  const loaded = new Map<string, CryptoKey | Uint8Array>()

  async function keyOf({ kid = '', alg }: { readonly kid?: string; readonly alg?: string }): Promise<CryptoKey | Uint8Array> {
    const key = keys.find((one) => one.kid === kid && one.alg === alg)
    if (!key) throw new errors.JWKSNoMatchingKey()
    const found = loaded.get(kid) ?? (await loadKey(key, 'public'))
    loaded.set(kid, found)
    return found
  }

  return async function relayToken(request) {
    const token = bearerOf(request)
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        algorithms: [...ALGORITHMS],
        typ: TYPE,
        issuer,
        audience,
        requiredClaims: ['sub', 'exp', 'iat', 'jti'],
        maxTokenAge: MAX_LIFETIME_SECONDS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(now()),
      })
      const { sub, jti = '', exp = 0, origin, deployments, tokens } = payload
      if (typeof sub !== 'string' || !sub || !isNames(deployments) || !isCount(tokens) || (origin !== undefined && typeof origin !== 'string')) throw unauthorized('The token is not accepted')
      return { subject: sub, ...(origin !== undefined && { origin }), ...(deployments && { deployments }), ...(tokens !== undefined && { budget: { id: jti, tokens, expiresAt: exp * 1000 } }) }
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw unauthorized('The token has expired')
      if (error instanceof errors.JWTClaimValidationFailed) throw unauthorized(`The token's ${error.claim} is not accepted`)
      if (error instanceof errors.JOSEError) throw unauthorized('The token is not accepted')
      throw error
    }
  }
}
