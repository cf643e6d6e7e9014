// Real MSAL in a real browser signs in at a real OpenID provider, and its tokens reach the emulator through the built package.
import { decodeJwt } from 'jose'
import { firefox } from 'playwright'
import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findFirefox } from '../../../scripts/find-firefox.mjs'
import { slowed } from '../../setup/slow-page.ts'
import { found, launch } from '../browser.ts'
import { serve } from './served.ts'
import type { Served } from './served.ts'
import { createWitness } from './witness.ts'

const FIREFOX = findFirefox()
const SCOPE = 'https://cognitiveservices.azure.com/.default'
const C1 = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'

/** What a call has come to: `text`, or how it failed. */
interface Outcome {
  readonly text?: string
  readonly attempts?: number
  readonly code?: string
  readonly message?: string
  readonly claims?: string
  readonly status?: number
}

/** What the app's page lets tests do; see `page.mjs`. */
interface App {
  ask(words: string): Promise<Outcome>
  readonly asked: readonly { readonly scopes: readonly string[]; readonly forceRefresh: boolean; readonly claims?: string }[]
  reconnect(): void
  parallel(count: number, connections: number): Promise<Outcome[]>
  renew(scopes?: readonly string[]): Promise<string>
}

const browsers = [
  { name: 'Chromium', here: Boolean(found), launch, everything: true },
  { name: 'Firefox', here: Boolean(FIREFOX), launch: () => firefox.launch({ channel: 'moz-firefox', ...(FIREFOX && { executablePath: FIREFOX }) }), everything: false },
]

for (const { name, here, launch: start, everything } of browsers) describe.skipIf(!here)(`MSAL in ${name}`, () => {
  const witness = createWitness()
  let browser: Browser
  let served: Served
  let page: Page

  beforeAll(async () => {
    browser = await start()
  })
  afterAll(async () => browser?.close())
  beforeEach(async () => {
    served = await serve()
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    witness.watch(context, () => served.foundry)
    page = await slowed(await context.newPage())
    page.setDefaultTimeout(10_000)
    await page.goto(`${served.app}/`)
    await ready()
  })
  afterEach(async () => {
    await witness.inspect(page)
    await page.context().close()
    await served.stop()
  })

  const ready = () => page.waitForFunction(() => document.title === 'ready')
  const ask = (words: string) => page.evaluate((said) => (globalThis as unknown as { page: App }).page.ask(said), words)
  const asked = () => page.evaluate(() => (globalThis as unknown as { page: App }).page.asked)
  const reconnect = () => page.evaluate(() => (globalThis as unknown as { page: App }).page.reconnect())
  const renew = (scopes?: readonly string[]) => page.evaluate((asked) => (globalThis as unknown as { page: App }).page.renew(asked), scopes)
  const account = () => page.locator('#account').innerText()
  /** Chats that have reached the emulator. */
  const chats = () => served.emulator.calls.filter(({ method }) => method === 'POST')
  const statuses = () => chats().map(({ status }) => status)
  /** Which grants tokens were asked for, and how that went wrong. */
  const tokenRequests = () => served.entra.controls.requests.filter(({ method, path }) => method === 'POST' && path === '/token').map(({ grantType, error }) => `${grantType} ${error}`.trim())

  async function popup(button: string, choice?: string): Promise<void> {
    const [window] = await Promise.all([page.waitForEvent('popup'), page.click(button)])
    const closed = window.isClosed() ? undefined : window.waitForEvent('close')
    if (choice) await window.getByRole('button', { name: choice }).click()
    await closed
  }

  async function signIn(name = 'Alice'): Promise<void> {
    await popup('#popup', name)
    await expect.poll(account).toBe(`${name.toLowerCase()}@contoso.example`)
  }

  test('signs in by a popup, and the token is for the endpoint', async () => {
    await signIn()
    expect(await ask('Hello')).toMatchObject({ text: expect.stringContaining('"Hello"'), attempts: 1 })
    expect(await asked()).toEqual([{ scopes: [SCOPE], forceRefresh: false }])
    expect([statuses(), tokenRequests()]).toEqual([[200], ['authorization_code']])
    await expect.poll(async () => decodeJwt(await witness.lastToken())).toMatchObject({ iss: served.entra.issuer, aud: 'https://cognitiveservices.azure.com', tid: served.entra.tenant, scp: 'user_impersonation', oid: expect.any(String), roles: ['Cognitive Services User'] })
  })

  test("asks MSAL's cache before the network", async () => {
    await signIn()
    for (const words of ['One', 'Two', 'Three']) {
      await reconnect()
      expect(await ask(words)).toMatchObject({ attempts: 1 })
    }
    expect(await asked()).toHaveLength(3)
    expect([statuses(), tokenRequests()]).toEqual([[200, 200, 200], ['authorization_code']])
  })

  test('renews silently by the refresh token', async () => {
    await signIn()
    const first = await witness.lastToken()
    expect(await renew()).toBe('renewed')
    expect(await ask('Hello')).toMatchObject({ attempts: 1 })
    expect(tokenRequests()).toEqual(['authorization_code', 'refresh_token'])
    await expect.poll(() => witness.lastToken()).not.toBe(first)
  })

  if (everything) {
    test('signs in by a redirect', async () => {
      await page.goto(`${served.app}/?redirect`)
      await ready()
      await page.click('#redirect')
      await page.getByRole('button', { name: 'Alice' }).click()
      await page.waitForURL(`${served.app}/?redirect`)
      await ready()
      expect(await account()).toBe('alice@contoso.example')
      expect(await ask('Hello')).toMatchObject({ text: expect.any(String) })
      expect([statuses(), tokenRequests()]).toEqual([[200], ['authorization_code']])
    })

    test('tells a page that nobody has signed in on, and one whose user has cancelled', async () => {
      expect(await ask('Hello')).toMatchObject({ code: 'interaction-required' })
      await popup('#popup', 'Cancel')
      await expect.poll(account).toBe('failed: access_denied')
      expect([statuses(), tokenRequests()]).toEqual([[], []])
    })

    test('gets a token for another API by the same refresh token', async () => {
      served.entra.controls.signInAs = 'alice'
      await popup('#popup')
      await expect.poll(account).toBe('alice@contoso.example')
      expect(await renew(['https://ai.azure.com/.default'])).toBe('renewed')
      expect(tokenRequests()).toEqual(['authorization_code', 'refresh_token'])
      await expect.poll(async () => decodeJwt(await witness.lastToken()).aud).toBe('https://ai.azure.com')
    })

    test('answers a claims challenge by a forced renewal with its claims, unseen', async () => {
      await signIn()
      served.requiredClaims = { acrs: 'c1' }
      served.entra.controls.fulfil('c1')
      expect(await ask('Hello')).toMatchObject({ text: expect.any(String), attempts: 2 })
      expect(await asked()).toEqual([{ scopes: [SCOPE], forceRefresh: false }, { scopes: [SCOPE], forceRefresh: true, claims: C1 }])
      expect([statuses(), tokenRequests()]).toEqual([[401, 200], ['authorization_code', 'refresh_token']])
      await expect.poll(async () => decodeJwt(await witness.lastToken())).toMatchObject({ acrs: ['c1'] })
    })

    test('asks the user where the challenge needs that, then goes on in the same conversation', async () => {
      await signIn()
      const first = await ask('First question')
      served.requiredClaims = { acrs: 'c1' }
      expect(await ask('Second question')).toMatchObject({ code: 'interaction-required', claims: C1 })
      expect(tokenRequests()).toEqual(['authorization_code', 'refresh_token interaction_required'])
      await popup('#resolve', 'Approve')
      await expect.poll(() => page.locator('#messages .assistant').last().innerText()).toContain('"Second question"')
      await expect.poll(() => chats().at(-1)?.state).toBe('complete')
      expect(statuses()).toEqual([200, 401, 200])
      expect(chats().at(-1)?.body).toMatchObject({ messages: [{ role: 'user', content: 'First question' }, { role: 'assistant', content: first.text }, { role: 'user', content: 'Second question' }] })
    })

    test('asks the user where the provider does', async () => {
      await signIn()
      served.entra.controls.demand('consent')
      expect(await renew()).toBe('interaction-required')
      expect(tokenRequests()).toEqual(['authorization_code', 'refresh_token interaction_required'])
    })

    test('sends one request for a user without the role, and says so', async () => {
      await signIn('Bob')
      expect(await ask('Hello')).toMatchObject({ code: 'missing-role', status: 401, attempts: 1 })
      expect([statuses(), tokenRequests()]).toEqual([[401], ['authorization_code']])
    })

    test('lets the user choose another account', async () => {
      await signIn()
      expect(await ask('Hello')).toMatchObject({ text: expect.any(String) })
      await popup('#switch', 'Bob')
      await expect.poll(account).toBe('bob@contoso.example')
      await reconnect()
      expect(await ask('Hello')).toMatchObject({ code: 'missing-role' })
    })

    test.for([1, 4])('asks for one token for four cold calls on %i connection(s)', async (connections) => {
      // So short that MSAL takes it for stale at once.
      served.entra.controls.accessTokenSeconds = 5
      await signIn()
      served.entra.controls.accessTokenSeconds = 3600
      const outcomes = await page.evaluate((count) => (globalThis as unknown as { page: App }).page.parallel(4, count), connections)
      expect(outcomes.map(({ text, attempts }) => [typeof text, attempts])).toEqual(Array.from({ length: 4 }, () => ['string', 1]))
      expect([statuses(), tokenRequests()]).toEqual([[200, 200, 200, 200], ['authorization_code', 'refresh_token']])
    })

    test('renews tokens that expire in mid-session, and nobody notices', async () => {
      served.entra.controls.accessTokenSeconds = 3
      await signIn()
      const until = Date.now() + 7000
      while (Date.now() < until) expect(await ask('Still there?')).toMatchObject({ text: expect.any(String), attempts: 1 })
      expect(new Set(statuses())).toEqual(new Set([200]))
      const [, ...renewals] = tokenRequests()
      expect(renewals.length).toBeGreaterThanOrEqual(2)
      expect(new Set(renewals)).toEqual(new Set(['refresh_token']))
      expect(renewals.length).toBeLessThan(chats().length)
    })

    test('asks the user after the session was revoked, and goes on after the sign-in', async () => {
      served.entra.controls.accessTokenSeconds = 5
      await signIn()
      expect(await ask('First question')).toMatchObject({ text: expect.any(String) })
      served.entra.controls.revoke()
      await reconnect()
      expect(await ask('Second question')).toMatchObject({ code: 'interaction-required' })
      expect(tokenRequests().at(-1)).toBe('refresh_token invalid_grant')
      served.entra.controls.accessTokenSeconds = 3600
      // The account is known, so nothing is asked.
      await popup('#resolve')
      await expect.poll(() => page.locator('#messages .assistant').last().innerText()).toContain('"Second question"')
    })
  }

  // The last of them, as it looks back on all that the others have done.
  test('no access token is anywhere but in the authorization header to the endpoint', async () => {
    await signIn()
    await ask('Hello')
    await witness.inspect(page)
    expect(await witness.leaks()).toEqual([])
    expect(witness.tokens.length).toBeGreaterThanOrEqual(everything ? 15 : 4)
    expect(witness.sent).toBeGreaterThanOrEqual(everything ? 30 : 5)
    expect(await page.evaluate(() => [localStorage.length, document.cookie])).toEqual([0, ''])

    // It would have been seen.
    await page.evaluate((token) => {
      console.log(token)
      localStorage.setItem('token', token)
      document.body.append(token)
      return fetch(`?token=${token}`)
    }, witness.tokens[0] ?? '')
    await witness.inspect(page)
    const found = (await witness.leaks()).map((leak) => leak.slice(0, leak.indexOf(':')))
    expect(new Set(found)).toEqual(new Set(['console', 'localStorage', 'page', 'URL of GET']))
  })
})
