// Credentials where they are used: on a server's connection and behind a relay, an emulated resource upstream.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { apiKey, clientCredentials, createRelay, entraTokens, onBehalfOf } from '../../src/edge/index.ts'
import type { Credential, EntraClient, Relay, RelayFinishInfo } from '../../src/edge/index.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { chat, connect } from '../../src/index.ts'
import type { Fetch } from '../../src/index.ts'
import { AUTHORITY, CLIENT, ISSUER, TENANT, createEntra } from './oauth/entra.ts'
import type { EntraStandIn } from './oauth/entra.ts'
import { expectNone } from './oauth/secrets.ts'

const RESOURCE = 'https://c.services.ai.azure.com/api/projects/p'
const SECRET = 'Fq~8Q+secret/of the=application&"x"'
const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1790000000"}}}'
const ASK = { model: 'gpt-5-mini', messages: [{ role: 'user' as const, content: 'Hi' }] }
const HOUR_MS = 3_600_000

afterEach(() => {
  vi.useRealTimers()
})

interface Scene {
  readonly entra: EntraStandIn
  readonly client: EntraClient
  /** The emulated resource, which takes Entra's tokens alone, and what it was sent. */
  readonly fetch: Fetch
  readonly sent: string[]
  /** What is answered in the place of the resource, once each. */
  readonly instead: Response[]
  readonly tokenRequests: () => number
}

async function scene(proof: Partial<EntraClient> = { secret: SECRET }): Promise<Scene> {
  // Slow enough that all who come at once are there before the first answer.
  const entra = await createEntra({ secret: SECRET }, { delayMs: 20 })
  const emulator = createEmulator({ trust: { issuer: ISSUER, jwks: { keys: [...entra.jwks.keys] } } })
  const sent: string[] = []
  const instead: Response[] = []
  return {
    entra,
    client: { tenant: TENANT, clientId: CLIENT, authority: AUTHORITY, fetch: entra.fetch, ...proof },
    async fetch(url, init) {
      sent.push(new Headers(init?.headers).get('authorization') ?? '')
      return instead.shift() ?? emulator.fetch(url, init)
    },
    sent,
    instead,
    tokenRequests: () => entra.requests.filter(({ path }) => path.endsWith('/token')).length,
  }
}

function relayOf(credential: Credential, { entra, fetch }: Pick<Scene, 'entra' | 'fetch'>, finished: RelayFinishInfo[] = [], endpoint = RESOURCE): Relay {
  return createRelay({
    upstreams: [{ endpoint, credential }],
    deployments: { 'gpt-5-mini': {} },
    authorize: entraTokens({ tenants: [TENANT], audience: CLIENT, scope: 'Chat.Use', authority: AUTHORITY, fetch: entra.fetch }),
    cors: { origins: ['https://app.example'] },
    limits: { concurrentStreams: 50 },
    onFinish: (info) => finished.push(info),
    fetch,
  })
}

const post = async (relay: Relay, token: string) =>
  relay(new Request('https://relay.example/openai/v1/chat/completions', { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(ASK) }))
const challenged = () => new Response('{}', { status: 401, headers: { 'www-authenticate': `Bearer realm="", error="insufficient_claims", claims="${btoa(CLAIMS)}"` } })

/** The two places of an application's token, each as a call that tells whether it went well. */
const PLACES: Readonly<Record<string, (scene: Scene) => () => Promise<string>>> = {
  'connect({ token: clientCredentials() })': ({ client, fetch }) => {
    const foundry = connect({ endpoint: RESOURCE, token: clientCredentials(client), fetch, retries: 0 })
    return async () => chat(foundry, ASK).then(() => 'ok', (error: { code: string }) => error.code)
  },
  'createRelay({ upstreams: [{ credential: clientCredentials() }] })': (made) => {
    const relay = relayOf(clientCredentials(made.client), made)
    return async () => {
      const response = await post(relay, await made.entra.sign())
      const body = (await response.json()) as { error?: { code: string } }
      return body.error?.code ?? 'ok'
    }
  },
}

describe.each(Object.entries(PLACES))('%s', (place, make) => {
  const relayed = place.startsWith('createRelay')

  test('asks for one token where 20 calls come at once, and none while it lasts', async () => {
    const made = await scene()
    const call = make(made)
    expect(await Promise.all(Array.from({ length: 20 }, call))).toEqual(Array.from({ length: 20 }, () => 'ok'))
    expect(await call()).toBe('ok')
    expect(made.tokenRequests()).toBe(1)
    expect(new Set(made.sent)).toEqual(new Set([`Bearer ${made.entra.issued[0]?.token}`]))
    expect(made.sent).toHaveLength(21)
  })

  test('asks for the next token when the first has expired', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const made = await scene()
    const call = make(made)
    await call()
    vi.setSystemTime(Date.now() + HOUR_MS / 2)
    await call()
    expect(made.tokenRequests()).toBe(1)
    vi.setSystemTime(Date.now() + HOUR_MS / 2)
    expect(await call()).toBe('ok')
    expect(made.tokenRequests()).toBe(2)
    expect(made.sent.at(-1)).toBe(`Bearer ${made.entra.issued[1]?.token}`)
  })

  test('asks once more, with the claims that it wants, where the resource refuses the token', async () => {
    const made = await scene()
    const call = make(made)
    made.instead.push(challenged())
    expect(await call()).toBe('ok')
    expect(made.entra.requests.filter(({ path }) => path.endsWith('/token')).map(({ form }) => form['claims'])).toEqual([undefined, CLAIMS])
    expect(made.sent).toEqual(made.entra.issued.map(({ token }) => `Bearer ${token}`))
    expect(await call()).toBe('ok')
    expect(made.tokenRequests()).toBe(2)
  })

  test('asks exactly once more where the resource refuses every token', async () => {
    const made = await scene()
    const call = make(made)
    made.instead.push(challenged(), challenged())
    expect(await call()).toBe(relayed ? 'upstream_refused' : 'unauthorized')
    expect([made.tokenRequests(), made.sent.length]).toEqual([2, 2])
  })

  test('keeps no failure: the next call asks again', async () => {
    let secret = 'another'
    const made = await scene({ secret: () => secret })
    const call = make(made)
    expect(await Promise.all([call(), call()])).toEqual(relayed ? ['upstream_credential', 'upstream_credential'] : ['token', 'token'])
    expect([made.tokenRequests(), made.sent.length]).toEqual([1, 0])
    secret = SECRET
    expect(await call()).toBe('ok')
    expect(made.tokenRequests()).toBe(2)
  })
})

describe('createRelay({ upstreams: [{ credential: onBehalfOf() }] })', () => {
  test("asks for one token of each user, and calls with the caller's own", async () => {
    const made = await scene()
    const relay = relayOf(onBehalfOf(made.client), made)
    const users = { ada: await made.entra.sign({ oid: 'ada' }), bob: await made.entra.sign({ oid: 'bob' }) }
    const answers = await Promise.all([users.ada, users.bob, users.ada, users.bob, users.ada, users.bob].map(async (token) => post(relay, token)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
    expect(made.tokenRequests()).toBe(2)
    const tokenOf = (user: string) => `Bearer ${made.entra.issued.find(({ oid }) => oid === user)?.token}`
    for (const [user, token] of Object.entries(users)) {
      made.sent.length = 0
      expect((await post(relay, token)).status).toBe(200)
      expect(made.sent).toEqual([tokenOf(user)])
    }
    expect(tokenOf('ada')).not.toBe(tokenOf('bob'))
    expect(made.tokenRequests()).toBe(2)
    // What the users came with stays here.
    for (const token of Object.values(users)) expect(made.sent).not.toContain(`Bearer ${token}`)
  })

  test("refreshes one user's token where the resource refuses it, and leaves the other's", async () => {
    const made = await scene()
    const relay = relayOf(onBehalfOf(made.client), made)
    const [ada, bob] = [await made.entra.sign({ oid: 'ada' }), await made.entra.sign({ oid: 'bob' })]
    for (const token of [ada, bob]) await post(relay, token)
    made.instead.push(challenged())
    expect((await post(relay, ada)).status).toBe(200)
    expect((await post(relay, bob)).status).toBe(200)
    expect(made.entra.issued.map(({ oid }) => oid)).toEqual(['ada', 'bob', 'ada'])
  })

  test('asks the caller to sign in again where conditional access wants it, and keeps that for nobody', async () => {
    const made = await scene()
    const finished: RelayFinishInfo[] = []
    const relay = relayOf(onBehalfOf(made.client), made, finished)
    const ada = await made.entra.sign({ oid: 'ada' })
    made.entra.demanded = CLAIMS
    const response = await post(relay, ada)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe(`Bearer error="insufficient_claims", claims="${btoa(CLAIMS)}"`)
    const body: unknown = await response.json()
    expect(body).toMatchObject({ error: { code: 'interaction_required', claims: CLAIMS } })
    expectNone({ body, finished, headers: response.headers }, SECRET, ada)
    made.entra.demanded = undefined
    expect((await post(relay, ada)).status).toBe(200)
    expect(made.sent).toHaveLength(1)
  })
})

describe('createRelay({ upstreams: [{ credential: apiKey() }] })', () => {
  const KEY = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'
  const HOSTS = {
    'https://contoso.openai.azure.com': ['api-key', KEY],
    'https://contoso.services.ai.azure.com/models': ['api-key', KEY],
    'https://mistral-large.eastus2.models.ai.azure.com': ['authorization', `Bearer ${KEY}`],
  } as const

  for (const [endpoint, [header, value]] of Object.entries(HOSTS)) {
    test(`sends the key as ${header} to ${new URL(endpoint).host}, and nothing of the caller's`, async () => {
      const { entra } = await scene()
      const headers: [string, string][] = []
      const fetch: Fetch = async (_, init) => {
        headers.push(...new Headers(init?.headers))
        return Response.json({ choices: [] })
      }
      const token = await entra.sign()
      expect((await post(relayOf(apiKey(async () => KEY), { entra, fetch }, [], endpoint), token)).status).toBe(200)
      expect(headers.filter(([name]) => name === 'api-key' || name === 'authorization')).toEqual([[header, value]])
      expect(JSON.stringify(headers)).not.toContain(token)
    })
  }

  const failures: Readonly<Record<string, readonly [answer: () => Response | Promise<Response>, code: string]>> = {
    'refuses it and echoes it': [() => Response.json({ error: { code: '401', message: `no such key: ${KEY}` } }, { status: 401 }), 'upstream_refused'],
    'fails and echoes it': [() => Response.json({ error: { code: KEY, message: `failed with ${KEY}` } }, { status: 400 }), '[key]'],
    'redirects': [() => new Response(null, { status: 307, headers: { location: `https://evil.example/?${KEY}` } }), 'upstream_redirected'],
    'cannot be reached': [() => Promise.reject(new TypeError(`cannot send ${KEY}`)), 'upstream_unreachable'],
  }
  for (const [name, [answer, code]] of Object.entries(failures)) {
    test(`tells nobody the key where the resource ${name}`, async () => {
      const { entra } = await scene()
      const finished: RelayFinishInfo[] = []
      const relay = relayOf(apiKey(KEY), { entra, fetch: async () => answer() }, finished)
      const response = await post(relay, await entra.sign())
      const body: unknown = await response.json()
      expect(body).toMatchObject({ error: { code } })
      await vi.waitFor(() => expect(finished).toHaveLength(1))
      expectNone({ body, finished, headers: response.headers, relay }, KEY)
    })
  }

  test('sends nothing where the key cannot be a header, and quotes it to nobody', async () => {
    const { entra } = await scene()
    const finished: RelayFinishInfo[] = []
    let calls = 0
    const relay = relayOf(apiKey(() => `${KEY}\n`), { entra, fetch: async () => (calls++, Response.json({})) }, finished)
    const response = await post(relay, await entra.sign())
    const body: unknown = await response.json()
    expect([response.status, calls]).toEqual([502, 0])
    expect(body).toMatchObject({ error: { code: 'upstream_credential' } })
    expectNone({ body, finished }, KEY)
  })
})
