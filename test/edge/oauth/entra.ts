// A stand-in for Entra ID that holds every token request to what Entra wants of it, and answers as Entra does.
// The real OpenID provider, which knows nothing of Entra's own ways, is beside it in `provider.ts`.
import { SignJWT, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from 'jose'
import type { CryptoKey, JWK } from 'jose'
import type { Fetch } from '../../../src/index.ts'

export const AUTHORITY = 'https://login.example'
export const TENANT = '7e2a4b60-0000-4000-8000-0000000000d5'
export const CLIENT = 'c11e0000-0000-4000-8000-000000000003'
export const ISSUER = `${AUTHORITY}/${TENANT}/v2.0`
export const TOKEN_ENDPOINT = `${AUTHORITY}/${TENANT}/oauth2/v2.0/token`
export const KEYS_PATH = `/${TENANT}/discovery/v2.0/keys`

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** What an application may prove itself with. */
export interface Registration {
  readonly secret?: string
  readonly certificate?: { readonly publicKey: CryptoKey; readonly thumbprint: string }
  /** Of another identity provider, whose tokens must say who they are for. */
  readonly federated?: { readonly publicKey: CryptoKey; readonly issuer: string; readonly subject: string }
}

export interface EntraRequest {
  readonly path: string
  readonly form: Readonly<Record<string, string>>
}

export interface EntraStandIn {
  readonly fetch: Fetch
  /** What was asked, oldest first. */
  readonly requests: EntraRequest[]
  readonly jwks: { readonly keys: readonly JWK[] }
  /** Signs a user's token for the application, or whatever the claims say instead. */
  readonly sign: (claims?: object, header?: object) => Promise<string>
  /** The tokens that were given out, by the subject that they are for. */
  readonly issued: { readonly oid: string; readonly token: string }[]
  /** What conditional access asks of users, as JSON text; a request with these claims meets it. */
  demanded: string | undefined
}

class Refused extends Error {
  readonly status: number
  readonly body: object
  constructor(status: number, error: string, code: number, words: string, more: object = {}) {
    super(error)
    this.status = status
    // As recorded: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#error-response
    this.body = {
      error,
      error_description: `AADSTS${code}: ${words}\r\nTrace ID: 255d1aef-8c98-452f-ac51-23d051240864\r\nCorrelation ID: fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7\r\nTimestamp: 2016-01-09 02:02:12Z`,
      error_codes: [code],
      timestamp: '2016-01-09 02:02:12Z',
      trace_id: '255d1aef-8c98-452f-ac51-23d051240864',
      correlation_id: 'fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7',
      error_uri: `https://login.microsoftonline.com/error?code=${code}`,
      ...more,
    }
  }
}

export async function createEntra({ secret, certificate, federated }: Registration, { lifetimeSeconds = 3599, delayMs = 0 } = {}): Promise<EntraStandIn> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'e1', alg: 'RS256', use: 'sig' }] }
  const requests: EntraRequest[] = []
  const issued: { oid: string; token: string }[] = []

  async function sign(claims: object = {}, header: object = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const all = { iss: ISSUER, aud: CLIENT, sub: 'pairwise', oid: 'ada', tid: TENANT, azp: 'page', scp: 'Chat.Use', ver: '2.0', uti: crypto.randomUUID(), iat: now, nbf: now, exp: now + lifetimeSeconds, ...claims }
    return new SignJWT(all).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'e1', ...header }).sign(privateKey)
  }

  /** @throws Refused unless the client is who it says */
  async function checkClient(form: Readonly<Record<string, string>>): Promise<readonly string[]> {
    if (form['client_id'] !== CLIENT) throw new Refused(400, 'unauthorized_client', 700016, `Application with identifier '${form['client_id']}' was not found in the directory 'Contoso'.`)
    if ('client_secret' in form) {
      if (form['client_secret'] !== secret) throw new Refused(401, 'invalid_client', 7000215, `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${CLIENT}'.`)
      return ['client_id', 'client_secret']
    }
    const assertion = form['client_assertion'] ?? ''
    if (form['client_assertion_type'] !== ASSERTION_TYPE || !assertion) throw new Refused(401, 'invalid_client', 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
    if (certificate) await checkCertificate(assertion, certificate)
    else if (federated) {
      await jwtVerify(assertion, federated.publicKey, { algorithms: ['ES256'], issuer: federated.issuer, subject: federated.subject, audience: 'api://AzureADTokenExchange' }).catch(() => {
        throw new Refused(400, 'invalid_request', 70021, 'No matching federated identity record found for presented assertion.')
      })
    } else throw new Refused(401, 'invalid_client', 700027, 'Client assertion failed signature validation.')
    return ['client_id', 'client_assertion_type', 'client_assertion']
  }

  /** https://learn.microsoft.com/entra/identity-platform/certificate-credentials#assertion-format */
  async function checkCertificate(assertion: string, { publicKey: key, thumbprint }: NonNullable<Registration['certificate']>): Promise<void> {
    const now = Math.floor(Date.now() / 1000)
    try {
      const { payload, protectedHeader } = await jwtVerify(assertion, key, { algorithms: ['PS256'], typ: 'JWT', issuer: CLIENT, subject: CLIENT, audience: TOKEN_ENDPOINT, requiredClaims: ['exp', 'jti', 'nbf'] })
      if (protectedHeader['x5t#S256'] !== thumbprint || (payload.exp ?? Infinity) > now + 600 || payload.aud !== TOKEN_ENDPOINT) throw new Error('the header, the lifetime or the audience')
    } catch {
      throw new Refused(401, 'invalid_client', 700027, 'The certificate with identifier used to sign the client assertion is not registered on application.')
    }
  }

  async function token(form: Readonly<Record<string, string>>): Promise<object> {
    const proof = await checkClient(form)
    const scope = /^(\S+)\/\.default$/.exec(form['scope'] ?? '')
    if (!scope) throw new Refused(400, 'invalid_scope', 1002012, `The provided value for scope ${form['scope']} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.`)
    const known = [...proof, 'grant_type', 'scope', 'claims']
    let claims: Record<string, unknown> = { sub: CLIENT, oid: 'the-application', azp: CLIENT, scp: undefined, idtyp: 'app' }
    if (form['grant_type'] === JWT_BEARER) {
      known.push('assertion', 'requested_token_use')
      if (form['requested_token_use'] !== 'on_behalf_of') throw new Refused(400, 'invalid_request', 900144, "The request body must contain the following parameter: 'requested_token_use'.")
      const { payload } = await jwtVerify(form['assertion'] ?? '', publicKey, { audience: CLIENT }).catch(() => {
        throw new Refused(400, 'invalid_grant', 50013, 'Assertion failed signature validation.')
      })
      if (demanded.claims !== undefined && form['claims'] !== demanded.claims) throw new Refused(400, 'interaction_required', 50079, "Due to a configuration change made by your administrator, you must enroll in multi-factor authentication to access ''.", { suberror: 'basic_action', claims: demanded.claims })
      claims = { sub: payload.sub, oid: payload['oid'], azp: CLIENT, scp: 'user_impersonation' }
    } else if (form['grant_type'] !== 'client_credentials') throw new Refused(400, 'unsupported_grant_type', 70003, 'The app requested an unsupported grant type.')
    const strange = Object.keys(form).filter((name) => !known.includes(name))
    if (strange.length > 0) throw new Refused(400, 'invalid_request', 900_000, `No such parameter: ${strange.join()}`)
    const made = await sign({ ...claims, aud: scope[1] ?? '', roles: ['Cognitive Services User'] })
    issued.push({ oid: String(claims['oid']), token: made })
    return { token_type: 'Bearer', expires_in: lifetimeSeconds, ext_expires_in: lifetimeSeconds, access_token: made }
  }

  const demanded: { claims: string | undefined } = { claims: undefined }
  return {
    requests,
    jwks,
    sign,
    issued,
    get demanded() {
      return demanded.claims
    },
    set demanded(claims) {
      demanded.claims = claims
    },
    async fetch(url, init) {
      const request = new Request(url, init)
      const { origin, pathname: path, search } = new URL(request.url)
      const form = Object.fromEntries(new URLSearchParams(new TextDecoder().decode(await request.arrayBuffer())))
      requests.push({ path, form })
      if (delayMs) await new Promise((resolve) => setTimeout(resolve, delayMs))
      if (origin !== AUTHORITY || search || init?.redirect !== 'manual') throw new TypeError('fetch failed')
      if (path === KEYS_PATH) return Response.json(jwks)
      try {
        if (url !== TOKEN_ENDPOINT || request.method !== 'POST' || !request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') || request.headers.has('authorization')) throw new Refused(404, 'invalid_request', 900_001, 'No such endpoint')
        return Response.json(await token(form), { headers: { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' } })
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        return Response.json(error.body, { status: error.status })
      }
    },
  }
}

/** The header of an assertion, for tests that look at it. */
export const headerOf = (assertion: string) => decodeProtectedHeader(assertion) as Readonly<Record<string, unknown>>
