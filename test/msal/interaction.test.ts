import { describe, expect, test } from 'vitest'
import { ChatError } from '../../src/errors.ts'
import { resolveInteraction, signIn } from '../../src/msal.ts'
import { rejection } from '../conformance/foundry.ts'
import { ada, bob, fakeApp, msalError, resultOf } from './app.ts'

const SCOPES = ['https://ai.azure.com/.default'] as const
const needed = (claims?: string) => new ChatError('interaction-required', 'Cannot', { claims })
const blocked = (code = 'popup_window_error') => msalError('BrowserAuthError', code)

describe('signIn()', () => {
  test('opens the popup before anything is awaited, as browsers block it after', () => {
    const app = fakeApp([])
    void signIn(app, { scopes: SCOPES, loginHint: 'ada', prompt: 'select_account', domainHint: 'contoso.com', redirectUri: '/r', authority: 'https://a' })
    expect(app.loginPopup.mock.calls).toEqual([[{ scopes: SCOPES, loginHint: 'ada', prompt: 'select_account', domainHint: 'contoso.com', redirectUri: '/r', authority: 'https://a' }]])
  })

  test('makes the account the active one', async () => {
    const app = fakeApp([])
    expect(await signIn(app, { scopes: SCOPES })).toBe(ada)
    expect(app.getActiveAccount()).toBe(ada)
  })

  test('leaves for a redirect where asked to, and opens no popup', async () => {
    const app = fakeApp([])
    expect(await signIn(app, { scopes: SCOPES, method: 'redirect' })).toBeUndefined()
    expect(app.loginRedirect.mock.calls).toEqual([[{ scopes: SCOPES }]])
    expect(app.loginPopup).not.toHaveBeenCalled()
    expect(app.setActiveAccount).not.toHaveBeenCalled()
  })

  test.each(['popup_window_error', 'empty_window_error'])('leaves for a redirect after %s', async (code) => {
    const app = fakeApp([])
    app.loginPopup.mockRejectedValue(blocked(code))
    expect(await signIn(app, { scopes: SCOPES, loginHint: 'ada' })).toBeUndefined()
    expect(app.loginRedirect.mock.calls).toEqual([[{ scopes: SCOPES, loginHint: 'ada' }]])
  })

  test('leaves for no redirect where a popup was asked for', async () => {
    const app = fakeApp([])
    app.loginPopup.mockRejectedValue(blocked())
    expect(await rejection(signIn(app, { scopes: SCOPES, method: 'popup' }))).toMatchObject({ errorCode: 'popup_window_error' })
    expect(app.loginRedirect).not.toHaveBeenCalled()
  })

  test('throws what MSAL throws, and can be called again', async () => {
    const app = fakeApp([])
    const cause = msalError('BrowserAuthError', 'user_cancelled')
    app.loginPopup.mockRejectedValueOnce(cause)
    expect(await rejection(signIn(app, { scopes: SCOPES }))).toBe(cause)
    expect(app.loginRedirect).not.toHaveBeenCalled()
    expect(await signIn(app, { scopes: SCOPES })).toBe(ada)
  })

  test('joins an open interaction of its app, and not of another', async () => {
    const app = fakeApp([])
    const other = fakeApp([])
    const results = await Promise.all([signIn(app, { scopes: SCOPES }), signIn(app, { scopes: [] }), resolveInteraction(app, needed()), signIn(other, { scopes: SCOPES })])
    expect(results).toEqual([ada, ada, ada, ada])
    expect([app.loginPopup, app.acquireTokenPopup, other.loginPopup].map(({ mock }) => mock.calls.length)).toEqual([1, 0, 1])
    await signIn(app, { scopes: SCOPES })
    expect(app.loginPopup).toHaveBeenCalledTimes(2)
  })

  test.each(['popup', 'redirect'] as const)('says that another interaction is open, which this %s met', async (method) => {
    const app = fakeApp([])
    const cause = msalError('BrowserAuthError', 'interaction_in_progress')
    app[method === 'popup' ? 'loginPopup' : 'loginRedirect'].mockRejectedValue(cause)
    expect(await rejection(signIn(app, { scopes: SCOPES, method }))).toMatchObject({ code: 'interaction-required', cause, message: expect.stringContaining('another') })
  })
})

describe('resolveInteraction()', () => {
  test('asks for the claims of the error, with the account, before anything is awaited', async () => {
    const app = fakeApp([ada, bob], bob)
    const resolved = resolveInteraction(app, needed('{"c":1}'), { scopes: SCOPES })
    expect(app.acquireTokenPopup.mock.calls).toEqual([[{ scopes: SCOPES, account: bob, claims: '{"c":1}' }]])
    expect(await resolved).toBe(bob)
  })

  test('signs in where there is no account, or none to prefer', async () => {
    for (const accounts of [[], [ada, bob]]) {
      const app = fakeApp(accounts)
      app.loginPopup.mockResolvedValue(resultOf('token', bob))
      expect(await resolveInteraction(app, needed(), { scopes: SCOPES })).toBe(bob)
      expect(app.loginPopup.mock.calls).toEqual([[{ scopes: SCOPES }]])
      expect(app.getActiveAccount()).toBe(bob)
    }
  })

  test('leaves for a redirect with the same request', async () => {
    const app = fakeApp()
    expect(await resolveInteraction(app, needed('{}'), { scopes: SCOPES, method: 'redirect', account: bob })).toBeUndefined()
    app.acquireTokenPopup.mockRejectedValue(blocked())
    await resolveInteraction(app, needed('{}'), { scopes: SCOPES, account: bob })
    expect(app.acquireTokenRedirect.mock.calls).toEqual(Array.from({ length: 2 }, () => [{ scopes: SCOPES, account: bob, claims: '{}' }]))
  })

  test.each([new Error('x'), new ChatError('token', 'x'), undefined])('throws %s again, as the user cannot help', async (error) => {
    const app = fakeApp()
    expect(await rejection(resolveInteraction(app, error))).toBe(error)
    expect(app.acquireTokenPopup).not.toHaveBeenCalled()
  })
})
