// Credentials at a real OpenID provider over HTTP, and its tokens at an emulated resource.
import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { decodeJwt, decodeProtectedHeader, exportJWK } from 'jose'
import { generate } from 'selfsigned'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { apiKey, clientCredentials, onBehalfOf } from '../../src/edge/index.ts'
import type { EntraCertificate, EntraClient } from '../../src/edge/index.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { chat, connect } from '../../src/index.ts'
import type { TokenProvider, TokenRequest } from '../../src/index.ts'
import { AUTHORITY, CLIENT, TENANT, createEntra } from './oauth/entra.ts'
import { RESOURCE, startProvider } from './oauth/provider.ts'

const SECRET = 'Fq~8Q+secret/of the=application&"x"'
const SCOPE = `${RESOURCE}/.default`
const ASK: TokenRequest = { scopes: [SCOPE], forceRefresh: false, signal: new AbortController().signal }

async function certificateOf() {
  const made = await generate([{ name: 'commonName', value: 'chat-relay' }], { keyType: 'rsa', keySize: 2048, algorithm: 'sha256' })
  const certificate: EntraCertificate = { privateKey: made.private, certificate: made.cert }
  const { fingerprint256, publicKey } = new X509Certificate(made.cert)
  return { certificate, thumbprint: Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'), publicKey }
}

let provider: Awaited<ReturnType<typeof startProvider>>
let signer: Awaited<ReturnType<typeof certificateOf>>
beforeAll(async () => {
  signer = await certificateOf()
  provider = await startProvider({ secret: SECRET, certificate: { jwk: await exportJWK(signer.publicKey), thumbprint: signer.thumbprint } })
})
afterAll(() => provider.close())

const clientOf = (clientId: string, proof: Partial<EntraClient>): EntraClient => ({ tenant: TENANT, clientId, authority: provider.authority, ...proof })
const failure = async (provide: TokenProvider): Promise<Error> =>
  (async () => provide(ASK))().then(
    () => expect.unreachable('there is a token'),
    (error: Error) => error,
  )

function expectSecret(error: unknown, ...secrets: readonly string[]): void {
  for (const secret of secrets) expect(inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error) + String((error as Error).cause)).not.toContain(secret)
}

describe('a real OpenID provider', () => {
  test.each([
    ['a secret', 'by-secret', () => ({ secret: SECRET })],
    ['a secret that a function gets', 'by-secret', () => ({ secret: async () => SECRET })],
    ['a certificate', 'by-certificate', () => ({ certificate: signer.certificate })],
  ])('takes %s of clientCredentials() and gives a token that opens a resource', async (_, clientId, proof) => {
    const emulator = createEmulator({ trust: { issuer: provider.authority, jwks: provider.jwks } })
    const foundry = connect({ endpoint: 'https://c.services.ai.azure.com/api/projects/p', token: clientCredentials(clientOf(clientId, proof())), fetch: emulator.fetch })
    const before = provider.paths.length
    for (const _again of [1, 2]) expect((await chat(foundry, { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hi' }] })).text).not.toBe('')
    expect(provider.paths.slice(before)).toEqual([`POST /${TENANT}/oauth2/v2.0/token`])
    expect(emulator.calls.map(({ status }) => status)).toEqual([200, 200])
  })

  test('takes each assertion of a certificate, which is another each time', async () => {
    const provide = clientCredentials(clientOf('by-certificate', { certificate: signer.certificate }))
    for (const _ of [1, 2, 3]) {
      const { token, expiresOn } = (await provide(ASK)) as { token: string; expiresOn: number }
      expect(decodeJwt(token)).toMatchObject({ aud: RESOURCE, client_id: 'by-certificate', idtyp: 'app', exp: expect.closeTo(expiresOn / 1000, -1) })
    }
  })

  test.each([
    ['another secret', 'by-secret', async () => ({ secret: `${SECRET}!` })],
    ['another certificate', 'by-certificate', async () => ({ certificate: (await certificateOf()).certificate })],
    ['the key of one certificate with the text of another', 'by-certificate', async () => ({ certificate: { ...signer.certificate, certificate: (await certificateOf()).certificate.certificate } })],
    ['a client that it does not know', 'by-nobody', async () => ({ secret: SECRET })],
  ])('refuses %s, and the error tells its code and no secret', async (_, clientId, proof) => {
    const error = await failure(clientCredentials(clientOf(clientId, await proof())))
    expect(error).toMatchObject({ code: 'token', message: expect.stringMatching(/^Cannot get a token from http:\/\/127\.0\.0\.1:\d+\/\S+\/oauth2\/v2\.0\/token: it answered 401: invalid_client: \w/) })
    expectSecret(error, SECRET, encodeURIComponent(SECRET), signer.certificate.privateKey.slice(40, 80))
  })

  test('takes the assertion of onBehalfOf(), by secret and by certificate, and gives each user a token of their own', async () => {
    for (const [clientId, proof] of [['by-secret', { secret: SECRET }], ['by-certificate', { certificate: signer.certificate }]] as const) {
      const credential = onBehalfOf(clientOf(clientId, proof))
      const tokens = await Promise.all(['ada', 'bob'].map(async (user) => credential.providerFor(await provider.userToken(user, clientId))(ASK)))
      expect(tokens.map((answer) => decodeJwt((answer as { token: string }).token).sub)).toEqual(['ada', 'bob'])
    }
  })

  test("refuses a user's token that is for another application", async () => {
    const assertion = await provider.userToken('ada', 'by-certificate')
    const error = await failure(onBehalfOf(clientOf('by-secret', { secret: SECRET })).providerFor(assertion))
    expect(error).toMatchObject({ code: 'token', message: expect.stringContaining('it answered 400: invalid_grant: ') })
    expectSecret(error, SECRET, assertion)
  })
})

describe('a certificate as Entra reads it', () => {
  test('is named by the SHA-256 of its DER, as Node computes it', async () => {
    const publicKey = await crypto.subtle.importKey('spki', signer.publicKey.export({ type: 'spki', format: 'der' }), { name: 'RSA-PSS', hash: 'SHA-256' }, true, ['verify'])
    const entra = await createEntra({ certificate: { publicKey, thumbprint: signer.thumbprint } })
    const client: EntraClient = { tenant: TENANT, clientId: CLIENT, authority: AUTHORITY, certificate: signer.certificate, fetch: entra.fetch }
    await clientCredentials(client)(ASK)
    expect(decodeProtectedHeader(entra.requests[0]?.form['client_assertion'] ?? '')).toEqual({ alg: 'PS256', typ: 'JWT', 'x5t#S256': signer.thumbprint })
  })
})

describe('an endpoint that is no token endpoint', () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      server.close()
    }
  })

  async function served(answer: (response: ServerResponse) => unknown): Promise<string> {
    const server = createServer((_, response) => answer(response))
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const ask = async (authority: string) => failure(clientCredentials({ tenant: TENANT, clientId: 'c', secret: SECRET, authority }))

  test('is not followed to where it redirects, which would get the secret', async () => {
    const reached: string[] = []
    const target = await served((response) => {
      reached.push('reached')
      response.end('{}')
    })
    for (const status of [301, 302, 307, 308]) {
      const error = await ask(await served((response) => response.writeHead(status, { location: `${target}/token` }).end()))
      expect(error).toMatchObject({ code: 'token', message: expect.stringContaining(`it answered ${status}: no reason that can be read`) })
      expectSecret(error, SECRET)
    }
    expect(reached).toEqual([])
  })

  test('is told as not reached where nobody listens', async () => {
    const authority = await served(() => {})
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
    const error = await ask(authority)
    expect(error).toMatchObject({ code: 'token', message: `Cannot get a token from ${authority}/${TENANT}/oauth2/v2.0/token: fetch failed` })
    expectSecret(error, SECRET)
  })

  test('is told by its status where it answers with a page', async () => {
    const error = await ask(await served((response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>')))
    expect(error).toMatchObject({ code: 'token', message: expect.stringContaining('it answered 200: "response" content-type must be application/json') })
  })
})

test('a console and JSON show no secret of a credential', () => {
  const client = { tenant: TENANT, clientId: 'c', secret: 'the-secret' }
  for (const credential of [apiKey('the-secret'), clientCredentials(client), onBehalfOf(client), onBehalfOf(client).providerFor('the-secret')]) {
    const shown = [inspect(credential, { depth: 10, showHidden: true }), JSON.stringify(credential), String(credential)]
    for (const text of shown) expect(text ?? '').not.toContain('the-secret')
  }
})
