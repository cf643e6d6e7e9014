// The emulator's second gate: tokens of an issuer that it trusts. The keys are made here; no identity provider runs.
import { SignJWT, exportJWK, generateKeyPair } from 'jose'
import type { JSONWebKeySet, JWTPayload } from 'jose'
import { describe, expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import type { Emulator, TrustedIssuer } from '../../src/emulator/index.ts'

const ISSUER = 'https://login.example/tenant/v2.0'
const AUDIENCE = 'https://cognitiveservices.azure.com'
const NOW = 1_790_000_000_000
const GOOD = { iss: ISSUER, aud: AUDIENCE, exp: NOW / 1000 + 60, oid: 'a11ce', roles: ['Cognitive Services User'] }

async function createIssuer(kid = 'k1') {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  return {
    keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }],
    sign: (claims: JWTPayload = {}) => new SignJWT({ ...GOOD, ...claims }).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid }).sign(privateKey),
  }
}

const trusting = (jwks: TrustedIssuer['jwks'], options: Partial<TrustedIssuer> = {}, expose: readonly string[] = []) =>
  createEmulator({ now: () => NOW, expose, trust: { issuer: ISSUER, jwks, ...options } })

function post(emulator: Emulator, token: string): Promise<Response> {
  return emulator.fetch('https://emulated.services.ai.azure.com/openai/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] }),
  })
}

describe('createEmulator({ trust })', () => {
  test('takes tokens of the issuer and its own ones', async () => {
    const { keys, sign } = await createIssuer()
    const emulator = trusting({ keys })
    expect((await post(emulator, await sign())).status).toBe(200)
    expect((await post(emulator, await sign({ aud: 'https://ai.azure.com' }))).status).toBe(200)
    expect((await post(emulator, (await emulator.token()).token)).status).toBe(200)
  })

  const refused: Record<string, JWTPayload> = {
    'of another issuer': { iss: 'https://login.example/other/v2.0' },
    'for another audience': { aud: 'https://graph.microsoft.com' },
    'that is stale': { exp: NOW / 1000 - 1 },
  }
  for (const [name, claims] of Object.entries(refused)) {
    test(`refuses a token ${name} as Azure does`, async () => {
      const { keys, sign } = await createIssuer()
      const response = await post(trusting({ keys }), await sign(claims))
      expect([response.status, await response.json()]).toEqual([401, {
        statusCode: 401,
        message: `Unauthorized. Access token is missing, invalid, audience is incorrect (${AUDIENCE}), or have expired.`,
      }])
    })
  }

  test('refuses what another key signed, what nobody signed, and tokens of the issuer where it is not trusted', async () => {
    const [mine, forger] = [await createIssuer(), await createIssuer()]
    const unsigned = `${btoa('{"alg":"none"}').replaceAll('=', '')}.${btoa(JSON.stringify(GOOD)).replaceAll('=', '')}.`
    for (const token of [await forger.sign(), unsigned, 'secret', (await createEmulator().token()).token]) expect((await post(trusting({ keys: mine.keys }), token)).status).toBe(401)
    expect((await post(createEmulator({ now: () => NOW }), await mine.sign())).status).toBe(401)
  })

  test('answers PermissionDenied, naming the owner, to a token without the role', async () => {
    const { keys, sign } = await createIssuer()
    const cases: [Partial<TrustedIssuer>, JWTPayload, string][] = [
      [{}, { roles: [] }, 'a11ce'],
      [{}, { roles: undefined, oid: undefined, sub: 'bob' }, 'bob'],
      [{ requiredRole: 'Caller' }, {}, 'a11ce'],
    ]
    for (const [options, claims, owner] of cases) {
      const response = await post(trusting({ keys }, options), await sign(claims))
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ error: { code: 'PermissionDenied', message: expect.stringContaining(`\`${owner}\` lacks`) } })
    }
    expect((await post(trusting({ keys }, { requiredRole: 'Caller' }), await sign({ roles: 'Caller' }))).status).toBe(200)
  })

  test('takes no audience but those of the option, where there are any', async () => {
    const { keys, sign } = await createIssuer()
    const emulator = trusting({ keys }, { audiences: ['api://ml'] })
    expect([(await post(emulator, await sign({ aud: 'api://ml' }))).status, (await post(emulator, await sign())).status]).toEqual([200, 401])
  })

  test('challenges a token without a required claim, as soon as it is required, in a form that the client reads', async () => {
    const { keys, sign } = await createIssuer()
    let required: Record<string, string> = {}
    const emulator = trusting({ keys }, { requiredClaims: () => required }, ['www-authenticate'])
    expect((await post(emulator, await sign())).status).toBe(200)
    required = { acrs: 'c1' }
    const response = await post(emulator, await sign())
    const header = response.headers.get('www-authenticate')
    expect(response.status).toBe(401)
    expect(header).toMatch(/^Bearer realm="", authorization_uri="https:\/\/login\.example\/tenant\/oauth2\/authorize", error="insufficient_claims", claims="[\w+/=]+"$/)
    expect(JSON.parse(atob(/claims="([^"]+)"/.exec(header ?? '')?.[1] ?? ''))).toEqual({ access_token: { acrs: { essential: true, value: 'c1' } } })
    expect((await post(emulator, await sign({ acrs: ['c1', 'c2'] }))).status).toBe(200)
    expect((await post(emulator, await sign({ acrs: 'c1', roles: [] }))).status).toBe(401)
    expect((await post(trusting({ keys }, { requiredClaims: { acrs: 'c1' } }), await sign({ acrs: ['c2'] }))).headers.has('www-authenticate')).toBe(true)
  })

  test('asks for the keys once, and again when the issuer has changed them', async () => {
    const [old, renewed] = [await createIssuer('k1'), await createIssuer('k2')]
    let asked = 0
    let keys: JSONWebKeySet['keys'] = old.keys
    const emulator = trusting(async () => {
      asked++
      return { keys }
    })
    for (let i = 0; i < 3; i++) expect((await post(emulator, await old.sign())).status).toBe(200)
    expect(asked).toBe(1)
    keys = renewed.keys
    expect((await post(emulator, await renewed.sign())).status).toBe(200)
    expect((await post(emulator, await old.sign())).status).toBe(401)
    expect(asked).toBe(3)
  })
})
