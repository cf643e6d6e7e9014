import { describe, expect, test } from 'vitest'
import { chat, tokenCache } from '../../src/core.ts'
import type { AccessToken, TokenRequest } from '../../src/index.ts'
import { msalTokens, resolveInteraction } from '../../src/msal.ts'
import type { MsalApp, MsalTokenOptions } from '../../src/msal.ts'
import { ASK, foundry, rejection } from '../conformance/foundry.ts'
import { ada, bob, fakeApp, msalError, resultOf } from './app.ts'

const REQUEST: TokenRequest = { scopes: ['https://ai.azure.com/.default'], forceRefresh: false, signal: new AbortController().signal }

const ask = async (app: MsalApp, options?: MsalTokenOptions, request: Partial<TokenRequest> = {}): Promise<AccessToken> =>
  (await msalTokens(app, options)({ ...REQUEST, ...request })) as AccessToken

describe('msalTokens()', () => {
  test('gives the access token and when it expires', async () => {
    const app = fakeApp()
    expect(await ask(app)).toEqual({ token: 'silent-token', expiresOn: expect.any(Date) })
    expect(app.acquireTokenSilent.mock.calls).toEqual([[{ scopes: ['https://ai.azure.com/.default'], account: ada, forceRefresh: false }]])
  })

  test.each([
    ['the given account', [ada, bob], ada, { account: bob }, bob],
    ['the active account', [ada, bob], bob, {}, bob],
    ['the only account', [bob], null, {}, bob],
  ] as const)('asks for %s', async (_, accounts, active, options, expected) => {
    const app = fakeApp([...accounts], active)
    await ask(app, options)
    expect(app.acquireTokenSilent.mock.calls[0]?.[0].account).toBe(expected)
  })

  test.each([
    ['nobody is signed in', []],
    ['several are and none is active', [ada, bob]],
  ])('throws interaction-required where %s, and asks MSAL nothing', async (_, accounts) => {
    const app = fakeApp(accounts)
    expect(await rejection(ask(app))).toMatchObject({ code: 'interaction-required', claims: undefined, cause: undefined })
    expect(app.acquireTokenSilent).not.toHaveBeenCalled()
  })

  test('passes claims, forceRefresh and its own options on', async () => {
    const app = fakeApp()
    await ask(app, { scopes: ['api://mine/.default'], redirectUri: '/blank', authority: 'https://login.example' }, { claims: '{"a":1}', forceRefresh: true })
    expect(app.acquireTokenSilent).toHaveBeenCalledWith({ scopes: ['api://mine/.default'], account: ada, claims: '{"a":1}', forceRefresh: true, redirectUri: '/blank', authority: 'https://login.example' })
  })

  test('hands MSAL a list of scopes of its own', async () => {
    const app = fakeApp()
    app.acquireTokenSilent.mockImplementation(async ({ scopes }) => {
      scopes.push('openid')
      return resultOf('token')
    })
    const scopes = Object.freeze(['scope'])
    await ask(app, {}, { scopes })
    expect(scopes).toEqual(['scope'])
  })

  test.each<readonly [string, string]>([
    ['InteractionRequiredAuthError', 'anything_new'] as const,
    ...(['interaction_required', 'consent_required', 'login_required', 'no_tokens_found', 'refresh_token_expired', 'bad_token', 'ui_not_allowed', 'native_account_unavailable', 'interrupted_user'] as const).map((code) => ['AuthError', code] as const),
  ])('makes %s %s interaction-required', async (name, code) => {
    const app = fakeApp()
    const cause = msalError(name, code, '{"access_token":{}}')
    app.acquireTokenSilent.mockRejectedValue(cause)
    const error = await rejection(ask(app))
    expect(error).toMatchObject({ name: 'ChatError', code: 'interaction-required', claims: '{"access_token":{}}' })
    expect((error as Error).cause).toBe(cause)
  })

  test.each([msalError('BrowserAuthError', 'timed_out'), msalError('ClientAuthError', 'network_error'), new TypeError('x'), undefined])('throws %s as it is', async (cause) => {
    const app = fakeApp()
    app.acquireTokenSilent.mockRejectedValue(cause)
    expect(await rejection(ask(app))).toBe(cause)
  })

  test('throws the reason of a signal that has aborted, and asks nothing', async () => {
    const app = fakeApp()
    const reason = new Error('left')
    expect(await rejection(ask(app, {}, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(app.acquireTokenSilent).not.toHaveBeenCalled()
  })

  test('joins the same question of two connections, and no other', async () => {
    const app = fakeApp()
    const provider = msalTokens(app)
    const [first, second] = await Promise.all([provider(REQUEST), provider({ ...REQUEST, signal: new AbortController().signal }), provider({ ...REQUEST, forceRefresh: true }), provider({ ...REQUEST, scopes: ['other'] })])
    expect(first).toEqual(second)
    expect(app.acquireTokenSilent).toHaveBeenCalledTimes(3)
    await provider(REQUEST)
    expect(app.acquireTokenSilent).toHaveBeenCalledTimes(4)
  })

  test('fails all that have joined, and asks anew for the next', async () => {
    const app = fakeApp()
    const provider = msalTokens(app)
    const cause = new Error('down')
    app.acquireTokenSilent.mockRejectedValueOnce(cause)
    const both = [provider(REQUEST), provider(REQUEST)].map(async (promise) => rejection(Promise.resolve(promise)))
    expect(await Promise.all(both)).toEqual([cause, cause])
    expect(await provider(REQUEST)).toMatchObject({ token: 'silent-token' })
  })

  test('leaves the check of a result without token to the cache', async () => {
    const app = fakeApp()
    app.acquireTokenSilent.mockResolvedValue(resultOf(''))
    const cache = tokenCache(msalTokens(app), { origin: 'https://c.openai.azure.com', scopes: ['scope'] })
    expect(await rejection(cache.get(REQUEST.signal))).toMatchObject({ code: 'token' })
  })
})

describe('a connection with msalTokens()', () => {
  test('asks for the scopes of its endpoint, and answers', async () => {
    const app = fakeApp()
    const { connection, emulator } = foundry({ token: msalTokens(app) })
    app.acquireTokenSilent.mockImplementation(async () => resultOf((await emulator.token()).token))
    expect((await chat(connection, { model: 'gpt-5-mini', messages: ASK })).text).not.toBe('')
    expect(app.acquireTokenSilent.mock.calls[0]?.[0].scopes).toEqual(connection.endpoint.scopes)
  })

  test('answers after the user was asked for what it failed with', async () => {
    const app = fakeApp([ada, bob], ada)
    const { connection, emulator } = foundry({ token: msalTokens(app, { account: bob, authority: 'https://a', redirectUri: '/frame' }) })
    app.acquireTokenSilent.mockRejectedValueOnce(msalError('InteractionRequiredAuthError', 'consent_required', '{"c":1}')).mockImplementation(async () => resultOf((await emulator.token()).token))
    const error = await rejection(chat(connection, { model: 'gpt-5-mini', messages: ASK }))
    expect(error).toMatchObject({ code: 'interaction-required', claims: '{"c":1}' })
    expect(app.acquireTokenPopup).not.toHaveBeenCalled()
    await resolveInteraction(app, error)
    expect(app.acquireTokenPopup.mock.calls).toEqual([[{ scopes: connection.endpoint.scopes, account: bob, authority: 'https://a', claims: '{"c":1}' }]])
    expect((await chat(connection, { model: 'gpt-5-mini', messages: ASK })).text).not.toBe('')
  })

  test('reports another failure of MSAL as token, with its error as cause', async () => {
    const app = fakeApp()
    const cause = msalError('BrowserAuthError', 'timed_out')
    app.acquireTokenSilent.mockRejectedValue(cause)
    const { connection } = foundry({ token: msalTokens(app) })
    expect(await rejection(chat(connection, { model: 'gpt-5-mini', messages: ASK }))).toMatchObject({ code: 'token', cause })
  })
})
