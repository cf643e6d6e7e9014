/**
 * JWKs in; keys that sign and verify relay tokens out.
 * Runtimes: all that have WebCrypto. Imports: `../errors.ts`, jose.
 * @module
 */
import { base64url, importJWK } from 'jose'
import type { CryptoKey, JWK } from 'jose'
import { ChatError } from '../errors.ts'

/** A key as a JWK, with its name and the one algorithm that it is for. */
export interface RelayKey extends JWK {
  /** Told in a token's header; change it with the key. */
  readonly kid: string
  readonly alg: string
}

/** What a key of each algorithm is: its type, its curve, the least bytes of its secret. https://www.rfc-editor.org/rfc/rfc7518#section-3.2 */
const KINDS: Readonly<Record<string, { readonly kty: string; readonly crv?: string; readonly secretBytes?: number }>> = {
  HS256: { kty: 'oct', secretBytes: 32 },
  HS384: { kty: 'oct', secretBytes: 48 },
  HS512: { kty: 'oct', secretBytes: 64 },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  PS256: { kty: 'RSA' },
  RS256: { kty: 'RSA' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
}
/** The algorithms that keys may be for. */
export const ALGORITHMS: readonly string[] = /* @__PURE__ */ Object.keys(KINDS)
/** What makes a JWK a private one, and what it says of its use, which is another for the public half. */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'key_ops', 'use', 'ext']

const refusal = (why: string) => new ChatError('invalid-request', `Cannot use the keys of relay tokens as ${why}`)

/**
 * Checks keys, as soon as they are named: each has a name of its own and is of the kind that its algorithm wants.
 *
 * @throws `ChatError` `invalid-request`, never quoting a key
 */
export function checkKeys(keys: unknown): void {
  if (!Array.isArray(keys) || keys.length === 0) throw refusal('there is none')
  const names = new Set<string>()
  for (const key of keys as readonly (Partial<RelayKey> | null)[]) {
    const { kid, alg = '', kty, crv, k } = key ?? {}
    if (typeof kid !== 'string' || kid === '' || names.has(kid)) throw refusal(`each needs a kid of its own: there is ${typeof kid === 'string' ? JSON.stringify(kid) : typeof kid}`)
    names.add(kid)
    const kind = Object.hasOwn(KINDS, alg) ? KINDS[alg] : undefined
    if (!kind) throw refusal(`alg of ${kid} must be one of ${ALGORITHMS.join(', ')}: it is ${JSON.stringify(alg)}`)
    if (kty !== kind.kty || (kind.crv && crv !== kind.crv)) throw refusal(`${kid} is of kty ${kty}${crv ? ` and crv ${crv}` : ''}, which does not go with ${alg}`)
    if (kind.secretBytes && bytesOf(k) < kind.secretBytes) throw refusal(`the secret of ${kid} must be base64url of ${kind.secretBytes} bytes or more for ${alg}`)
  }
}

function bytesOf(secret: unknown): number {
  try {
    return typeof secret === 'string' ? base64url.decode(secret).length : 0
  } catch {
    return 0
  }
}

/**
 * Imports a key to sign (`private`) or to verify (`public`). Whoever has the private half has the public one.
 *
 * @throws `ChatError` `invalid-request`, never quoting the key, where it has no such half or is no whole JWK.
 */
export async function loadKey(key: RelayKey, half: 'private' | 'public'): Promise<CryptoKey | Uint8Array> {
  const asymmetric = key.kty !== 'oct'
  if (asymmetric && half === 'private' && typeof key.d !== 'string') throw refusal(`the first one, which signs, must have its private half: ${key.kid} has none`)
  const used = Object.fromEntries(Object.entries(key).filter(([name]) => !(asymmetric && half === 'public' && PRIVATE.includes(name))))
  try {
    return await importJWK(used, key.alg)
  } catch {
    // Without a cause: what runtimes say of a key that they cannot read is not the same anywhere.
    throw refusal(`${key.kid} is no whole JWK of kty ${key.kty}`)
  }
}
