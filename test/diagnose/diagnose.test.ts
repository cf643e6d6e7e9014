import { describe, expect, inject, test } from 'vitest'
import { diagnose } from '../../src/diagnose/index.ts'
import type { Check, DiagnoseOptions } from '../../src/diagnose/index.ts'
import { connect } from '../../src/core.ts'
import type { Connection } from '../../src/core.ts'
import type { EmulatorCall, Fault } from '../../src/emulator/index.ts'
import { ENDPOINT, foundryWith } from '../conformance/foundry.ts'
import type { Foundry } from '../conformance/foundry.ts'

const MODEL = 'gpt-5-mini'
/** A browser's page is of another origin than the emulator; the other runtimes have no origin. */
const inPage = (globalThis as { location?: unknown }).location !== undefined

const foundry = (options?: Parameters<typeof foundryWith>[1], emulated?: Parameters<typeof foundryWith>[2]): Foundry => foundryWith(connect, options, emulated)

async function checksOf(connection: Connection, options: DiagnoseOptions): Promise<readonly Check[]> {
  const checks: Check[] = []
  for await (const check of diagnose(connection, { model: MODEL, ...options })) checks.push(check)
  return checks
}

/** All checks of an emulated resource, by their names. */
async function run({ connection, emulator }: Foundry, options: DiagnoseOptions = {}): Promise<Record<string, Check>> {
  const checks = await checksOf(connection, { fetch: emulator.fetch, ...options })
  expect(checks.map(({ name }) => name)).toEqual(['endpoint', 'reachable', 'cors', 'token', 'role', 'deployment'])
  return Object.fromEntries(checks.map((check) => [check.name, check]))
}

const statuses = (checks: Record<string, Check>): Record<string, string> => Object.fromEntries(Object.values(checks).map(({ name, status }) => [name, status]))
const cors = inPage ? 'ok' : 'skipped'
const b64 = (value: object): string => btoa(JSON.stringify(value)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')
const jwt = (claims: object): string => `${b64({ alg: 'none' })}.${b64(claims)}.c2lnbmVk`

describe('diagnose()', () => {
  test('finds nothing wrong where nothing is, by one chat of one token', async () => {
    const house = foundry({ scope: 'https://cognitiveservices.azure.com/.default' })
    const checks = await run(house)
    expect(statuses(checks)).toEqual({ endpoint: 'ok', reachable: 'ok', cors, token: 'ok', role: 'ok', deployment: 'ok' })
    expect(checks['endpoint']?.detail).toBe(`v1: ${ENDPOINT}/openai/v1/chat/completions`)
    expect(checks['token']?.detail).toMatch(/^The token is for https:\/\/cognitiveservices\.azure\.com and expires in 60 min$/)
    const chats = house.emulator.calls.filter(({ operation }) => operation === 'chat')
    expect(chats.map(({ body }) => body)).toEqual([{ model: MODEL, messages: [{ role: 'user', content: 'Hi' }], max_completion_tokens: 1 }])
    expect(house.asked.length).toBe(1)
  })

  test('yields each check as soon as it has ended', async () => {
    const { connection, emulator } = foundry()
    const checks = diagnose(connection, { model: MODEL, fetch: emulator.fetch })
    expect((await checks.next()).value?.name).toBe('endpoint')
    expect(emulator.calls.length).toBe(0)
    await checks.next()
    expect(emulator.calls.length).toBe(1)
    await checks.return()
    expect(emulator.calls.length).toBe(1)
  })

  test.each(['gpt-5-mini', 'gpt-4o-mini', 'grok-4-1-fast', 'deepseek-v4', 'mistral-small'])('reaches %s on the inference route, with a notice that it retires', async (model) => {
    const checks = await run(foundry({ endpoint: `${ENDPOINT}/models`, scope: 'https://cognitiveservices.azure.com/.default' }), { model })
    expect(checks['endpoint']).toMatchObject({ status: 'ok', detail: expect.stringContaining('26 August 2026'), fix: expect.stringContaining('/openai/v1') })
    expect([checks['role']?.status, checks['deployment']?.status]).toEqual(['ok', 'ok'])
  })

  test.each([
    ['401', 'failed', 'skipped', 'wrong-audience'],
    ['401-key', 'failed', 'skipped', 'unauthorized'],
    ['401-role', 'failed', 'skipped', 'missing-role'],
    ['403', 'failed', 'skipped', 'forbidden'],
    ['403-html', 'failed', 'skipped', 'forbidden'],
    ['404-route', 'unknown', 'failed', 'route-not-found'],
    ['404-deployment', 'ok', 'failed', 'deployment-not-found'],
    ['redirect', 'unknown', 'failed', 'redirected'],
    ['422', 'ok', 'ok', 'unsupported-parameter'],
    ['429-none', 'ok', 'ok', 'rate-limited'],
    ['429-quota', 'ok', 'ok', 'quota-exceeded'],
    ['500', 'unknown', 'unknown', 'server-error'],
    ['502-html', 'unknown', 'unknown', 'server-error'],
    ['error-200', 'unknown', 'unknown', 'server-error'],
    ['html-200', 'unknown', 'unknown', 'not-a-stream'],
    ['flat-400', 'unknown', 'unknown', 'bad-request'],
    ['echo', 'failed', 'skipped', 'unauthorized'],
  ] as const satisfies readonly (readonly [Fault, string, string, string])[])('tells of %s that the role is %s and the deployment %s', async (fault, role, deployment, code) => {
    const house = foundry()
    const checks = await run(house, { model: `${MODEL}~${fault}` })
    expect([checks['role']?.status, checks['deployment']?.status]).toEqual([role, deployment])
    expect((role === 'ok' ? checks['deployment'] : checks['role'])?.error?.code).toBe(code)
    for (const { status, detail, fix } of Object.values(checks)) {
      expect(detail).toMatch(/[^.]$/)
      if (status === 'failed') expect(fix).toMatch(/^[A-Z].*[^.]$/)
    }
    for (const token of house.tokens) expect(JSON.stringify(checks)).not.toContain(token.split('.')[1])
  })

  test('passes answers that other backends give to a limit of one token', async () => {
    const { connection } = foundry()
    const answering = (status: number, body: string): Connection => connect({ endpoint: ENDPOINT, token: () => jwt({ aud: 'https://ai.azure.com' }), fetch: async () => new Response(body, { status }) })
    const message = 'Could not finish the message because max_tokens or model output limit was reached.'
    for (const [status, body] of [[400, JSON.stringify({ error: { message, code: null } })], [200, 'data: {"choices":[]}\n\n'], [200, '{"choices":[]}']] as const) {
      const checks = await run({ connection: answering(status, body), emulator: { fetch: async () => new Response() } } as unknown as Foundry)
      expect([checks['role']?.status, checks['deployment']?.status]).toEqual(['ok', 'ok'])
    }
    expect(connection.endpoint.kind).toBe('v1')
  })

  test('tells what to set the scope to', async () => {
    const house = foundry({ scope: 'https://graph.microsoft.com/.default', token: () => jwt({ aud: 'https://graph.microsoft.com', exp: Date.now() / 1000 + 600 }) })
    const checks = await run(house)
    expect(checks['token']).toMatchObject({ status: 'ok', detail: expect.stringMatching(/for https:\/\/graph\.microsoft\.com and expires in 10 min/) })
    expect(checks['role']).toMatchObject({ status: 'failed', fix: 'Set scope to https://cognitiveservices.azure.com/.default' })
  })

  const now = Date.now() / 1000
  test.each([
    ['of the asked audience', jwt({ aud: 'https://ai.azure.com/', exp: now + 3600 }), 'ok'],
    ['of several audiences', jwt({ aud: ['x', 'https://ai.azure.com'] }), 'ok'],
    ["of Azure's other audience", jwt({ aud: 'https://cognitiveservices.azure.com', exp: now + 3600 }), 'unknown'],
    ['of an application', jwt({ aud: '00000000-0000-4000-8000-000000000000', exp: now + 3600 }), 'unknown'],
    ['of another service', jwt({ aud: 'https://graph.microsoft.com', exp: now + 3600 }), 'failed', /ai\.azure\.com\/\.default/],
    ['that has expired', jwt({ aud: 'https://ai.azure.com', exp: now - 300 }), 'failed', /clock/],
    ['that is opaque', 'b3BhcXVl', 'unknown'],
  ] as readonly [name: string, token: string, status: string, fix?: RegExp][])('judges a token %s', async (_name, token, status, fix) => {
    const { token: check } = await run(foundry({ token: () => token }))
    expect(check?.status).toBe(status)
    expect(check?.fix ?? '').toMatch(fix ?? /^$/)
    expect(JSON.stringify(check)).not.toContain(token)
  })

  test.each([
    ['interaction-required', Object.assign(new Error('x'), { name: 'InteractionRequiredAuthError' }), 'Sign in from a click'],
    ['token', new Error('offline'), 'See why the token provider failed: error.cause'],
  ])('skips what needs a token where there is none: %s', async (code, error, fix) => {
    const house = foundry({ token: () => Promise.reject(error) })
    const checks = await run(house)
    expect(checks['token']).toMatchObject({ status: 'failed', fix, error: { code } })
    expect([checks['role']?.status, checks['deployment']?.status]).toEqual(['skipped', 'skipped'])
    expect(house.emulator.calls.some(({ operation }) => operation === 'chat' && inPage === false)).toBe(false)
  })

  test('asks a relay for nothing but an answer', async () => {
    const { emulator } = foundry()
    const connection = connect({ endpoint: 'https://relay.example', token: async () => (await emulator.token()).token, fetch: emulator.fetch })
    const checks = await checksOf(connection, { fetch: emulator.fetch })
    expect(checks.map(({ status }) => status)).toEqual(['ok', 'ok', cors, 'ok', 'ok', 'ok'])
  })

  test('skips role and deployment where no model is named, and takes the one of the endpoint', async () => {
    const nameless = await checksOf(foundry().connection, { fetch: foundry().emulator.fetch, model: '' })
    expect(nameless.slice(-2)).toMatchObject([{ status: 'skipped', detail: expect.stringContaining('no model is named') }, { status: 'skipped' }])
    const house = foundry({ endpoint: `${ENDPOINT}/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21` })
    const checks: Check[] = []
    for await (const check of diagnose(house.connection, { fetch: house.emulator.fetch })) checks.push(check)
    expect(checks.at(-1)).toMatchObject({ status: 'ok', detail: 'gpt-4o-mini answers' })
  })

  test('skips what depends on an origin that is not reached', async () => {
    const checks = await run(foundry(), { fetch: () => Promise.reject(new TypeError('no route to host')) })
    expect(statuses(checks)).toEqual({ endpoint: 'ok', reachable: 'failed', cors: 'skipped', token: 'unknown', role: 'skipped', deployment: 'skipped' })
    expect(checks['reachable']).toMatchObject({ detail: `Cannot reach ${ENDPOINT}: no route to host`, error: { code: 'network' } })
  })

  test.each(['hang', 'silent'] as const)('passes the reason of an abort on while the deployment does %s', async (fault) => {
    const { connection, emulator } = foundry()
    const leaving = new AbortController()
    const reason = new Error('left')
    const checks = checksOf(connection, { fetch: emulator.fetch, model: `${MODEL}~${fault}`, signal: leaving.signal })
    setTimeout(() => leaving.abort(reason), 50)
    await expect(checks).rejects.toBe(reason)
    await expect.poll(() => emulator.calls.at(-1)?.state).toBe('cancelled')
  })

  test('does nothing for a signal that has aborted already', async () => {
    const { connection, emulator } = foundry()
    const reason = new Error('left')
    await expect(checksOf(connection, { fetch: emulator.fetch, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(emulator.calls.length).toBe(0)
  })

  test('works over a real connection', async () => {
    const url: string = inject('emulator')
    const ask = async <T>(path: string, init?: RequestInit): Promise<T> => (await (await fetch(`${url}/test/${path}`, init)).json()) as T
    const connection = connect({ endpoint: url, token: () => ask<{ token: string }>('token', { method: 'POST' }).then(({ token }) => token) })
    expect((await checksOf(connection, {})).map(({ status }) => status)).toEqual(['ok', 'ok', cors, 'ok', 'ok', 'ok'])
    const calls = await ask<EmulatorCall[]>('calls')
    expect(calls.some(({ path }) => path === '/')).toBe(true)
  })

  test.runIf(inPage)('tells a service that allows no page', async () => {
    const { emulator } = foundry()
    const without: typeof emulator.fetch = (url, init) => (init?.mode === 'no-cors' ? emulator.fetch(url, init) : Promise.reject(new TypeError('Failed to fetch')))
    const checks = await run({ ...foundry({ fetch: without }), emulator: { ...emulator, fetch: without } })
    expect(statuses(checks)).toMatchObject({ reachable: 'ok', cors: 'unknown', role: 'failed', deployment: 'skipped' })
    expect(checks['role']).toMatchObject({ detail: expect.stringContaining(`does not allow ${location.origin} by CORS`), fix: expect.stringContaining('relay') })
  })
})
