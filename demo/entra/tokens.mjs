/**
 * What tokens are for and what they say: scopes in, audiences and claims out.
 * Runtime: Node.
 * @module
 */
import { exportJWK, generateKeyPair } from 'jose'

/** The APIs that a token can be for; each has the scope that Azure's own have, `<audience>/.default`. */
export const AUDIENCES = ['https://cognitiveservices.azure.com', 'https://ai.azure.com', 'https://ml.azure.com']

const SCOPES = AUDIENCES.map((audience) => `${audience}/.default`)

/** What every sign-in grants: who it is, and tokens for each API. As on Entra ID, one refresh token serves them all. */
export const GRANTED = { openid: ['openid', 'profile', 'email', 'offline_access'], api: SCOPES, all: ['openid', 'profile', 'email', 'offline_access', ...SCOPES].join(' ') }

/**
 * Finds the API that a list of scopes names.
 *
 * @param {unknown} scopes Separated by spaces.
 * @returns {string | undefined}
 */
export function audienceOf(scopes) {
  const asked = String(scopes ?? '').split(' ')
  return AUDIENCES.find((audience) => asked.includes(`${audience}/.default`))
}

/**
 * Reads which authentication contexts a `claims` parameter asks for: `{"access_token":{"acrs":{"value":"c1"}}}`.
 *
 * @param {unknown} claims JSON text.
 * @returns {readonly string[]}
 */
export function contextsOf(claims) {
  if (typeof claims !== 'string') return []
  try {
    const { value, values } = JSON.parse(claims)?.access_token?.acrs ?? {}
    return [value, values].flat().filter((context) => typeof context === 'string')
  } catch {
    return []
  }
}

/**
 * Makes the `claims` that ask for an authentication context.
 *
 * @param {string} context
 */
export function claimsFor(context) {
  return JSON.stringify({ access_token: { acrs: { essential: true, value: context } } })
}

/**
 * What an access token says beside what every JWT says.
 *
 * @param {{ account: import('./accounts.mjs').Account, tenant: string, contexts: readonly string[], clientId: string }} facts
 */
export function accessClaims({ account, tenant, contexts, clientId }) {
  return {
    tid: tenant,
    oid: account.oid,
    azp: clientId,
    scp: 'user_impersonation',
    roles: [...account.roles],
    ver: '2.0',
    ...(contexts.length > 0 ? { acrs: [...contexts] } : {}),
  }
}

/** Makes the key that signs: the private half for the provider, the public half for whoever verifies. */
export async function createSigningKey() {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const about = { kid: crypto.randomUUID(), alg: 'RS256', use: 'sig' }
  return { private: { ...(await exportJWK(privateKey)), ...about }, public: { ...(await exportJWK(publicKey)), ...about } }
}
