/**
 * An application, a user's token or a key in, what opens an upstream out.
 * Runtimes: servers; refuses a page. Imports: `../errors.ts`, `../tokens` (types), `./client.ts`, `./server.ts`, oauth4webapi.
 * @module
 */
import { ResponseBodyError, allowInsecureRequests, clientCredentialsGrantRequest, customFetch, genericTokenEndpointRequest, processClientCredentialsResponse, processGenericTokenEndpointResponse } from 'oauth4webapi'
import type { TokenEndpointResponse } from 'oauth4webapi'
import { ChatError } from '../errors.ts'
import type { AccessToken, TokenProvider, TokenRequest } from '../tokens/provider.ts'
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

/**
 * Gets tokens of an application by the client credentials grant. Fits `createRelay()` and, on a server, `connect({ token })`.
 *
 * Such a token carries all the rights of the application: never hand it to a page.
 *
 * @returns A provider that throws `ChatError` `token` where Entra refuses; it keeps nothing, as whoever calls it does.
 * @throws `ChatError` `invalid-request` in a page, or where not exactly one proof of the application is named.
 * @example
 * ```ts
 * const credential = clientCredentials({ tenant: 'contoso.com', clientId: env.CLIENT_ID, secret: env.CLIENT_SECRET })
 * ```
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function clientCredentials(client: EntraClient): TokenProvider {
  serverOnly('a client credential')
  const { as, auth, options, id } = settings(client)
  return async function clientCredentialsToken({ scopes, claims, signal }) {
    return answered(as.token_endpoint, async () => {
      const response = await clientCredentialsGrantRequest(as, id, auth, { scope: scopes.join(' '), ...(claims && { claims }) }, { ...options, signal })
      return processClientCredentialsResponse(as, id, response)
    })
  }
}

/**
 * Gets tokens on behalf of users, each by the token that the user called the relay or the broker with.
 *
 * That token must be for this application (its audience is `clientId` or the application's `api://` address).
 *
 * @returns What makes a provider for one user. It throws `ChatError` `interaction-required`, with claims, where conditional access
 * wants the user, and `token` where Entra refuses otherwise.
 * @throws `ChatError` `invalid-request` in a page, or where not exactly one proof of the application is named.
 * @example
 * ```ts
 * createRelay({
 *   authorize: entraTokens({ tenants: [tenant], audience: 'api://chat-relay', scope: 'Chat.Use' }),
 *   upstreams: [{ endpoint, credential: onBehalfOf({ tenant, clientId, secret: env.CLIENT_SECRET }) }], …
 * })
 * ```
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
export function onBehalfOf(client: EntraClient): OnBehalfOf {
  serverOnly('an on-behalf-of credential')
  const { as, auth, options, id } = settings(client)
  return {
    kind: 'on-behalf-of',
    providerFor: (assertion) => async ({ scopes, claims, signal }: TokenRequest) =>
      answered(as.token_endpoint, async () => {
        const parameters = { assertion, scope: scopes.join(' '), requested_token_use: 'on_behalf_of', ...(claims && { claims }) }
        const response = await genericTokenEndpointRequest(as, id, auth, 'urn:ietf:params:oauth:grant-type:jwt-bearer', parameters, { ...options, signal })
        return processGenericTokenEndpointResponse(as, id, response)
      }),
  }
}

/**
 * Takes a key of a resource from a secret of the server's. Prefer `clientCredentials()`: a key cannot be narrowed, does not expire, and
 * many organisations switch keys off.
 *
 * @param secret - The key, or what gets it; called for each request.
 * @throws `ChatError` `invalid-request` in a page, or for a key that cannot be sent as a header.
 * @example
 * ```ts
 * const credential = apiKey(() => env.AZURE_KEY)
 * ```
 */
export function apiKey(secret: string | (() => string | Promise<string>)): ApiKey {
  serverOnly('an API key credential')
  return {
    kind: 'api-key',
    async get() {
      const key = typeof secret === 'function' ? await secret() : secret
      // Checked here, as a header that cannot be set throws an error that quotes it.
      if (!/^[\x21-\x7e]+$/.test(key)) throw new ChatError('token', 'Cannot use the API key as it is no string of visible ASCII')
      return key
    },
  }
}

function settings(client: EntraClient) {
  const { tenant, clientId, authority = 'https://login.microsoftonline.com', fetch = (url, init) => globalThis.fetch(url, init) } = client
  const issuer = `${authority}/${encodeURIComponent(tenant)}`
  const as = { issuer: `${issuer}/v2.0`, token_endpoint: `${issuer}/oauth2/v2.0/token` }
  // The runtimes of the edge refuse members that they do not know, so none is added here.
  const options = { [customFetch]: (url: string, init: RequestInit) => fetch(url, init), [allowInsecureRequests]: LOOPBACK.test(as.token_endpoint) }
  return { as, options, auth: clientAuth(client, as.token_endpoint), id: { client_id: clientId } }
}

/** Asks, and makes of every failure an error that holds neither request nor response. */
async function answered(endpoint: string, ask: () => Promise<TokenEndpointResponse>): Promise<AccessToken> {
  try {
    const { access_token: token, expires_in: seconds } = await ask()
    return { token, ...(seconds !== undefined && { expiresOn: Date.now() + seconds * 1000 }) }
  } catch (error) {
    if (!(error instanceof ResponseBodyError)) throw new ChatError('token', `Cannot get a token from ${endpoint}: ${error instanceof Error ? error.message : 'it failed'}`)
    const { claims } = error.cause
    // The first line of Entra's words, as `AADSTS7000215: Invalid client secret provided. …`; trace ids follow.
    const said = `${error.error}: ${error.error_description?.split(/\r?\n/)[0] ?? 'no description'}`
    if (/^(interaction|consent|login)_required$/.test(error.error)) {
      throw new ChatError('interaction-required', `Cannot get a token on behalf of the user, who must sign in again: ${said}`, typeof claims === 'string' ? { claims } : {})
    }
    throw new ChatError('token', `Cannot get a token from ${endpoint}: ${said}`)
  }
}
