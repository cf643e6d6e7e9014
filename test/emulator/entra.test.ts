import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import type { Emulator } from '../../src/emulator/index.ts'
import { HOST, V1 } from './asking.ts'

const ISSUER = 'https://login.example/v2.0'
const AUDIENCE = 'https://cognitiveservices.azure.com'

async function signer(kid?: string) {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const named = kid === undefined ? {} : { kid }
  const sign = (header: object = named) => new SignJWT({ roles: ['Cognitive Services User'] }).setProtectedHeader({ alg: 'ES256', ...header }).setIssuer(ISSUER).setAudience(AUDIENCE).setExpirationTime('1h').sign(privateKey)
  const jwk: JWK = { ...(await exportJWK(publicKey)), ...named, alg: 'ES256', use: 'sig' }
  return { sign, jwk }
}
const status = async (emulator: Emulator, token: string) => {
  const body = JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] })
  return (await emulator.fetch(HOST + V1, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body })).status
}

describe('createEmulator() trust', () => {
  test('finds a key by its id, and gets the keys anew for an id that it does not know, not for a forged token', async () => {
    const [first, second, forger] = [await signer('first'), await signer('second'), await signer('second')]
    let served = [first.jwk]
    let asked = 0
    const jwks = () => (asked++, { keys: served })
    const emulator = createEmulator({ trust: { issuer: ISSUER, jwks } })
    expect(await status(emulator, await first.sign())).toBe(200)
    served = [first.jwk, second.jwk]
    expect(asked).toBe(1)
    expect(await status(emulator, await second.sign())).toBe(200)
    expect(asked).toBe(2)
    expect(await status(emulator, await forger.sign())).toBe(401)
    expect(asked).toBe(2)
    expect(await status(emulator, await first.sign())).toBe(200)
    expect(await status(emulator, await first.sign({ kid: 'third' }))).toBe(401)
    expect(asked).toBe(3)
  })

  test('takes a token that names no key, where its one key signed it', async () => {
    const { sign, jwk } = await signer()
    const emulator = createEmulator({ trust: { issuer: ISSUER, jwks: { keys: [jwk] } } })
    expect(await status(emulator, await sign())).toBe(200)
    expect(await status(emulator, await (await signer()).sign())).toBe(401)
  })

  test('takes no token that is signed with a public key as if it were a secret', async () => {
    const { jwk } = await signer('first')
    const secret = new TextEncoder().encode(JSON.stringify(jwk))
    const token = await new SignJWT({ roles: ['Cognitive Services User'] }).setProtectedHeader({ alg: 'HS256', kid: 'first' }).setIssuer(ISSUER).setAudience(AUDIENCE).setExpirationTime('1h').sign(secret)
    expect(await status(createEmulator({ trust: { issuer: ISSUER, jwks: { keys: [jwk] } } }), token)).toBe(401)
  })
})
