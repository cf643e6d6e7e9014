import { describe, expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { HOST, lastCall, V1 } from './asking.ts'

const BODY = JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] })
const UNAUTHORIZED = {
  statusCode: 401,
  message: 'Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired.',
}

describe('Emulator.token()', () => {
  test('mints tokens that pass, for each audience, until they expire', async () => {
    let now = 1_790_000_000_000
    const emulator = createEmulator({ now: () => now })
    const post = async (token: string) => (await emulator.fetch(HOST + V1, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: BODY })).status
    for (const audience of ['https://cognitiveservices.azure.com', 'https://ai.azure.com', 'https://ml.azure.com']) {
      expect(await post((await emulator.token({ audience })).token), audience).toBe(200)
    }
    const { token, expiresOn } = await emulator.token({ expiresInSeconds: 60 })
    expect(expiresOn).toEqual(new Date(now + 60_000))
    now += 59_000
    expect(await post(token)).toBe(200)
    now += 2_000
    expect(await post(token)).toBe(401)
  })

  test('mints tokens that pass whatever their signature and their audience look like', async () => {
    const audience = 'https://prüfung.example'
    let now = 1_790_000_000_000
    const emulator = createEmulator({ audiences: [audience], now: () => now })
    const statuses = new Set<number>()
    for (let minted = 0; minted < 20; minted += 1) {
      now += 1000
      const { token } = await emulator.token()
      expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
      statuses.add((await emulator.fetch(HOST + V1, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: BODY })).status)
    }
    expect([...statuses]).toEqual([200])
  })

  test('mints tokens that name their owner, its role and the audience', async () => {
    const { token } = await createEmulator({ audiences: ['https://ai.azure.com'] }).token()
    const claims = JSON.parse(atob(token.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '')) as Record<string, unknown>
    expect(claims).toMatchObject({ aud: 'https://ai.azure.com', oid: expect.any(String), roles: ['Cognitive Services User'], exp: expect.any(Number), iat: expect.any(Number) })
  })
})

describe('Emulator.fetch() auth', () => {
  const refused: Record<string, (emulator: ReturnType<typeof createEmulator>) => Promise<Record<string, string>> | Record<string, string>> = {
    'no token': () => ({}),
    'another scheme': async (emulator) => ({ authorization: `Basic ${(await emulator.token()).token}` }),
    'no JWT': () => ({ authorization: 'Bearer secret' }),
    'a stale token': async (emulator) => ({ authorization: `Bearer ${(await emulator.token({ expiresInSeconds: -1 })).token}` }),
    'a token for another audience': async (emulator) => ({ authorization: `Bearer ${(await emulator.token({ audience: 'https://graph.microsoft.com' })).token}` }),
    'a token of another emulator': async () => ({ authorization: `Bearer ${(await createEmulator().token()).token}` }),
  }
  for (const [name, headers] of Object.entries(refused)) {
    test(`answers the body without an error object to ${name}`, async () => {
      const emulator = createEmulator()
      const response = await emulator.fetch(HOST + V1, { method: 'POST', headers: await headers(emulator), body: BODY })
      expect(response.status).toBe(401)
      expect(await response.json()).toEqual(UNAUTHORIZED)
    })
  }

  test('names the first of its own audiences in the refusal', async () => {
    const emulator = createEmulator({ audiences: ['https://ai.azure.com'] })
    const { token } = await emulator.token({ audience: 'https://cognitiveservices.azure.com' })
    const response = await emulator.fetch(HOST + V1, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: BODY })
    expect(await response.text()).toContain('audience is incorrect (https://ai.azure.com)')
  })

  test('answers PermissionDenied with status 401 to a token without a role', async () => {
    const emulator = createEmulator()
    const { token } = await emulator.token({ role: false })
    const response = await emulator.fetch(HOST + V1, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: BODY })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: { code: 'PermissionDenied', message: expect.stringMatching(/^The principal `.+` lacks the required data action/) } })
  })

  test('answers the bad key body to any key, even beside a good token, with the recorded headers alone', async () => {
    const emulator = createEmulator()
    const { token } = await emulator.token()
    const response = await emulator.fetch(HOST + V1, { method: 'POST', headers: { 'api-key': 'k', authorization: `Bearer ${token}` }, body: BODY })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: { code: '401', message: expect.stringContaining('invalid subscription key') } })
    expect([...response.headers.keys()].sort()).toEqual(['apim-request-id', 'content-type'])
  })

  test('judges the caller before the path', async () => {
    expect((await createEmulator().fetch(`${HOST}/nowhere`)).status).toBe(401)
  })
})

describe('Emulator.calls', () => {
  test('keeps the names of headers, sorted, and never a token', async () => {
    const emulator = createEmulator()
    const { token } = await emulator.token()
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'X-Extra': '1' }
    await emulator.fetch(`${HOST}${V1}?api-version=v1`, { method: 'POST', headers, body: BODY })
    await emulator.fetch(HOST + V1, { method: 'POST', headers: { authorization: 'Bearer secret-token' }, body: BODY })
    expect(emulator.calls).toHaveLength(2)
    expect(emulator.calls[0]).toMatchObject({ headerNames: ['authorization', 'content-type', 'x-extra'], path: V1, body: JSON.parse(BODY) })
    expect(lastCall(emulator)).toMatchObject({ status: 401, operation: 'unknown', deployment: '' })
    const told = JSON.stringify(emulator.calls) + JSON.stringify(emulator)
    expect(told).not.toContain(token)
    expect(told).not.toContain('secret-token')
  })
})
