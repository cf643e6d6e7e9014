// Entra ID's tokens as the callers' own: whose pass, and what is refused, and why.
import { SignJWT, exportJWK, exportSPKI, generateKeyPair, importJWK } from 'jose'
import type { CryptoKey } from 'jose'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { entraTokens } from '../../src/edge/index.ts'
import type { EntraTokensOptions } from '../../src/edge/index.ts'
import type { Fetch } from '../../src/index.ts'
import { AUTHORITY, CLIENT, ISSUER, KEYS_PATH, TENANT, createEntra } from './oauth/entra.ts'
import type { EntraStandIn } from './oauth/entra.ts'
import { expectRefused, forge, gateOf } from './oauth/gate.ts'
import type { Gate } from './oauth/gate.ts'

const OTHER_TENANT = '00000000-0000-4000-8000-00000000000e'
const MINUTE = 60_000

let entra: EntraStandIn
beforeAll(async () => {
  entra = await createEntra({})
})
beforeEach(() => {
  entra.requests.length = 0
})
afterEach(() => {
  vi.useRealTimers()
})

const options = (more: object = {}): EntraTokensOptions => ({ tenants: [TENANT], audience: [CLIENT, 'api://chat-relay'], scope: 'Chat.Use', role: 'Chat.App', authority: AUTHORITY, fetch: entra.fetch, ...more })
const gate = (more?: object): Gate => gateOf(entraTokens(options(more)))
const seconds = (from = 0): number => Math.floor(Date.now() / 1000) + from
const asked = (token: string) => new Request('https://relay.example/', { headers: { authorization: `Bearer ${token}` } })

describe('entraTokens()', () => {
  test('lets in a user by a token of version 2, and hands it on', async () => {
    const token = await entra.sign()
    expect(await entraTokens(options())(asked(token))).toEqual({ subject: `${TENANT}.ada`, assertion: token })
    expect((await gate()(`Bearer ${token}`)).status).toBe(200)
  })

  test('lets in a user by a token of version 1', async () => {
    const token = await entra.sign({ ver: '1.0', iss: `https://sts.windows.net/${TENANT}/`, aud: 'api://chat-relay', azp: undefined, appid: 'page' })
    expect((await gate()(`Bearer ${token}`)).status).toBe(200)
  })

  test('lets in one of several scopes, and the role of a user or of an application without a scope', async () => {
    for (const claims of [{ scp: 'User.Read Chat.Use' }, { scp: 'User.Read', roles: ['Other', 'Chat.App'] }, { scp: undefined, roles: ['Chat.App'], idtyp: 'app', sub: 'app', oid: 'app' }]) {
      expect((await gate()(`Bearer ${await entra.sign(claims)}`)).status).toBe(200)
    }
  })

  test('tells users of no oid by their sub, and users of two tenants apart', async () => {
    const authorize = entraTokens(options({ tenants: [TENANT, OTHER_TENANT], fetch: async () => Response.json(entra.jwks) }))
    const subjects = []
    for (const claims of [{ oid: undefined }, { tid: OTHER_TENANT, iss: `${AUTHORITY}/${OTHER_TENANT}/v2.0` }]) subjects.push((await authorize(asked(await entra.sign(claims))))?.subject)
    expect(subjects).toEqual([`${TENANT}.pairwise`, `${OTHER_TENANT}.ada`])
  })

  test('asks for the keys once for many calls, without a token', async () => {
    const seen: (readonly [string, readonly string[], string | null])[] = []
    const fetch: Fetch = async (url, init) => {
      seen.push([url, Object.keys(init ?? {}).sort(), new Headers(init?.headers).get('authorization')])
      return entra.fetch(url, init)
    }
    const open = gate({ fetch })
    for (let call = 0; call < 5; call++) expect((await open(`Bearer ${await entra.sign()}`)).status).toBe(200)
    expect(seen).toEqual([[AUTHORITY + KEYS_PATH, ['headers', 'method', 'redirect', 'signal'], null]])
  })

  test('takes clocks to differ by a minute', async () => {
    for (const claims of [{ exp: seconds(-50) }, { nbf: seconds(50) }]) expect((await gate()(`Bearer ${await entra.sign(claims)}`)).status).toBe(200)
  })

  test('reads its clock from its options', async () => {
    const token = await entra.sign()
    await expectRefused(await gate({ now: () => Date.now() + 62 * MINUTE })(`Bearer ${token}`), 401, 'invalid_token', 'The token has expired', token)
  })
})

describe('entraTokens() refuses with 401', () => {
  test('no token', async () => {
    await expectRefused(await gate()(), 401, 'invalid_token', 'There is no token')
  })

  test('two tokens in one header', async () => {
    const [one, two] = [await entra.sign(), await entra.sign()]
    await expectRefused(await gate()(`Bearer ${one}, Bearer ${two}`), 401, 'invalid_token', 'must hold one bearer token', one)
  })

  test('another scheme', async () => {
    const token = await entra.sign()
    for (const scheme of ['Basic', 'DPoP', '']) await expectRefused(await gate()(`${scheme} ${token}`.trim()), 401, 'invalid_token', 'must hold one bearer token', token)
  })

  const claims: Readonly<Record<string, readonly [claims: () => object, message: string]>> = {
    'a token that has expired': [() => ({ exp: seconds(-61) }), 'The token has expired'],
    'a token that is not valid yet': [() => ({ nbf: seconds(65) }), "The token's nbf is not accepted"],
    'a token for another audience': [() => ({ aud: 'https://graph.microsoft.com' }), "The token's aud is not accepted"],
    'a token of another issuer': [() => ({ iss: `https://evil.example/${TENANT}/v2.0` }), "The token's iss is not accepted"],
    'a token whose issuer is of another tenant than its tid': [() => ({ iss: `${AUTHORITY}/${OTHER_TENANT}/v2.0` }), "The token's iss is not accepted"],
    'a token of version 1 whose issuer is of another tenant': [() => ({ iss: `https://sts.windows.net/${OTHER_TENANT}/` }), "The token's iss is not accepted"],
    'a token without exp': [() => ({ exp: undefined }), "The token's exp is not accepted"],
    'a token of nobody': [() => ({ sub: undefined, oid: undefined }), "The token's sub is not accepted"],
    'an ID token of the same application, also with a role': [() => ({ azp: undefined, scp: undefined, roles: ['Chat.App'], nonce: 'n' }), 'The token is no access token'],
  }
  for (const [name, [make, message]] of Object.entries(claims)) {
    test(name, async () => {
      const token = await entra.sign(make())
      const open = gate({ tenants: [TENANT, OTHER_TENANT] })
      await expectRefused(await open(`Bearer ${token}`), 401, 'invalid_token', message, token)
      // Without that it is let in.
      expect((await open(`Bearer ${await entra.sign()}`)).status).toBe(200)
    })
  }

  test('a tenant that is not in the list, without asking for its keys', async () => {
    const open = gate()
    for (const tid of [OTHER_TENANT, undefined, 7, `${TENANT}/../${OTHER_TENANT}`, TENANT.toUpperCase()]) {
      const token = await entra.sign({ tid, iss: `${AUTHORITY}/${String(tid)}/v2.0` })
      await expectRefused(await open(`Bearer ${token}`), 401, 'invalid_token', 'The token is of no tenant that is accepted', token)
    }
    expect(entra.requests).toEqual([])
  })

  test('a signature of another key', async () => {
    const token = await (await createEntra({})).sign()
    await expectRefused(await gate()(`Bearer ${token}`), 401, 'invalid_token', 'The token is not accepted', token)
  })

  test('claims that were changed after signing', async () => {
    const [header, payload = '', signature] = (await entra.sign({ scp: 'User.Read' })).split('.')
    const changed = forge({}, { ...(JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as object), scp: 'Chat.Use' }).split('.')[1]
    await expectRefused(await gate()(`Bearer ${header}.${changed}.${signature}`), 401, 'invalid_token', 'The token is not accepted', `${changed}`)
  })

  const payload = () => ({ iss: ISSUER, aud: CLIENT, sub: 's', oid: 'eve', tid: TENANT, azp: 'page', scp: 'Chat.Use', exp: seconds(600) })

  test('what nobody has signed', async () => {
    for (const alg of ['none', 'NONE']) {
      const token = forge({ alg, typ: 'JWT', kid: 'e1' }, payload(), 'AAAA')
      await expectRefused(await gate()(`Bearer ${token}`), 401, 'invalid_token', 'The token is not accepted', token)
    }
    await expectRefused(await gate()(`Bearer ${forge({ alg: 'none', kid: 'e1' }, payload())}`), 401, 'invalid_token', 'The token is not accepted')
  })

  test('HS256 by the public key as if it were a secret', async () => {
    const [jwk] = entra.jwks.keys
    const pem = await exportSPKI((await importJWK({ ...jwk, ext: true }, 'RS256', { extractable: true })) as CryptoKey)
    for (const secret of [pem, pem.trim(), JSON.stringify(jwk), JSON.stringify(entra.jwks), jwk?.n ?? '']) {
      const token = await new SignJWT(payload()).setProtectedHeader({ alg: 'HS256', kid: 'e1', typ: 'JWT' }).sign(new TextEncoder().encode(secret))
      await expectRefused(await gate()(`Bearer ${token}`), 401, 'invalid_token', 'The token is not accepted', token)
    }
  })

  test('another algorithm than RS256, even of a key that the tenant has', async () => {
    const { privateKey, publicKey } = await generateKeyPair('PS256', { extractable: true })
    const token = await new SignJWT(payload()).setProtectedHeader({ alg: 'PS256', kid: 'p1', typ: 'JWT' }).sign(privateKey)
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'p1' }] }
    await expectRefused(await gate({ fetch: async () => Response.json(jwks) })(`Bearer ${token}`), 401, 'invalid_token', 'The token is not accepted', token)
  })

  test('a key that the token brings along', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
    const jwk = await exportJWK(publicKey)
    const token = await new SignJWT(payload()).setProtectedHeader({ alg: 'RS256', kid: 'e1', jwk, jku: 'https://evil.example/keys' }).sign(privateKey)
    await expectRefused(await gate()(`Bearer ${token}`), 401, 'invalid_token', 'The token is not accepted', token)
    expect(entra.requests.map(({ path }) => path)).toEqual([KEYS_PATH])
  })

  test('what is no JWT', async () => {
    for (const token of ['secret-key-0123456789abcdef', 'a.b.c', 'a.b.c.d.e', forge({}, {}), forge({ alg: 'RS256' }, [])]) await expectRefused(await gate()(`Bearer ${token}`), 401, 'invalid_token', 'The token is', token)
    expect(entra.requests).toEqual([])
  })

  test('a kid that is not known, after asking for the keys once more, and not more often than every 30 s', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const open = gate()
    expect((await open(`Bearer ${await entra.sign()}`)).status).toBe(200)
    const unknown = await entra.sign({}, { kid: 'e2' })
    const refuse = async () => expectRefused(await open(`Bearer ${unknown}`), 401, 'invalid_token', 'The token is not accepted', unknown)
    for (const [afterMs, requests] of [[1000, 1], [28_000, 1], [2000, 2], [1000, 2], [28_000, 2], [2000, 3]] as const) {
      vi.setSystemTime(Date.now() + afterMs)
      await refuse()
      expect(entra.requests).toHaveLength(requests)
    }
    // Those that are known are not asked for meanwhile.
    expect((await open(`Bearer ${await entra.sign()}`)).status).toBe(200)
    expect(entra.requests).toHaveLength(3)
  })

  test('a key that the tenant has taken back, and lets in the one that came for it', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const next = await createEntra({})
    let keys = entra.jwks
    const open = gate({ fetch: async () => Response.json(keys) })
    expect((await open(`Bearer ${await entra.sign()}`)).status).toBe(200)
    keys = { keys: next.jwks.keys.map((key) => ({ ...key, kid: 'e2' })) }
    vi.setSystemTime(Date.now() + 31_000)
    expect((await open(`Bearer ${await next.sign({}, { kid: 'e2' })}`)).status).toBe(200)
    expect((await open(`Bearer ${await entra.sign()}`)).status).toBe(401)
  })
})

describe('entraTokens() refuses with 403', () => {
  const LACK = 'Cannot serve a token without the scope Chat.Use or the role Chat.App'
  const claims: Readonly<Record<string, object>> = {
    'neither scope nor role': { scp: undefined },
    'other scopes and roles': { scp: 'User.Read', roles: ['Other'] },
    'a scope that only begins alike': { scp: 'Chat.Use.All Chat.UseX' },
    'a scope in the place of a role, and a role in that of a scope': { scp: 'Chat.App', roles: ['Chat.Use'] },
    'a scope that is no text': { scp: ['Chat.Use'] },
    'an app-only token without the role': { scp: undefined, idtyp: 'app' },
  }
  for (const [name, changed] of Object.entries(claims)) {
    test(name, async () => {
      const token = await entra.sign(changed)
      await expectRefused(await gate()(`Bearer ${token}`), 403, 'insufficient_scope', LACK, token)
    })
  }

  test('what it does not ask for', async () => {
    const token = await entra.sign({ scp: undefined, roles: ['Chat.App'] })
    await expectRefused(await gate({ role: undefined })(`Bearer ${token}`), 403, 'insufficient_scope', 'Cannot serve a token without the scope Chat.Use$', token)
    const scoped = await entra.sign({ scp: 'Chat.Use undefined', roles: [] })
    await expectRefused(await gate({ scope: undefined })(`Bearer ${scoped}`), 403, 'insufficient_scope', 'Cannot serve a token without the role Chat.App$', scoped)
  })
})

describe('entraTokens() answers 503, as it is not the fault of the token, where the keys', () => {
  const answers: Readonly<Record<string, () => Response | Promise<Response>>> = {
    'cannot be reached': () => Promise.reject(new TypeError('fetch failed')),
    'time out': () => Promise.reject(new DOMException('too late', 'TimeoutError')),
    'are answered with 500': () => new Response('', { status: 500 }),
    'are answered with a page': () => new Response('<!doctype html>'),
    'are no key set': () => Response.json({ keys: 'none' }),
    'are behind a redirect': () => new Response(null, { status: 302, headers: { location: 'https://evil.example/keys' } }),
    'cannot be read': () => Response.json({ keys: [{ kty: 'RSA', kid: 'e1', alg: 'RS256', use: 'sig', n: 'AQ', e: '' }] }),
  }
  for (const [name, answer] of Object.entries(answers)) {
    test(name, async () => {
      let failing = true
      const fetch: Fetch = async (url, init) => (failing ? answer() : entra.fetch(url, init))
      const open = gate({ fetch })
      const token = await entra.sign()
      const response = await open(`Bearer ${token}`)
      expect(response.headers.get('retry-after')).toBe('5')
      await expectRefused(response, 503, 'keys_unavailable', 'Cannot check the token as the keys of its tenant cannot be had', token)
      failing = false
      if (name !== 'cannot be read') expect((await open(`Bearer ${token}`)).status).toBe(200)
    })
  }
})

describe('entraTokens() cannot be made', () => {
  const cases: Readonly<Record<string, object>> = {
    'without a tenant': { tenants: [] },
    'with a tenant that is not set': { tenants: [TENANT, undefined] },
    'without an audience': { audience: [] },
    'with an audience that is not set': { audience: undefined },
    'with an empty audience': { audience: '' },
    'without scope and role': { scope: undefined, role: '' },
  }
  for (const [name, more] of Object.entries(cases)) {
    test(name, () => {
      expect(() => entraTokens(options(more))).toThrow('Cannot judge Entra tokens as tenants and an audience must be named, and a scope or a role')
    })
  }
})
