/**
 * An application's registration in, what proves to Entra ID that it is the one out.
 * Runtimes: all that have WebCrypto. Imports: `../errors.ts`, jose, oauth4webapi.
 * @module
 */
import { base64url, importPKCS8 } from 'jose'
import type { CryptoKey } from 'jose'
import { ClientSecretPost, PrivateKeyJwt, modifyAssertion } from 'oauth4webapi'
import type { ClientAuth } from 'oauth4webapi'
import { ChatError } from '../errors.ts'
import type { Fetch } from '../transport/authorize.ts'

/** An application of Entra ID, and one way to prove that it is the one. */
export interface EntraClient {
  /** The tenant's id or domain. */
  readonly tenant: string
  /** The application's (client) id. */
  readonly clientId: string
  /** A client secret, or what gets it. */
  readonly secret?: string | (() => string | Promise<string>)
  /** A certificate of the application's, and its private key. */
  readonly certificate?: EntraCertificate
  /** Gets a token of another identity provider that the application trusts: a federated credential. */
  readonly assertion?: () => string | Promise<string>
  /** @defaultValue `'https://login.microsoftonline.com'` */
  readonly authority?: string
  /** The fetch for token requests. @defaultValue the runtime's own */
  readonly fetch?: Fetch
}

/** A certificate and its key, as PEM texts. */
export interface EntraCertificate {
  /** `-----BEGIN PRIVATE KEY-----`: PKCS#8, RSA, not encrypted. */
  readonly privateKey: string
  /** `-----BEGIN CERTIFICATE-----`, as it was uploaded to the application. */
  readonly certificate: string
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** The signature that Entra recommends for certificates. */
const ALGORITHM = 'PS256'

/**
 * Makes what proves the application's identity with each token request.
 *
 * @throws `ChatError` `invalid-request` where not exactly one proof is named, or the certificate is no PEM text.
 */
export function clientAuth({ secret, certificate, assertion }: EntraClient, tokenEndpoint: string): ClientAuth {
  if ([secret, certificate, assertion].filter(Boolean).length !== 1) {
    throw new ChatError('invalid-request', 'Cannot get tokens as exactly one of secret, certificate and assertion must be named')
  }
  if (secret) return async (as, client, body, headers) => ClientSecretPost(typeof secret === 'function' ? await secret() : secret)(as, client, body, headers)
  if (certificate) return certificateAuth(certificate, tokenEndpoint)
  return async (_as, { client_id: id }, body) => {
    body.set('client_id', id)
    body.set('client_assertion_type', ASSERTION_TYPE)
    body.set('client_assertion', (await assertion?.()) ?? '')
  }
}

/**
 * Signs an assertion for each request, with the thumbprint that tells Entra the certificate.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
function certificateAuth({ privateKey, certificate }: EntraCertificate, tokenEndpoint: string): ClientAuth {
  const der = /-----BEGIN CERTIFICATE-----([\w+/=\s]+)-----END CERTIFICATE-----/.exec(certificate)?.[1]
  if (!der || !privateKey.includes('-----BEGIN PRIVATE KEY-----')) {
    throw new ChatError('invalid-request', 'Cannot sign with the certificate as privateKey must be a PKCS#8 PEM text and certificate a PEM text')
  }
  let signer: Promise<ClientAuth> | undefined

  async function load(): Promise<ClientAuth> {
    const key: CryptoKey = await importPKCS8(privateKey, ALGORITHM)
    const bytes = Uint8Array.from(atob((der ?? '').replace(/\s+/g, '')), (char) => char.charCodeAt(0))
    const thumbprint = base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
    return PrivateKeyJwt(key, {
      [modifyAssertion](header, payload) {
        header['typ'] = 'JWT'
        header['x5t#S256'] = thumbprint
        // The library names the issuer, Entra wants its token endpoint.
        payload['aud'] = tokenEndpoint
      },
    })
  }

  return async (...request) => (await (signer ??= load()))(...request)
}
