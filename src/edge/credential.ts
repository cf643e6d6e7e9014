/**
 * An application, a user's token or a key in, what opens an upstream out.
 * Runtimes: servers; refuses a page. Imports: `../errors.ts`, `../schemas`, `../tokens` (types), `../transport`, `./client.ts`, `./server.ts`, oauth4webapi.
 * @module
 */
import { allowInsecureRequests, customFetch, genericTokenEndpointRequest, processGenericTokenEndpointResponse } from 'oauth4webapi'
import { ChatError, isChatError } from '../errors.ts'
import { parseObject } from '../schemas/parse.ts'
import type { AccessToken, TokenProvider, TokenRequest } from '../tokens/provider.ts'
import { readText } from '../transport/failure.ts'
import { clientAuth } from './client.ts'
import type { EntraClient } from './client.ts'
import { serverOnly } from './server.ts'

/** Gets tokens on behalf of users, from {@link onBehalfOf}. */
export interface OnBehalfOf {
  readonly kind: 'on-behalf-of'
  /** The provider of one user's tokens, by the token that the user came with. */
  readonly providerFor: (assertion: string) => TokenProvider
}

/** A key of a resource, from {@link apiKey}; a function, so that no log shows it. */
export interface ApiKey {
  readonly kind: 'api-key'
  readonly get: () => string | Promise<string>
}

/** What opens an upstream: an application's tokens (any token provider will do), a user's, or a key. */
export type Credential = TokenProvider | OnBehalfOf | ApiKey

const LOOPBACK = /^http:\/\/(localhost|127(\.\d+){3}|\[::1\])(:\d+)?\//
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** What of a request must not come back in an error. */
const SECRETS = ['client_secret', 'client_assertion', 'assertion']
/** What asks for the user, as `error` or, beside `invalid_grant`, as `suberror`: the lists of MSAL 5, `InteractionRequiredAuthError`. */
const INTERACTION = /^((interaction|consent|login)_required|(basic|additional)_action|message_only|user_password_expired|bad_token|ui_not_allowed|interrupted_user)$/
/** As much of Entra's words as is repeated. */
const MAX_WORDS = 300

/**
 * Gets tokens of an application by the client credentials grant. Fits `createRelay()` and, on a server, `connect({ token })`.
 *
 * Such a token carries all the rights of the application: never hand it to a page.
 *
 * @returns A provider that throws `ChatError` `token` where Entra refuses; it keeps nothing, as whoever calls it does.
 * @throws `ChatError` `invalid-request` in a page, or where tenant, client or exactly one proof of the application is not named.
 * @example
 * ```ts
 * const credential = clientCredentials({ tenant: 'contoso.com', clientId: env.CLIENT_ID, secret: env.CLIENT_SECRET })
 * ```
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function clientCredentials(client: EntraClient): TokenProvider {
  serverOnly('a client credential')
  const request = requester(client)
  return async function clientCredentialsToken(asked) {
    return request('client_credentials', {}, asked)
  }
}

/**
 * Gets tokens on behalf of users, each by the token that the user called the relay or the broker with.
 *
 * That token must be for this application (its audience is `clientId` or the application's `api://` address).
 *
 * @returns What makes a provider for one user. It throws `ChatError` `interaction-required`, with claims, where conditional access
 * wants the user, and `token` where Entra refuses otherwise.
 * @throws `ChatError` `invalid-request` in a page, or where tenant, client or exactly one proof of the application is not named.
 * @example
 * ```ts
 * const relay = createRelay({
 *   authorize: entraTokens({ tenants: [tenant], audience: 'api://chat-relay', scope: 'Chat.Use' }),
 *   upstreams: [{ endpoint, credential: onBehalfOf({ tenant, clientId, secret: env.CLIENT_SECRET }) }],
 *   deployments: { chat: { deployment: 'gpt-5-mini' } },
 *   cors: { origins: ['https://app.example'] },
 * })
 * ```
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
export function onBehalfOf(client: EntraClient): OnBehalfOf {
  serverOnly('an on-behalf-of credential')
  const request = requester(client)
  return {
    kind: 'on-behalf-of',
    providerFor: (assertion) => async (asked) => request(JWT_BEARER, { assertion, requested_token_use: 'on_behalf_of' }, asked),
  }
}

/**
 * Takes a key of a resource from a secret of the server's. Prefer `clientCredentials()`: a key cannot be narrowed, does not expire, and
 * many organisations switch keys off.
 *
 * @param secret - The key, or what gets it; called for each request.
 * @returns A credential that throws `ChatError` `token` where the function's key cannot be sent as a header.
 * @throws `ChatError` `invalid-request` in a page, or for a key that cannot be sent as a header.
 * @example
 * ```ts
 * const credential = apiKey(() => env.AZURE_KEY)
 * ```
 */
export function apiKey(secret: string | (() => string | Promise<string>)): ApiKey {
  serverOnly('an API key credential')
  if (typeof secret !== 'function') checkKey(secret, 'invalid-request')
  return {
    kind: 'api-key',
    async get() {
      return typeof secret === 'function' ? checkKey(await secret(), 'token') : secret
    },
  }
}

/** Checked here, as a header that cannot be set throws an error that quotes it. */
function checkKey(key: unknown, code: 'invalid-request' | 'token'): string {
  if (typeof key === 'string' && /^[\x21-\x7e]+$/.test(key)) return key
  throw new ChatError(code, `Cannot use the API key as it is no string of visible ASCII: it is ${typeof key === 'string' ? 'another string' : typeof key}`)
}

/** Makes what asks for tokens. @throws `ChatError` `invalid-request` where the client cannot be used */
function requester(client: EntraClient): (grant: string, parameters: Readonly<Record<string, string>>, request: TokenRequest) => Promise<AccessToken> {
  const { tenant, clientId, authority = 'https://login.microsoftonline.com', fetch = (url, init) => globalThis.fetch(url, init) } = client
  for (const [name, value] of Object.entries({ tenant, clientId })) {
    if (!value) throw new ChatError('invalid-request', `Cannot get tokens as ${name} must be named: it is ${JSON.stringify(value)}`)
  }
  const issuer = `${authority.replace(/\/$/, '')}/${encodeURIComponent(tenant)}`
  const endpoint = `${issuer}/oauth2/v2.0/token`
  const loopback = LOOPBACK.test(endpoint)
  if (!loopback && !endpoint.startsWith('https://')) throw new ChatError('invalid-request', `Cannot get tokens as authority must be an https URL: it is ${JSON.stringify(authority)}`)
  const as = { issuer: `${issuer}/v2.0`, token_endpoint: endpoint }
  const id = { client_id: clientId }
  const auth = clientAuth(client, endpoint)

  return async function request(grant, more, { scopes, claims, signal }) {
    let secrets: readonly string[] = []
    const options = {
      [allowInsecureRequests]: loopback,
      [customFetch](url: string, init: RequestInit) {
        secrets = secretsOf(init.body as URLSearchParams)
        return fetch(url, init)
      },
      signal,
    }
    const redact = (text: string) => secrets.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text).slice(0, MAX_WORDS)
    let answered = ''
    try {
      const response = await genericTokenEndpointRequest(as, id, auth, grant, { ...more, scope: scopes.join(' '), ...(claims && { claims }) }, options)
      answered = `it answered ${response.status}: `
      if (!response.ok) throw refused(await readText(response, signal), endpoint, answered, grant === JWT_BEARER, redact)
      const { access_token: token, expires_in: seconds } = await processGenericTokenEndpointResponse(as, id, response)
      return { token, ...(seconds !== undefined && { expiresOn: Date.now() + seconds * 1000 }) }
    } catch (error) {
      signal.throwIfAborted()
      if (isChatError(error)) throw error
      // No cause: the library's errors hold the response and its body.
      throw new ChatError('token', `Cannot get a token from ${endpoint}: ${answered}${redact(error instanceof Error ? error.message : 'it failed')}`)
    }
  }
}

/** What of a form is secret, as it is and as forms write it. */
function secretsOf(form: URLSearchParams): readonly string[] {
  const found = SECRETS.flatMap((name) => form.getAll(name)).filter(Boolean)
  return [...found, ...found.map((value) => new URLSearchParams({ '': value }).toString().slice(1))]
}

/** Tells why a request was refused, in Entra's words: `{ error, suberror?, error_description: 'AADSTS…', claims? }`. */
function refused(text: string, endpoint: string, answered: string, forUser: boolean, redact: (text: string) => string): ChatError {
  const { error, suberror, error_description: description, claims } = parseObject(text) ?? {}
  // The first line, as `AADSTS7000215: Invalid client secret provided. …`; trace ids follow.
  const said = typeof error === 'string' ? redact(`${error}: ${typeof description === 'string' ? description : 'no description'}`).replace(/[\r\n].*/s, '') : 'no reason that can be read'
  if (forUser && [error, suberror].some((word) => typeof word === 'string' && INTERACTION.test(word))) {
    return new ChatError('interaction-required', `Cannot get a token on behalf of the user, who must sign in again: ${said}`, typeof claims === 'string' ? { claims } : {})
  }
  return new ChatError('token', `Cannot get a token from ${endpoint}: ${answered}${said}`)
}
