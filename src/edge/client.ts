/**
 * An application's registration in, what proves to Entra ID that it is the one out.
 * Runtimes: all that have WebCrypto. Imports: `../errors.ts`, jose, oauth4webapi.
 * @module
 */
import { base64url, importPKCS8 } from 'jose'
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
  /** A client secret, or what gets it; called for each token request. */
  readonly secret?: string | (() => string | Promise<string>)
  /** A certificate of the application's, and its private key. */
  readonly certificate?: EntraCertificate
  /** Gets a token of another identity provider that the application trusts: a federated credential. Called for each token request. */
  readonly assertion?: () => string | Promise<string>
  /** Where the tenant is; https, but for loopback. @defaultValue `'https://login.microsoftonline.com'` */
  readonly authority?: string
  /** The fetch for token requests. @defaultValue the runtime's own */
  readonly fetch?: Fetch
}

/** A certificate and its key, as PEM texts; what stands around the blocks, as `openssl pkcs12` writes it, is left out. */
export interface EntraCertificate {
  /** `-----BEGIN PRIVATE KEY-----`: PKCS#8, RSA of 2048 bits or more, not encrypted. */
  readonly privateKey: string
  /** `-----BEGIN CERTIFICATE-----`, as it was uploaded to the application; the first one counts. */
  readonly certificate: string
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** The signature that Entra recommends for certificates. */
const ALGORITHM = 'PS256'

/**
 * Makes what proves the application's identity with each token request.
 *
 * @throws `ChatError` `invalid-request` where not exactly one proof is named, or the certificate is no PEM text; when used, `token` where
 * there is no proof to be had.
 */
export function clientAuth({ secret, certificate, assertion }: EntraClient, tokenEndpoint: string): ClientAuth {
  if ([secret, certificate, assertion].filter(Boolean).length !== 1) {
    throw new ChatError('invalid-request', 'Cannot get tokens as exactly one of secret, certificate and assertion must be named')
  }
  if (certificate) return certificateAuth(certificate, tokenEndpoint)
  if (secret) {
    return async (...request) => ClientSecretPost(proof('secret', typeof secret === 'function' ? await secret() : secret))(...request)
  }
  return async (_as, { client_id: id }, body) => {
    body.set('client_id', id)
    body.set('client_assertion_type', ASSERTION_TYPE)
    body.set('client_assertion', proof('assertion', await assertion?.()))
  }
}

/** Never quotes what it was given, which may be the secret in another form. */
function proof(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new ChatError('token', `Cannot get a token as the function ${name} must return a text: it returned ${value === '' ? 'an empty one' : typeof value}`)
  return value
}

/**
 * Signs an assertion for each request, with the thumbprint that tells Entra the certificate.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
function certificateAuth({ privateKey, certificate }: EntraCertificate, tokenEndpoint: string): ClientAuth {
  const key = blockOf('PRIVATE KEY', privateKey)
  const bytes = derOf(blockOf('CERTIFICATE', certificate))
  if (!key || !bytes) {
    throw new ChatError('invalid-request', 'Cannot sign with the certificate as privateKey must be a PKCS#8 PEM text, not encrypted, and certificate a PEM text')
  }
  let signer: ClientAuth | undefined

  async function load(): Promise<ClientAuth> {
    const thumbprint = base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes ?? new Uint8Array())))
    return PrivateKeyJwt(await importPKCS8(key ?? '', ALGORITHM), {
      [modifyAssertion](header, payload) {
        header['typ'] = 'JWT'
        header['x5t#S256'] = thumbprint
        // The library names the issuer, Entra wants its token endpoint.
        payload['aud'] = tokenEndpoint
      },
    })
  }

  return async (...request) => {
    // Without a cause: what runtimes say of a key that they cannot read is not the same anywhere.
    signer ??= await load().catch(() => {
      throw new ChatError('token', 'Cannot sign with the certificate as privateKey cannot be read as an RSA key')
    })
    await signer(...request)
  }
}

function blockOf(label: string, pem: string): string | undefined {
  return new RegExp(`-----BEGIN ${label}-----[A-Za-z\\d+/=\\s]+-----END ${label}-----`).exec(pem)?.[0]
}

function derOf(block: string | undefined): Uint8Array<ArrayBuffer> | undefined {
  try {
    return block === undefined ? undefined : Uint8Array.from(atob(block.replace(/-----[A-Z ]+-----|\s+/g, '')), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}
