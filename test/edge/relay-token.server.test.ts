// Tokens for a relay: what they say, which keys they need, and what passes for one.
import { SignJWT, decodeJwt, decodeProtectedHeader, exportJWK, exportSPKI, generateKeyPair, importJWK } from 'jose'
import type { JWTHeaderParameters } from 'jose'
import { describe, expect, test } from 'vitest'
import { mintRelayToken, relayTokens } from '../../src/edge/index.ts'
import type { RelayGrant, RelayKey } from '../../src/edge/index.ts'
import { expectRefused, forge, gateOf } from './oauth/gate.ts'

const AUDIENCE = 'https://relay.example'
const NOW = 1_790_000_000_000
const SECONDS = NOW / 1000
const CLAIMS = { iss: 'keyless-chat', aud: AUDIENCE, sub: 'ada', iat: SECONDS, exp: SECONDS + 600, jti: 'j1' }

function secretKey(kid: string, bytes = 32, alg = 'HS256'): RelayKey {
  return { kty: 'oct', kid, alg, k: btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes)))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') }
}

async function keyPair(kid: string, alg: string): Promise<{ readonly whole: RelayKey; readonly half: RelayKey; readonly pem: string }> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { whole: { ...(await exportJWK(privateKey)), kid, alg }, half: { ...(await exportJWK(publicKey)), kid, alg }, pem: await exportSPKI(publicKey) }
}

const optionsFor = (...keys: readonly RelayKey[]) => ({ keys, audience: AUDIENCE, now: () => NOW })
const mint = async (key: RelayKey, grant: Partial<RelayGrant> = {}, options: object = {}) => (await mintRelayToken({ ...optionsFor(key), ...options }, { subject: 'ada', ...grant })).token
const asked = (token: string) => new Request('https://relay.example/', { headers: { authorization: `Bearer ${token}` } })

async function sign(key: RelayKey, claims: object = CLAIMS, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'relay+jwt', ...header }).sign(await importJWK(key, header.alg ?? key.alg))
}

describe('mintRelayToken() and relayTokens()', () => {
  const KEYS: Readonly<Record<string, () => Promise<RelayKey>>> = {
    HS256: async () => secretKey('k'),
    HS512: async () => secretKey('k', 64, 'HS512'),
    ES256: async () => (await keyPair('k', 'ES256')).whole,
    EdDSA: async () => (await keyPair('k', 'EdDSA')).whole,
    PS256: async () => (await keyPair('k', 'PS256')).whole,
  }
  for (const [alg, make] of Object.entries(KEYS)) {
    test(`agree on ${alg} where both have the whole key`, async () => {
      const key = await make()
      const { token, expiresOn } = await mintRelayToken(optionsFor(key), { subject: 'ada', origin: 'https://app.example', deployments: ['chat'], tokens: 20_000, lifetimeSeconds: 60 })
      expect(expiresOn).toEqual(new Date(NOW + 60_000))
      expect(decodeProtectedHeader(token)).toEqual({ alg, kid: 'k', typ: 'relay+jwt' })
      const { jti } = decodeJwt(token)
      const authorize = relayTokens(optionsFor(key))
      const caller = { subject: 'ada', origin: 'https://app.example', deployments: ['chat'], budget: { id: jti, tokens: 20_000, expiresAt: NOW + 60_000 } }
      // Twice, as the key is kept after the first.
      for (const _ of [1, 2]) expect(await authorize(asked(token))).toEqual(caller)
    })
  }

  test('agree where the relay has public halves alone, which say that they verify', async () => {
    for (const alg of ['ES256', 'EdDSA']) {
      const { whole, half } = await keyPair('k', alg)
      const token = await mint({ ...whole, key_ops: ['sign'], use: 'sig' })
      expect(await relayTokens(optionsFor({ ...half, key_ops: ['verify'] }))(asked(token))).toEqual({ subject: 'ada' })
      // A private half that is for signing alone has a public one all the same.
      expect(await relayTokens(optionsFor({ ...whole, key_ops: ['sign'] }))(asked(token))).toEqual({ subject: 'ada' })
    }
  })

  test('live for ten minutes and say nothing that was not granted', async () => {
    expect(decodeJwt(await mint(secretKey('k')))).toEqual({ ...CLAIMS, jti: expect.stringMatching(/^[\da-f-]{36}$/) })
  })

  test('rotate by kid: the old key verifies until it is taken out', async () => {
    const [old, fresh] = [secretKey('2026-10'), await keyPair('2026-11', 'ES256')]
    const [before, after] = [await mint(old), (await mintRelayToken(optionsFor(fresh.whole, old), { subject: 'ada' })).token]
    expect(decodeProtectedHeader(after).kid).toBe('2026-11')
    const both = gateOf(relayTokens(optionsFor(fresh.half, old)))
    expect([(await both(`Bearer ${before}`)).status, (await both(`Bearer ${after}`)).status]).toEqual([200, 200])
    const one = gateOf(relayTokens(optionsFor(fresh.half)))
    expect((await one(`Bearer ${after}`)).status).toBe(200)
    await expectRefused(await one(`Bearer ${before}`), 401, 'invalid_token', 'The token is not accepted', before)
  })

  test('last until exp, and no longer than clocks differ', async () => {
    const key = secretKey('k')
    const { token } = await mintRelayToken(optionsFor(key), { subject: 'ada', lifetimeSeconds: 60 })
    let now = NOW
    const gate = gateOf(relayTokens({ ...optionsFor(key), now: () => now }))
    const at = async (seconds: number) => {
      now = NOW + seconds * 1000
      return (await gate(`Bearer ${token}`)).status
    }
    expect([await at(0), await at(64), await at(66)]).toEqual([200, 200, 401])
  })
})

describe('relayTokens() refuses', () => {
  const key = secretKey('k')
  const gate = gateOf(relayTokens(optionsFor(key)))

  test('a request without a token', async () => {
    await expectRefused(await gate(), 401, 'invalid_token', 'There is no token')
  })

  test('another scheme, two tokens, and what is no token', async () => {
    const token = await sign(key)
    for (const authorization of [`Basic ${token}`, token, `Bearer ${token}, Bearer ${token}`, `Bearer ${token} ${token}`, 'Bearer', `Bearer "${token}"`]) {
      await expectRefused(await gate(authorization), 401, 'invalid_token', 'The authorization header must hold one bearer token', token)
    }
    for (const garbage of ['a', 'a.b.c', 'a.b.c.d.e', '..']) await expectRefused(await gate(`Bearer ${garbage}`), 401, 'invalid_token', 'The token is not accepted')
  })

  const claims: Readonly<Record<string, readonly [claims: object, message: string]>> = {
    'one that has expired': [{ exp: SECONDS - 6 }, 'The token has expired'],
    'one for another audience': [{ aud: 'https://other.example' }, "The token's aud is not accepted"],
    'one of another issuer': [{ iss: 'https://login.example' }, "The token's iss is not accepted"],
    'one that was made an hour ago, whatever its exp': [{ iat: SECONDS - 3606, exp: SECONDS + 600 }, 'The token has expired'],
    'one that will be made': [{ iat: SECONDS + 6 }, "The token's iat is not accepted"],
    'one that is not valid yet': [{ nbf: SECONDS + 6 }, "The token's nbf is not accepted"],
    'one without sub': [{ sub: undefined }, "The token's sub is not accepted"],
    'one without exp': [{ exp: undefined }, "The token's exp is not accepted"],
    'one without iat': [{ iat: undefined }, "The token's iat is not accepted"],
    'one without jti': [{ jti: undefined }, "The token's jti is not accepted"],
    'one without aud': [{ aud: undefined }, "The token's aud is not accepted"],
    'one without iss': [{ iss: undefined }, "The token's iss is not accepted"],
    'an empty sub': [{ sub: '' }, 'The token is not accepted'],
    'a sub that is no text': [{ sub: 7 }, 'The token is not accepted'],
    'an origin that is no text': [{ origin: null }, 'The token is not accepted'],
    'deployments that are no list': [{ deployments: 'chat' }, 'The token is not accepted'],
    'deployments that are no names': [{ deployments: [1] }, 'The token is not accepted'],
    'a budget that is no number': [{ tokens: null }, 'The token is not accepted'],
    'a budget below 0': [{ tokens: -1 }, 'The token is not accepted'],
  }
  for (const [name, [changed, message]] of Object.entries(claims)) {
    test(name, async () => {
      const token = await sign(key, { ...CLAIMS, ...changed })
      await expectRefused(await gate(`Bearer ${token}`), 401, 'invalid_token', message, token)
      // The same one without that is let in.
      expect((await gate(`Bearer ${await sign(key)}`)).status).toBe(200)
    })
  }

  test('another JWT of the same key, with another typ or none', async () => {
    for (const typ of ['JWT', 'at+jwt', undefined]) {
      const token = await sign(key, CLAIMS, typ === undefined ? { typ: undefined as unknown as string } : { typ })
      await expectRefused(await gate(`Bearer ${token}`), 401, 'invalid_token', "The token's typ is not accepted", token)
    }
  })

  test('a kid that is none of its keys, and no kid', async () => {
    for (const kid of ['other', undefined]) {
      const token = await sign(key, CLAIMS, { kid: kid as string })
      await expectRefused(await gate(`Bearer ${token}`), 401, 'invalid_token', 'The token is not accepted', token)
    }
  })

  test('a signature of another key with the same kid', async () => {
    const token = await sign(secretKey('k'))
    await expectRefused(await gate(`Bearer ${token}`), 401, 'invalid_token', 'The token is not accepted', token)
  })

  test('claims that were changed after signing', async () => {
    const [header, , signature] = (await sign(key)).split('.')
    const token = `${header}.${forge({}, { ...CLAIMS, sub: 'eve' }).split('.')[1]}.${signature}`
    await expectRefused(await gate(`Bearer ${token}`), 401, 'invalid_token', 'The token is not accepted', token)
  })

  test('what nobody has signed', async () => {
    for (const alg of ['none', 'None', '']) {
      const token = forge({ alg, kid: 'k', typ: 'relay+jwt' }, CLAIMS)
      for (const one of [token, `${token}AAAA`]) await expectRefused(await gate(`Bearer ${one}`), 401, 'invalid_token', 'The (token is not accepted|authorization header)', one)
    }
  })

  test('the kid of one key with the algorithm of another', async () => {
    const ec = await keyPair('ec', 'ES256')
    const both = gateOf(relayTokens(optionsFor(ec.whole, key)))
    for (const token of [await sign(key, CLAIMS, { kid: 'ec' }), await sign(ec.whole, CLAIMS, { kid: 'k' })]) {
      await expectRefused(await both(`Bearer ${token}`), 401, 'invalid_token', 'The token is not accepted', token)
    }
    // A key is for one algorithm, also where it could serve another.
    const long = secretKey('k', 64)
    const token = await sign(long, CLAIMS, { alg: 'HS512' })
    await expectRefused(await gateOf(relayTokens(optionsFor(long)))(`Bearer ${token}`), 401, 'invalid_token', 'The token is not accepted', token)
  })

  test('what was signed by a public key as if it were a secret', async () => {
    const { half, pem } = await keyPair('ec', 'ES256')
    const { kid: _kid, alg: _alg, ...bare } = half
    const ecGate = gateOf(relayTokens(optionsFor(half)))
    for (const secret of [JSON.stringify(half), JSON.stringify(bare), pem, pem.trim()]) {
      const token = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256', kid: 'ec', typ: 'relay+jwt' }).sign(new TextEncoder().encode(secret))
      await expectRefused(await ecGate(`Bearer ${token}`), 401, 'invalid_token', 'The token is not accepted', token)
    }
  })
})

describe('relayTokens() and mintRelayToken() refuse, without quoting a key,', () => {
  const good = secretKey('k')
  const SECRET = 'c2VjcmV0LXRoYXQtbm9ib2R5LW1heS1zZWU'
  const ec = async (change: object) => ({ ...(await keyPair('k', 'ES256')).whole, ...change })
  const cases: Readonly<Record<string, readonly [keys: () => unknown, message: string]>> = {
    'no key': [() => [], 'as there is none'],
    'what is no list': [() => SECRET, 'as there is none'],
    'what are no JWKs': [() => [SECRET, null], 'each needs a kid of its own: there is undefined'],
    'no kid': [() => [{ ...good, kid: undefined }], 'each needs a kid of its own: there is undefined'],
    'an empty kid': [() => [{ ...good, kid: '' }], 'each needs a kid of its own: there is ""'],
    'two keys of one kid': [() => [good, secretKey('k')], 'each needs a kid of its own: there is "k"'],
    'no alg': [() => [{ ...good, alg: undefined }], 'alg of k must be one of HS256'],
    'alg none': [() => [{ ...good, alg: 'none' }], 'it is "none"'],
    'an alg that is a member of every object': [() => [{ ...good, alg: 'constructor' }], 'it is "constructor"'],
    'an alg of encryption': [() => [{ ...good, alg: 'dir' }], 'it is "dir"'],
    'a secret with ES256': [() => [{ ...good, alg: 'ES256' }], 'k is of kty oct, which does not go with ES256'],
    'a curve with HS256': [() => ec({ alg: 'HS256' }), 'k is of kty EC and crv P-256, which does not go with HS256'],
    'another curve': [() => ec({ alg: 'ES384' }), 'k is of kty EC and crv P-256, which does not go with ES384'],
    'EC with RS256': [() => ec({ alg: 'RS256' }), 'which does not go with RS256'],
    'a secret of 31 bytes': [() => [secretKey('k', 31)], 'the secret of k must be base64url of 32 bytes or more for HS256'],
    'a secret of 63 bytes with HS512': [() => [secretKey('k', 63, 'HS512')], 'the secret of k must be base64url of 64 bytes or more for HS512'],
    'a secret that is no base64url': [() => [{ ...good, k: `${SECRET}%${SECRET}` }], 'the secret of k must be base64url'],
    'no secret': [() => [{ ...good, k: undefined }], 'the secret of k must be base64url'],
  }
  for (const [name, [make, message]] of Object.entries(cases)) {
    test(name, async () => {
      const made = await make()
      const keys = (Array.isArray(made) || typeof made === 'string' ? made : [made]) as RelayKey[]
      const options = { ...optionsFor(), keys }
      let error: unknown
      try {
        relayTokens(options)
      } catch (caught) {
        error = caught
      }
      for (const caught of [error, await mintRelayToken(options, { subject: 'ada' }).catch((reason: unknown) => reason)]) {
        expect(caught).toMatchObject({ code: 'invalid-request', message: expect.stringContaining(message) })
        const said = String(caught) + JSON.stringify(caught) + String((caught as Error).cause)
        for (const key of Array.isArray(keys) ? keys : []) for (const part of [key?.k, key?.d].filter((one) => one !== undefined)) expect(said).not.toContain(part.slice(0, 12))
        expect(said).not.toContain(SECRET)
      }
    })
  }

  test('no audience, as then every audience would pass', async () => {
    for (const audience of [undefined, '', ['https://relay.example']] as unknown as string[]) {
      expect(() => relayTokens({ keys: [good], audience })).toThrow('Cannot use relay tokens as audience must be named: it is ')
      await expect(mintRelayToken({ keys: [good], audience }, { subject: 'ada' })).rejects.toMatchObject({ code: 'invalid-request' })
    }
  })

  test('to sign with a public half', async () => {
    const { half } = await keyPair('k', 'ES256')
    await expect(mint(half)).rejects.toMatchObject({ code: 'invalid-request', message: 'Cannot use the keys of relay tokens as the first one, which signs, must have its private half: k has none' })
  })

  // Deno 2.9.5 imports a private key of EC for its `d`, whatever `x` says.
  test.skipIf('Deno' in globalThis)('a JWK with a part missing', async () => {
    const { whole, half } = await keyPair('k', 'ES256')
    const broken = { ...whole, d: SECRET, x: 'AA' }
    const error: unknown = await mint(broken).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'invalid-request', message: 'Cannot use the keys of relay tokens as k is no whole JWK of kty EC' })
    expect(String(error) + JSON.stringify(error) + String((error as Error).cause)).not.toContain(SECRET)
    // It is the relay's fault, and no caller's.
    const response = await gateOf(relayTokens(optionsFor({ ...half, x: 'AA' })))(`Bearer ${await mint(whole)}`)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('JWK')
  })
})

describe('mintRelayToken() refuses', () => {
  const cases: Readonly<Record<string, readonly [grant: object, message: string]>> = {
    'more than an hour': [{ lifetimeSeconds: 3601 }, 'lifetimeSeconds must be above 0 and at most 3600: it is 3601'],
    'no time': [{ lifetimeSeconds: 0 }, 'it is 0'],
    'time that has passed': [{ lifetimeSeconds: -1 }, 'it is -1'],
    'time that is no number': [{ lifetimeSeconds: NaN }, 'it is NaN'],
    'no subject': [{ subject: undefined }, 'subject must be a text: it is undefined'],
    'an empty subject': [{ subject: '' }, 'subject must be a text: it is ""'],
    'an origin that is no text': [{ origin: null }, 'origin must be a text: it is null'],
    'deployments that are no list': [{ deployments: 'chat' }, 'deployments must be a list of names: it is "chat"'],
    'tokens that are no number, as JSON would drop the limit': [{ tokens: NaN }, 'tokens must be a number from 0: it is NaN'],
    'tokens without end': [{ tokens: Infinity }, 'it is Infinity'],
    'tokens below 0': [{ tokens: -1 }, 'it is -1'],
  }
  for (const [name, [grant, message]] of Object.entries(cases)) {
    test(name, async () => {
      await expect(mint(secretKey('k'), grant as Partial<RelayGrant>)).rejects.toMatchObject({ code: 'invalid-request', message: expect.stringContaining(message) })
    })
  }

  test('nothing of an hour, of no tokens and of no deployments', async () => {
    const key = secretKey('k')
    const caller = await relayTokens(optionsFor(key))(asked(await mint(key, { lifetimeSeconds: 3600, tokens: 0, deployments: [] })))
    expect(caller).toMatchObject({ deployments: [], budget: { tokens: 0, expiresAt: NOW + 3_600_000 } })
  })
})
