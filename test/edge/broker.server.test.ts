// Who gets a token of a broker, and who does not.
import { describe, expect, test } from 'vitest'
import { decodeJwt } from 'jose'
import { createBroker, relayTokens } from '../../src/edge/index.ts'
import type { BrokerOptions, OnBehalfOf } from '../../src/edge/index.ts'
import { brokerTokens } from '../../src/broker.ts'
import { ChatError } from '../../src/errors.ts'
import { memoryQuota } from '../../src/quota/index.ts'
import type { TokenRequest } from '../../src/index.ts'
import { rejection } from '../conformance/foundry.ts'
import { KEY, PAGE, RELAY, rig } from './rig.ts'

const BROKER = 'https://app.example/token'
const ISSUE = { keys: [KEY], audience: RELAY }
const REQUEST: TokenRequest = { scopes: [], forceRefresh: false, signal: new AbortController().signal }

function brokerWith(options: Partial<BrokerOptions> = {}) {
  const seen: Request[] = []
  const broker = createBroker({
    authenticate: (request) => {
      seen.push(request)
      return request.headers.get('cookie') === 'session=ada' ? { subject: 'ada' } : undefined
    },
    issue: ISSUE,
    origins: [PAGE],
    ...options,
  })
  const ask = async (headers: Record<string, string> = {}, init: RequestInit = {}) =>
    broker(new Request(BROKER, { method: 'POST', body: '{"scopes":["https://evil.example/.default"],"forceRefresh":false}', headers: { 'content-type': 'application/json', origin: PAGE, cookie: 'session=ada', ...headers }, ...init }))
  return { broker, ask, seen }
}

describe('createBroker()', () => {
  test('gives a signed-in page a token for the relay, good for ten minutes and this page', async () => {
    const { ask } = brokerWith({ issue: { ...ISSUE, deployments: ['chat'], tokens: 500 } })
    const response = await ask()
    expect(response.status).toBe(200)
    const { token, expiresOn } = (await response.json()) as { token: string; expiresOn: string }
    const claims = decodeJwt(token)
    expect(claims).toMatchObject({ sub: 'ada', aud: RELAY, origin: PAGE, deployments: ['chat'], tokens: 500 })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(600)
    expect(Date.parse(expiresOn)).toBe((claims.exp ?? 0) * 1000)
    const caller = await relayTokens(ISSUE)(new Request(RELAY, { headers: { authorization: `Bearer ${token}` } }))
    expect(caller).toMatchObject({ subject: 'ada', origin: PAGE, deployments: ['chat'], budget: { tokens: 500 } })
  })

  test('gives a session what the session says', async () => {
    const { ask } = brokerWith({ issue: { ...ISSUE, deployments: ['chat'], tokens: 500 }, authenticate: () => ({ subject: 'bob', deployments: ['plain'], tokens: 7, lifetimeSeconds: 60 }) })
    const claims = decodeJwt(((await (await ask()).json()) as { token: string }).token)
    expect(claims).toMatchObject({ sub: 'bob', deployments: ['plain'], tokens: 7 })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(60)
  })

  test("serves this library's own brokerTokens(), which the relay then lets in", async () => {
    const { ask } = brokerWith()
    const provide = brokerTokens(BROKER, { fetch: async (_, init) => ask({}, { body: init?.body ?? null }) })
    const { token } = (await provide(REQUEST)) as { token: string }
    const { post } = rig()
    const request = { headers: { authorization: `Bearer ${token}`, origin: PAGE } }
    expect((await post(undefined, request)).status).toBe(200)
  })

  test('lets nobody keep a token but the page', async () => {
    const { headers } = await brokerWith().ask()
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('vary')).toBe('Origin, Cookie')
    expect([headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials')]).toEqual([PAGE, 'true'])
  })

  test('asks a page whose session has ended to sign in, which the page is told as interaction-required', async () => {
    const { ask } = brokerWith()
    const response = await ask({ cookie: '' })
    expect([response.status, await response.json(), response.headers.get('access-control-allow-origin')]).toEqual([401, { error: 'interaction_required' }, PAGE])
    const provide = brokerTokens(BROKER, { fetch: async (_, init) => ask({ cookie: '' }, { body: init?.body ?? null }) })
    expect(await rejection(provide(REQUEST) as Promise<unknown>)).toMatchObject({ code: 'interaction-required' })
  })

  test.each<[string, Record<string, string>, number]>([
    ['another page, with the cookie of the session', { origin: 'https://evil.example' }, 403],
    ['a sandboxed frame', { origin: 'null' }, 403],
    ['a page of a host that begins alike', { origin: `${PAGE}.evil.example` }, 403],
    ['a form, whose type is none of JSON', { 'content-type': 'text/plain' }, 415],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ])('gives none to %s', async (_, headers, status) => {
    const response = await brokerWith().ask(headers)
    expect(response.status).toBe(status)
    expect(await response.text()).not.toContain('ey')
  })

  test('gives none to what names no page at all, and does not even ask whose it is', async () => {
    const { broker, seen } = brokerWith()
    const response = await broker(new Request(BROKER, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json', cookie: 'session=ada' } }))
    expect(response.status).toBe(403)
    expect(seen).toHaveLength(0)
  })

  test('gives none by another method', async () => {
    const { broker } = brokerWith()
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await broker(new Request(BROKER, { method, headers: { origin: PAGE, cookie: 'session=ada' } }))
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    }
  })

  test('answers a preflight of a listed page alone, without asking whose it is', async () => {
    const { broker, seen } = brokerWith({ headers: ['x-csrf-token'] })
    const preflight = (origin: string) => new Request(BROKER, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,x-csrf-token,x-evil' } })
    const good = await broker(preflight(PAGE))
    expect([good.status, good.headers.get('access-control-allow-headers'), good.headers.get('access-control-allow-credentials')]).toEqual([204, 'authorization, content-type, x-csrf-token', 'true'])
    expect((await broker(preflight('https://evil.example'))).status).toBe(403)
    expect(seen).toHaveLength(0)
  })

  test('takes no body that is long or no JSON', async () => {
    const { ask } = brokerWith()
    expect((await ask({}, { body: `{"scopes":["${'x'.repeat(20_000)}"]}` })).status).toBe(413)
    expect((await ask({}, { body: '{' })).status).toBe(400)
  })

  test('gives a session 30 tokens in a minute, unless told otherwise', async () => {
    const { ask } = brokerWith()
    for (let i = 0; i < 30; i++) expect((await ask()).status).toBe(200)
    const refused = await ask()
    expect([refused.status, Number(refused.headers.get('retry-after')) > 50]).toEqual([429, true])
    const strict = brokerWith({ quota: memoryQuota({ requests: 1, windowMs: 1000 }) })
    expect([(await strict.ask()).status, (await strict.ask()).status]).toEqual([200, 429])
  })

  test('gets tokens on behalf of the user, for its own scopes and no other', async () => {
    const asked: [string, TokenRequest][] = []
    const onBehalfOf: OnBehalfOf = {
      kind: 'on-behalf-of',
      providerFor: (assertion) => (request) => {
        asked.push([assertion, request])
        return { token: `azure-token-of-${assertion}`, expiresOn: 4_102_444_800_000 }
      },
    }
    const { ask } = brokerWith({ issue: { onBehalfOf, scopes: ['https://ai.azure.com/.default'] }, authenticate: () => ({ subject: 'ada', assertion: 'ada' }) })
    const response = await ask({}, { body: '{"scopes":["https://graph.microsoft.com/.default"],"claims":"{\\"x\\":1}","forceRefresh":true}' })
    expect(await response.json()).toEqual({ token: 'azure-token-of-ada', expiresOn: '2100-01-01T00:00:00.000Z' })
    expect(asked).toMatchObject([['ada', { scopes: ['https://ai.azure.com/.default'], claims: '{"x":1}' }]])
    const without = brokerWith({ issue: { onBehalfOf, scopes: ['a'] }, authenticate: () => ({ subject: 'ada' }) })
    expect([(await without.ask()).status, asked.length]).toEqual([401, 1])
  })

  test('hands on what Entra wants of the user, and nothing of why else there is no token', async () => {
    const failing = (error: Error) => brokerWith({ issue: { onBehalfOf: { kind: 'on-behalf-of', providerFor: () => () => Promise.reject(error) }, scopes: ['a'] }, authenticate: () => ({ subject: 'ada', assertion: 'a' }) })
    const interaction = await failing(new ChatError('interaction-required', 'sign in', { claims: '{"y":2}' })).ask()
    expect([interaction.status, await interaction.json()]).toEqual([401, { error: 'interaction_required', claims: '{"y":2}' }])
    const other = await failing(new ChatError('token', 'secret of tenant 7 is wrong')).ask()
    expect([other.status, await other.text()]).toEqual([502, expect.not.stringContaining('tenant')])
  })

  test.each<[string, Partial<BrokerOptions>, RegExp]>([
    ['a wildcard origin', { origins: ['*'] }, /must be exact/],
    ['no scope', { issue: { onBehalfOf: { kind: 'on-behalf-of', providerFor: () => () => '' }, scopes: [] } }, /scopes must name/],
    ['no key', { issue: { keys: [], audience: RELAY } }, /there is none/],
  ])('refuses %s before anything is served', (_, options, message) => {
    expect(() => brokerWith(options)).toThrow(message)
  })
})
