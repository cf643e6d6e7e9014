// Credentials of a server at a stand-in that holds them to Entra's own rules.
import { SignJWT, exportPKCS8, generateKeyPair } from 'jose'
import { describe, expect, test } from 'vitest'
import { apiKey, clientCredentials, onBehalfOf } from '../../src/edge/index.ts'
import type { ApiKey, EntraClient } from '../../src/edge/index.ts'
import type { Fetch, TokenProvider, TokenRequest } from '../../src/index.ts'
import { AUTHORITY, CLIENT, TENANT, TOKEN_ENDPOINT, createEntra, headerOf } from './oauth/entra.ts'
import type { EntraStandIn, Registration } from './oauth/entra.ts'
import { expectNone } from './oauth/secrets.ts'

/** With what forms and JSON write otherwise. */
const SECRET = 'Fq~8Q+secret/of the=application&"x"'
const SCOPE = 'https://ai.azure.com/.default'
const ASK: TokenRequest = { scopes: [SCOPE], forceRefresh: false, signal: new AbortController().signal }

const clientOf = (entra: Pick<EntraStandIn, 'fetch'>, proof: Partial<EntraClient> = { secret: SECRET }): EntraClient => ({ tenant: TENANT, clientId: CLIENT, authority: AUTHORITY, fetch: entra.fetch, ...proof })
const answering = (answer: (form: URLSearchParams) => Response): Pick<EntraStandIn, 'fetch'> => ({ fetch: async (_, init) => answer(init?.body as URLSearchParams) })

async function failure(provider: TokenProvider, ask = ASK): Promise<unknown> {
  return (async () => provider(ask))().then(
    () => expect.unreachable('there is a token'),
    (error: unknown) => error,
  )
}

/** A key, and what stands for its certificate: Entra compares the thumbprint alone, and so does the stand-in. */
async function certificateOf(): Promise<{ readonly certificate: { privateKey: string; certificate: string }; readonly registered: NonNullable<Registration['certificate']> }> {
  const { privateKey, publicKey } = await generateKeyPair('PS256', { extractable: true })
  const der = crypto.getRandomValues(new Uint8Array(700))
  const base64 = btoa(String.fromCharCode(...der))
  const digest = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', der))))
  return {
    certificate: { privateKey: await exportPKCS8(privateKey), certificate: `-----BEGIN CERTIFICATE-----\n${(base64.match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n` },
    registered: { publicKey, thumbprint: digest.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') },
  }
}

describe('clientCredentials()', () => {
  for (const [name, secret] of Object.entries({ text: SECRET, function: (): string => SECRET, promise: async (): Promise<string> => SECRET })) {
    test(`gets a token by a secret that is a ${name}, and says when it expires`, async () => {
      const entra = await createEntra({ secret: SECRET })
      const before = Date.now()
      const answer = await clientCredentials(clientOf(entra, { secret }))(ASK)
      expect(answer).toEqual({ token: entra.issued[0]?.token, expiresOn: expect.any(Number) })
      const { expiresOn } = answer as { expiresOn: number }
      expect(expiresOn - before).toBeGreaterThanOrEqual(3_599_000)
      expect(expiresOn - Date.now()).toBeLessThanOrEqual(3_599_000)
      expect(entra.requests).toEqual([{ path: new URL(TOKEN_ENDPOINT).pathname, form: { grant_type: 'client_credentials', client_id: CLIENT, client_secret: SECRET, scope: SCOPE } }])
    })
  }

  test('asks for each secret and each assertion anew', async () => {
    let calls = 0
    const entra = await createEntra({ secret: SECRET })
    const provider = clientCredentials(clientOf(entra, { secret: () => (calls++ === 0 ? 'old' : SECRET) }))
    await failure(provider)
    await provider(ASK)
    expect(calls).toBe(2)
  })

  test('signs by a certificate as Entra wants it, each time another assertion', async () => {
    const { certificate, registered } = await certificateOf()
    const entra = await createEntra({ certificate: registered })
    const provider = clientCredentials(clientOf(entra, { certificate }))
    for (const _ of [1, 2]) expect(await provider(ASK)).toMatchObject({ token: entra.issued.at(-1)?.token })
    const [first = '', second = ''] = entra.requests.map(({ form }) => form['client_assertion'])
    expect(headerOf(first)).toEqual({ alg: 'PS256', typ: 'JWT', 'x5t#S256': registered.thumbprint })
    expect(first).not.toBe(second)
    expect(Object.keys(entra.requests[0]?.form ?? {}).sort()).toEqual(['client_assertion', 'client_assertion_type', 'client_id', 'grant_type', 'scope'])
  })

  test('reads PEM blocks out of what stands around them', async () => {
    const { certificate, registered } = await certificateOf()
    const entra = await createEntra({ certificate: registered })
    const around = (pem: string) => `Bag Attributes\r\n    localKeyID: 01\r\n${pem.replaceAll('\n', '\r\n')}\r\nBag Attributes\r\n`
    const provider = clientCredentials(clientOf(entra, { certificate: { privateKey: around(certificate.privateKey), certificate: around(certificate.certificate) } }))
    expect(await provider(ASK)).toMatchObject({ token: entra.issued[0]?.token })
  })

  test('is refused by the stand-in for another certificate', async () => {
    const [mine, other] = [await certificateOf(), await certificateOf()]
    const entra = await createEntra({ certificate: mine.registered })
    for (const certificate of [other.certificate, { ...mine.certificate, certificate: other.certificate.certificate }, { ...mine.certificate, privateKey: other.certificate.privateKey }]) {
      expect(await failure(clientCredentials(clientOf(entra, { certificate })))).toMatchObject({ code: 'token', message: expect.stringContaining('AADSTS700027') })
    }
  })

  test('hands over the assertion of another identity provider as it is', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const entra = await createEntra({ federated: { publicKey, issuer: 'https://token.actions.example', subject: 'repo:contoso/chat' } })
    const assert = async (subject: string) => new SignJWT({ iss: 'https://token.actions.example', sub: subject, aud: 'api://AzureADTokenExchange' }).setProtectedHeader({ alg: 'ES256' }).setExpirationTime('5m').sign(privateKey)
    const assertion = await assert('repo:contoso/chat')
    const { token } = (await clientCredentials(clientOf(entra, { assertion: () => assertion }))(ASK)) as { token: string }
    expect(token).toBe(entra.issued[0]?.token)
    expect(entra.requests[0]?.form['client_assertion']).toBe(assertion)
    const other = await assert('repo:eve/chat')
    const error = await failure(clientCredentials(clientOf(entra, { assertion: async () => other })))
    expect(error).toMatchObject({ code: 'token', message: `Cannot get a token from ${TOKEN_ENDPOINT}: it answered 400: invalid_request: AADSTS70021: No matching federated identity record found for presented assertion.` })
    expectNone(error, other)
  })

  test('passes claims on', async () => {
    const entra = await createEntra({ secret: SECRET })
    const claims = '{"access_token":{"xms_cc":{"values":["cp1"]}}}'
    await clientCredentials(clientOf(entra))({ ...ASK, claims })
    expect(entra.requests[0]?.form['claims']).toBe(claims)
  })

  test("tells Entra's code and words for a wrong secret, and neither the secret nor the trace", async () => {
    const entra = await createEntra({ secret: 'another' })
    const error = await failure(clientCredentials(clientOf(entra)))
    expect(error).toMatchObject({ name: 'ChatError', code: 'token' })
    expect(error).not.toHaveProperty('cause')
    expect((error as Error).message).toMatch(/^Cannot get a token from https:\/\/login\.example\/\S+: it answered 401: invalid_client: AADSTS7000215: Invalid client secret provided\. [^\r\n]+'\.$/)
    expectNone(error, SECRET)
  })

  test('is never asked for interaction, as nobody is there', async () => {
    const error = await failure(clientCredentials(clientOf(answering(() => Response.json({ error: 'interaction_required', claims: '{}' }, { status: 400 })))))
    expect(error).toMatchObject({ code: 'token', message: expect.stringContaining('interaction_required: no description') })
  })

  const echoes: Readonly<Record<string, (form: URLSearchParams) => Response>> = {
    'a description': (form) => Response.json({ error: 'invalid_client', error_description: `Wrong secret ${form.get('client_secret')} ` }, { status: 401 }),
    'the whole form': (form) => Response.json({ error: 'invalid_request', error_description: form.toString() }, { status: 400 }),
    'its error': (form) => Response.json({ error: form.get('client_secret') }, { status: 400 }),
    'the end of the words that are kept': (form) => Response.json({ error: 'e', error_description: `${'x'.repeat(280)}${form.get('client_secret')}` }, { status: 400 }),
    'what is no OAuth error': (form) => new Response(form.toString(), { status: 500 }),
    'an answer without a token': (form) => Response.json({ token_type: form.get('client_secret'), access_token: 7 }),
    'a token of another type': (form) => Response.json({ token_type: form.get('client_secret'), access_token: 'a' }),
  }
  for (const [name, answer] of Object.entries(echoes)) {
    test(`takes a secret out that Entra echoes in ${name}`, async () => {
      const error = await failure(clientCredentials(clientOf(answering(answer))))
      expect(error).toMatchObject({ code: 'token' })
      expect((error as Error).message.length).toBeLessThan(450)
      expectNone(error, SECRET)
    })
  }

  test('takes a secret out that a fetch of its own tells', async () => {
    const fetch: Fetch = async (url, init) => Promise.reject(new TypeError(`cannot send ${String(init?.body as URLSearchParams)} to ${url}`))
    const error = await failure(clientCredentials(clientOf({ fetch })))
    expect(error).toMatchObject({ code: 'token', message: expect.stringContaining('cannot send ') })
    expectNone(error, SECRET)
  })

  const odd: Readonly<Record<string, readonly [answer: () => Response, message: string]>> = {
    'a page with status 200': [() => new Response('<!doctype html><title>Sign in</title>', { headers: { 'content-type': 'text/html' } }), 'it answered 200: "response" content-type must be application/json'],
    'a page that says it is JSON': [() => new Response('<!doctype html>', { headers: { 'content-type': 'application/json' } }), 'it answered 200: failed to parse "response" body as JSON'],
    'a page with status 503': [() => new Response('<h1>Unavailable</h1>', { status: 503, headers: { 'content-type': 'text/html' } }), 'it answered 503: no reason that can be read'],
    'nothing': [() => new Response(null, { status: 500 }), 'it answered 500: no reason that can be read'],
    'a redirect': [() => new Response(null, { status: 302, headers: { location: 'https://evil.example/' } }), 'it answered 302: no reason that can be read'],
    'an outage that Entra explains': [() => Response.json({ error: 'temporarily_unavailable', error_description: 'AADSTS90033: A transient error has occurred.\r\nTrace ID: x' }, { status: 503 }), 'it answered 503: temporarily_unavailable: AADSTS90033: A transient error has occurred.'],
    'a refusal with a challenge': [() => Response.json({ error: 'invalid_client', error_description: 'AADSTS7000222: expired' }, { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }), 'it answered 401: invalid_client: AADSTS7000222: expired'],
    'an object without a token': [() => Response.json({ token_type: 'Bearer' }), 'it answered 200: "response" body "access_token" property must be a string'],
    'a list': [() => Response.json([]), 'it answered 200: "response" body must be a top level object'],
  }
  for (const [name, [answer, message]] of Object.entries(odd)) {
    test(`rejects where it is answered with ${name}`, async () => {
      let calls = 0
      const error = await failure(clientCredentials(clientOf(answering(() => (calls++, answer())))))
      expect(error).toMatchObject({ code: 'token', message: `Cannot get a token from ${TOKEN_ENDPOINT}: ${message}` })
      expect(calls).toBe(1)
    })
  }

  test('rejects where the endpoint cannot be reached', async () => {
    const error = await failure(clientCredentials(clientOf({ fetch: async () => Promise.reject(new TypeError('fetch failed')) })))
    expect(error).toMatchObject({ code: 'token', message: `Cannot get a token from ${TOKEN_ENDPOINT}: fetch failed` })
    expect(error).not.toHaveProperty('cause')
    expectNone(error, SECRET)
  })

  test('rejects by the reason of an abort, before and while it asks', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const hanging: Fetch = async (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error))
        controller.abort(reason)
      })
    expect(await failure(clientCredentials(clientOf({ fetch: hanging })), { ...ASK, signal: controller.signal })).toBe(reason)
    const body = new ReadableStream()
    const second = new AbortController()
    const stalling: Fetch = async () => {
      setTimeout(() => second.abort(reason), 0)
      return new Response(body, { status: 500 })
    }
    expect(await failure(clientCredentials(clientOf({ fetch: stalling })), { ...ASK, signal: second.signal })).toBe(reason)
  })

  test('calls fetch with members that every runtime knows, and no this', async () => {
    const entra = await createEntra({ secret: SECRET })
    let seen: readonly unknown[] = []
    const strict: Fetch = function (this: unknown, url, init) {
      seen = [this, url, Object.keys(init ?? {}).sort()]
      return entra.fetch(url, init)
    }
    await clientCredentials(clientOf({ fetch: strict }))(ASK)
    expect(seen).toEqual([undefined, TOKEN_ENDPOINT, ['body', 'headers', 'method', 'redirect', 'signal']])
  })

  test('finds the tenant behind an authority with a slash at its end', async () => {
    const entra = await createEntra({ secret: SECRET })
    await clientCredentials({ ...clientOf(entra), authority: `${AUTHORITY}/` })(ASK)
    expect(entra.issued).toHaveLength(1)
  })
})

describe.each([['clientCredentials', clientCredentials], ['onBehalfOf', onBehalfOf]] as const)('%s() refuses', (_, make) => {
  const entra = { fetch: async () => new Response() }
  const pem = { privateKey: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }
  const EXACTLY = 'Cannot get tokens as exactly one of secret, certificate and assertion must be named'
  const PEM = 'Cannot sign with the certificate as privateKey must be a PKCS#8 PEM text, not encrypted, and certificate a PEM text'
  const cases: Readonly<Record<string, readonly [proof: object, message: string]>> = {
    'no proof': [{}, EXACTLY],
    'a secret that is not set': [{ secret: undefined }, EXACTLY],
    'an empty secret': [{ secret: '' }, EXACTLY],
    'a secret and a certificate': [{ secret: SECRET, certificate: pem }, EXACTLY],
    'a secret and an assertion': [{ secret: SECRET, assertion: () => SECRET }, EXACTLY],
    'a certificate and an assertion': [{ certificate: pem, assertion: () => SECRET }, EXACTLY],
    'a key that is no PEM': [{ certificate: { ...pem, privateKey: SECRET } }, PEM],
    'a key of PKCS#1': [{ certificate: { ...pem, privateKey: pem.privateKey.replaceAll('PRIVATE', 'RSA PRIVATE') } }, PEM],
    'an encrypted key': [{ certificate: { ...pem, privateKey: pem.privateKey.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE') } }, PEM],
    'a key whose line ends were escaped': [{ certificate: { ...pem, privateKey: pem.privateKey.replaceAll('\n', '\\n') } }, PEM],
    'a key that is not set': [{ certificate: { ...pem, privateKey: undefined } }, PEM],
    'a certificate that is no PEM': [{ certificate: { ...pem, certificate: SECRET } }, PEM],
    'a certificate that is no base64': [{ certificate: { ...pem, certificate: pem.certificate.replace('AAAA', 'AAAAA') } }, PEM],
    'a certificate that is cut': [{ certificate: { ...pem, certificate: pem.certificate.slice(0, -3) } }, PEM],
    'no tenant': [{ secret: SECRET, tenant: undefined }, 'Cannot get tokens as tenant must be named: it is undefined'],
    'no client': [{ secret: SECRET, clientId: '' }, 'Cannot get tokens as clientId must be named: it is ""'],
    'an authority without https': [{ secret: SECRET, authority: 'http://login.example' }, 'Cannot get tokens as authority must be an https URL: it is "http://login.example"'],
    'an authority that only looks like loopback': [{ secret: SECRET, authority: 'http://127.0.0.1.evil.example' }, 'authority must be an https URL'],
    'an authority that hides behind loopback': [{ secret: SECRET, authority: 'http://localhost:80@evil.example' }, 'authority must be an https URL'],
  }
  for (const [name, [proof, message]] of Object.entries(cases)) {
    test(name, () => {
      let error: unknown
      try {
        make(clientOf(entra, proof))
      } catch (caught) {
        error = caught
      }
      expect(error).toMatchObject({ code: 'invalid-request', message: expect.stringContaining(message) })
      expectNone(error, SECRET, '-----BEGIN')
    })
  }
})

describe('clientCredentials() rejects, when first asked,', () => {
  test('a PEM text that holds no RSA key, without quoting it', async () => {
    const { certificate } = await certificateOf()
    const ec = await exportPKCS8((await generateKeyPair('ES256', { extractable: true })).privateKey)
    for (const privateKey of [`-----BEGIN PRIVATE KEY-----\n${btoa(SECRET)}\n-----END PRIVATE KEY-----`, ec, certificate.privateKey.split('\n').toSpliced(4, 1).join('\n')]) {
      const error = await failure(clientCredentials(clientOf({ fetch: async () => expect.unreachable() }, { certificate: { ...certificate, privateKey } })))
      expect(error).toMatchObject({ code: 'token', message: 'Cannot sign with the certificate as privateKey cannot be read as an RSA key' })
      expect(error).not.toHaveProperty('cause')
      expectNone(error, privateKey.split('\n')[1] ?? '', SECRET)
    }
  })

  test('a secret or assertion that is none, without quoting what it is', async () => {
    for (const [value, found] of [['', 'an empty one'], [undefined, 'undefined'], [{ secret: SECRET }, 'object']] as const) {
      for (const name of ['secret', 'assertion'] as const) {
        const error = await failure(clientCredentials(clientOf({ fetch: async () => expect.unreachable() }, { [name]: () => value })))
        expect(error).toMatchObject({ code: 'token', message: `Cannot get a token as the function ${name} must return a text: it returned ${found}` })
        expectNone(error, SECRET)
      }
    }
  })
})

describe('onBehalfOf()', () => {
  test('sends what Entra wants, and gets a token of the user', async () => {
    const entra = await createEntra({ secret: SECRET })
    const assertion = await entra.sign({ oid: 'ada' })
    const { kind, providerFor } = onBehalfOf(clientOf(entra))
    expect(kind).toBe('on-behalf-of')
    expect(await providerFor(assertion)(ASK)).toEqual({ token: entra.issued[0]?.token, expiresOn: expect.any(Number) })
    expect(entra.issued[0]?.oid).toBe('ada')
    expect(entra.requests[0]?.form).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      client_id: CLIENT,
      client_secret: SECRET,
      assertion,
      scope: SCOPE,
      requested_token_use: 'on_behalf_of',
    })
  })

  test('proves the application by a certificate, too', async () => {
    const { certificate, registered } = await certificateOf()
    const entra = await createEntra({ certificate: registered })
    await onBehalfOf(clientOf(entra, { certificate })).providerFor(await entra.sign())(ASK)
    expect(entra.issued).toHaveLength(1)
  })

  test('gets each user a token of their own', async () => {
    const entra = await createEntra({ secret: SECRET })
    const credential = onBehalfOf(clientOf(entra))
    const users = ['ada', 'bob']
    const tokens = await Promise.all(users.map(async (oid) => credential.providerFor(await entra.sign({ oid }))(ASK)))
    for (const [index, oid] of users.entries()) expect(entra.issued.find(({ token }) => token === (tokens[index] as { token: string }).token)?.oid).toBe(oid)
  })

  test('rejects with the claims that conditional access wants, and passes them on when asked again', async () => {
    const entra = await createEntra({ secret: SECRET })
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    entra.demanded = claims
    const assertion = await entra.sign()
    const provider = onBehalfOf(clientOf(entra)).providerFor(assertion)
    const error = await failure(provider)
    expect(error).toMatchObject({ code: 'interaction-required', claims, message: expect.stringContaining('who must sign in again: interaction_required: AADSTS50079: Due to') })
    expectNone(error, SECRET, assertion)
    await provider({ ...ASK, claims })
    expect(entra.requests.map(({ form }) => form['claims'])).toEqual([undefined, claims])
  })

  const wanted: Readonly<Record<string, object>> = {
    'a consent that is missing': { error: 'invalid_grant', suberror: 'consent_required', error_description: 'AADSTS65001: The user or administrator has not consented' },
    'consent_required': { error: 'consent_required' },
    'login_required': { error: 'login_required' },
    'a second factor': { error: 'invalid_grant', suberror: 'basic_action' },
  }
  for (const [name, body] of Object.entries(wanted)) {
    test(`rejects as interaction-required for ${name}`, async () => {
      const provider = onBehalfOf(clientOf(answering(() => Response.json(body, { status: 400 })))).providerFor('a.b.c')
      const error = await failure(provider)
      expect(error).toMatchObject({ code: 'interaction-required' })
      expect(error).not.toHaveProperty('claims')
    })
  }

  test('rejects as token where the assertion is not accepted, without quoting it', async () => {
    const [mine, other] = [await createEntra({ secret: SECRET }), await createEntra({ secret: SECRET })]
    const assertion = await other.sign()
    const error = await failure(onBehalfOf(clientOf(mine)).providerFor(assertion))
    expect(error).toMatchObject({ code: 'token', message: expect.stringContaining('invalid_grant: AADSTS50013: Assertion failed signature validation.') })
    expectNone(error, SECRET, assertion)
    const echoing = answering((form) => Response.json({ error: 'interaction_required', error_description: form.toString() }, { status: 400 }))
    expectNone(await failure(onBehalfOf(clientOf(echoing)).providerFor(assertion)), SECRET, assertion)
  })
})

describe('apiKey()', () => {
  test('gives its key, or what its function gets each time', async () => {
    let calls = 0
    const rolled = apiKey(async () => `key-${++calls}`)
    expect([await apiKey('k3y-0f-th3-r3s0urc3').get(), await rolled.get(), await rolled.get()]).toEqual(['k3y-0f-th3-r3s0urc3', 'key-1', 'key-2'])
  })

  test('shows its key in no log', () => {
    expectNone(apiKey('k3y-0f-th3-r3s0urc3'), 'k3y-0f-th3-r3s0urc3')
    expectNone(clientCredentials(clientOf({ fetch: async () => new Response() })), SECRET)
    expectNone(onBehalfOf(clientOf({ fetch: async () => new Response() })).providerFor('the.user.token'), SECRET, 'the.user.token')
  })

  const bad: Readonly<Record<string, readonly [key: unknown, found: string]>> = {
    'a line end': ['secret\n', 'another string'],
    'a line end and a header': ['secret\r\nx-evil: 1', 'another string'],
    'a space': ['sec ret', 'another string'],
    'a character beyond ASCII': ['secrét', 'another string'],
    'nothing': ['', 'another string'],
    'undefined': [undefined, 'undefined'],
    'an object': [{ key: 'secret' }, 'object'],
  }
  for (const [name, [key, found]] of Object.entries(bad)) {
    test(`refuses a key with ${name}, without quoting it`, async () => {
      const message = `Cannot use the API key as it is no string of visible ASCII: it is ${found}`
      const errors: unknown[] = []
      try {
        apiKey(key as string)
      } catch (error) {
        errors.push(error)
      }
      errors.push(await (async () => apiKey(() => key as string).get())().catch((error: unknown) => error))
      expect(errors).toMatchObject([{ code: 'invalid-request', message }, { code: 'token', message }])
      expectNone(errors, 'sec', 'x-evil')
    })
  }

  test('is a credential and no token provider', () => {
    const credential: ApiKey = apiKey('secret')
    expect(Object.keys(credential)).toEqual(['kind', 'get'])
  })
})
