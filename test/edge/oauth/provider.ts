// A real OpenID provider on this machine, whose token endpoint is where Entra's is. It knows nothing of this library.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT, exportJWK, generateKeyPair, importJWK, jwtVerify } from 'jose'
import type { JWK, JWTPayload } from 'jose'
import { Provider, errors } from 'oidc-provider'
import { createStore } from '../../../demo/entra/store.mjs'
import { TENANT } from './entra.ts'

export const RESOURCE = 'https://ai.azure.com'
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

export interface ProviderOptions {
  readonly secret: string
  /** The public key of an application that proves itself by a certificate, and the certificate's thumbprint. */
  readonly certificate: { readonly jwk: JWK; readonly thumbprint: string }
}

export async function startProvider({ secret, certificate }: ProviderOptions) {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const about = { kid: 'p1', alg: 'RS256', use: 'sig' }
  const own = { ...(await exportJWK(privateKey)), ...about }
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const authority = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = { grant_types: ['client_credentials', JWT_BEARER], response_types: [], redirect_uris: [], scope: `${RESOURCE}/.default` }

  const provider = new Provider(authority, {
    adapter: createStore().adapter,
    jwks: { keys: [own] },
    cookies: { keys: [crypto.randomUUID()] },
    clients: [
      { ...client, client_id: 'by-secret', client_secret: secret, token_endpoint_auth_method: 'client_secret_post' },
      { ...client, client_id: 'by-certificate', token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'PS256', jwks: { keys: [{ ...certificate.jwk, alg: 'PS256', use: 'sig' }] } },
    ],
    enabledJWA: { clientAuthSigningAlgValues: ['PS256'] },
    scopes: [`${RESOURCE}/.default`],
    routes: { token: `/${TENANT}/oauth2/v2.0/token` },
    ttl: { ClientCredentials: 3599 },
    extraTokenClaims: (_, { kind }) => ({ roles: ['Cognitive Services User'], ...(kind === 'ClientCredentials' && { idtyp: 'app' }) }),
    async assertJwtClientAuthClaimsAndHeader(_, claims, header) {
      // What Entra wants beside what the provider has checked.
      const lifetime = Number(claims['exp']) - Date.now() / 1000
      if (header['typ'] !== 'JWT' || header['x5t#S256'] !== certificate.thumbprint || claims['aud'] !== `${authority}/${TENANT}/oauth2/v2.0/token` || lifetime > 600) throw new errors.InvalidClientAuth('it is not as Entra wants it')
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: `${RESOURCE}/.default`, audience: RESOURCE, accessTokenTTL: 3599, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }),
      },
    },
  })
  // A grant of this name is not the provider's own: it verifies the user's token, and signs one of the user's for the resource.
  provider.registerGrantType(JWT_BEARER, async (ctx) => {
    const { assertion, scope, requested_token_use: use } = ctx.oidc.params as Record<string, string | undefined>
    if (use !== 'on_behalf_of' || scope !== `${RESOURCE}/.default`) throw new errors.InvalidRequest('requested_token_use or scope')
    const { payload } = await jwtVerify(assertion ?? '', publicKey, { issuer: authority, audience: ctx.oidc.client?.clientId ?? '' }).catch(() => {
      throw new errors.InvalidGrant('the assertion is not accepted')
    })
    ctx.body = { access_token: await sign({ aud: RESOURCE, sub: String(payload.sub), roles: ['Cognitive Services User'] }), token_type: 'Bearer', expires_in: 3599 }
  }, ['assertion', 'scope', 'requested_token_use'])

  async function sign(claims: JWTPayload): Promise<string> {
    return new SignJWT({ iss: authority, ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'p1' }).setIssuedAt().setExpirationTime('1h').sign(await importJWK(own, 'RS256'))
  }

  const paths: string[] = []
  const answer = provider.callback()
  server.on('request', (request, response) => {
    paths.push(`${request.method} ${request.url}`)
    void answer(request, response)
  })
  return {
    authority,
    /** What was asked of it, oldest first. */
    paths,
    jwks: { keys: [{ ...(await exportJWK(publicKey)), ...about }] },
    /** Signs a user's token for an application. */
    userToken: async (sub: string, clientId: string) => sign({ sub, aud: clientId }),
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
