import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ask, found, lastText, open, settled, sharedBrowser } from './browser.ts'
import type { Heard } from './browser.ts'
import { unreadable } from './contrast.ts'
import { serveDemo } from './served.ts'
import type { Served } from './served.ts'

/** Where the stand-in for Entra ID redeems codes and refresh tokens. */
const TOKENS = /^https:\/\/localhost:\d+\/.*\/token\b/

describe.skipIf(!found)('demo page, settings', () => {
  let served: Served
  let browser: Browser
  let heard: Heard
  let page: Page

  beforeAll(async () => {
    // Of tokens that short, a conversation uses many.
    served = await serveDemo({ CHUNK_DELAY_MS: '2', TOKEN_SECONDS: '2' })
    browser = await sharedBrowser()
  })
  afterAll(async () => {
    await served?.stop()
    expect(served?.errors() ?? '').toBe('')
  })
  afterEach(async () => page.context().close())

  // The stand-in for Entra ID has signed its certificate itself.
  const start = async (options: Parameters<typeof open>[2] = {}, path = '/') => ({ page } = heard = await open(browser, `${served.page}${path}`, { ignoreHTTPSErrors: true, ...options }))
  const kept = () => page.evaluate(() => JSON.stringify(localStorage))
  const card = () => page.locator('.failure')

  async function choose(mode: string, fields: Readonly<Record<string, string>> = {}): Promise<void> {
    await page.locator('#settings').click()
    await page.locator(`#connect [value=${mode}]`).check()
    for (const [name, value] of Object.entries(fields)) await page.locator(`#connect [name=${name}]`).fill(value)
    await page.locator('#connect [type=submit]').click()
  }

  async function connected(mode: string): Promise<void> {
    await choose(mode)
    await page.locator('#connect').waitFor({ state: 'hidden' })
  }

  async function checks(): Promise<Record<string, string | null>> {
    await page.locator('#check').click()
    await expect.poll(() => page.locator('#checklist').getAttribute('aria-busy'), { timeout: 15_000 }).toBe('false')
    const rows = await page.locator('#checklist li').evaluateAll((all) => all.map((row) => [row.getAttribute('data-check'), row.getAttribute('data-status')] as const))
    return Object.fromEntries(rows)
  }

  /** Clicks on what opens the sign-in, and picks an account there. */
  async function signInBy(button: string, name = 'Alice'): Promise<void> {
    const [popup] = await Promise.all([page.context().waitForEvent('page'), page.locator(button).click()])
    await popup.getByRole('button', { name }).click()
  }

  test('page checks its connection step by step, and says what to do', async () => {
    await start()
    expect(await checks()).toEqual({ endpoint: 'ok', reachable: 'ok', cors: 'ok', token: 'ok', role: 'ok', deployment: 'ok' })
    expect(await unreadable(page)).toEqual([])
    await page.keyboard.press('Escape')
    expect(await page.locator('#checks').isVisible()).toBe(false)
    await page.locator('#session').selectOption('without-role')
    expect(await checks()).toMatchObject({ token: 'ok', role: 'failed', deployment: 'skipped' })
    expect(await page.locator('[data-check=role] .fix').innerText()).toMatch(/^Assign the role Cognitive Services User/)
    await page.locator('#checks .close').click()
    await page.locator('#session').selectOption('ended')
    expect(await checks()).toMatchObject({ token: 'failed', role: 'skipped' })
    await page.locator('#checks .close').click()
    await page.locator('#session').selectOption('user')
    await page.locator('#deployment').selectOption('gpt-4o-mini~404-deployment')
    expect(await checks()).toMatchObject({ role: 'ok', deployment: 'failed' })
    await page.locator('#again').click()
    await expect.poll(() => page.locator('#checklist li').count()).toBe(6)
    expect(await heard.violations()).toEqual([])
  })

  test('page gets its tokens from a backend by the library\'s broker', async () => {
    await start()
    const asked: unknown[] = []
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/token') asked.push(request.postDataJSON())
    })
    await connected('broker')
    await ask(page, 'Hello by broker', 'gpt-4o-mini')
    await settled(page)
    expect(await lastText(page)).toContain('Hello by broker')
    expect(asked).toEqual([{ scopes: ['https://cognitiveservices.azure.com/.default'], forceRefresh: false }])
    await page.locator('#session').selectOption('ended')
    await ask(page, 'Am I still signed in?', 'gpt-4o-mini')
    await settled(page)
    expect(await card().getAttribute('data-code')).toBe('interaction-required')
    await card().locator('.renew').click()
    await settled(page)
    expect(await lastText(page)).toContain('Am I still signed in?')
    // Where the tokens come from outlives a reload, but nothing of a token does.
    expect(await kept()).toBe('{"connection":"{\\"mode\\":\\"broker\\"}"}')
    await page.reload()
    await page.locator('#settings').click()
    expect(await page.locator('#connect [value=broker]').isChecked()).toBe(true)
    await page.locator('#reset').click()
    expect(await kept()).toBe('{}')
    expect(heard.complaints.filter((complaint) => !complaint.includes('401'))).toEqual([])
  })

  test('page says what is wrong with settings, and keeps those that work', async () => {
    await start({ colorScheme: 'dark', viewport: { width: 360, height: 700 } })
    const problem = () => page.locator('#problem').innerText()
    await choose('msal', { endpoint: 'http://contoso.openai.azure.com' })
    // MSAL is bundled for the first who asks for it.
    await expect.poll(problem, { timeout: 15_000 }).toContain('must be https')
    expect(await unreadable(page)).toEqual([])
    await page.locator('#connect [name=endpoint]').fill('https://contoso.openai.azure.com/?api-key=1')
    await page.keyboard.press('Enter')
    await expect.poll(problem).toContain('must not hold a secret')
    await page.locator('#connect [name=endpoint]').fill('')
    await page.keyboard.press('Enter')
    await expect.poll(problem).toBe('Please fill in: Endpoint')
    await page.locator('#connect .close').click()
    expect(await kept()).toBe('{}')
    await ask(page, 'Hello', 'gpt-4o-mini')
    await settled(page)
    expect(await lastText(page)).toContain('Hello')
  })

  test('page without any settings asks for them', async () => {
    await start()
    await page.route('**/config.json', (route) => route.fulfill({ status: 404, body: '' }))
    await page.goto('about:blank')
    await page.goto(`${served.page}/`)
    await page.locator('#connect').waitFor()
    expect(await page.locator('#connect [value=emulator]').count()).toBe(0)
    await page.keyboard.press('Escape')
    expect(await page.locator('#check').isDisabled()).toBe(true)
    // There is nobody to ask yet.
    await page.locator('#suggestions button').first().click()
    await page.locator('#connect [name=endpoint]').fill('https://contoso.services.ai.azure.com')
    await page.locator('#connect [name=deployments]').fill('gpt-5-mini, mine')
    await page.locator('#connect [name=clientId]').fill('00000000-0000-4000-8000-000000000000')
    await page.locator('#connect [type=submit]').click()
    await expect.poll(() => page.locator('#base').innerText()).toBe('https://contoso.services.ai.azure.com/openai/v1')
    expect(await page.locator('#deployment option').allInnerTexts()).toEqual(['gpt-5-mini', 'mine'])
    expect([await page.locator('#username').innerText(), await page.locator('#sign').innerText()]).toEqual(['Signed out', 'Sign in'])
  })

  test('page signs in with Entra ID, chats past the end of tokens, asks once where silence fails, and signs out', async () => {
    await start()
    await connected('msal')
    await expect.poll(() => page.locator('#username').innerText()).toBe('Signed out')
    // Signed out: the failure has one way on.
    await ask(page, 'Hello Entra', 'gpt-4o-mini')
    await settled(page)
    expect(await card().getAttribute('data-code')).toBe('interaction-required')
    await signInBy('.failure .renew')
    await expect.poll(() => lastText(page), { timeout: 15_000 }).toContain('Hello Entra')
    await settled(page)
    expect([await page.locator('#username').innerText(), await page.locator('#sign').innerText()]).toEqual(['alice@contoso.example', 'Sign out'])
    // On a busy machine a token of two seconds may end while it is looked at; the next check gets another.
    await expect.poll(async () => {
      const status = await checks()
      await page.locator('#checks .close').click()
      return status
    }, { timeout: 60_000 }).toEqual({ endpoint: 'ok', reachable: 'ok', cors: 'ok', token: 'ok', role: 'ok', deployment: 'ok' })

    // Every token has ended by the next question.
    for (const words of ['Second', 'Third']) {
      await page.waitForTimeout(2200)
      await ask(page, words, 'gpt-4o-mini')
      await settled(page)
      expect(await lastText(page)).toContain(words)
    }
    expect(await card().count()).toBe(0)

    await page.waitForTimeout(2200)
    await page.route(TOKENS, (route) => route.fulfill({ status: 400, contentType: 'application/json', headers: { 'access-control-allow-origin': '*' }, body: '{"error":"interaction_required","error_description":"AADSTS50076"}' }))
    await ask(page, 'Fourth', 'gpt-4o-mini')
    await settled(page)
    expect(await card().getAttribute('data-code')).toBe('interaction-required')
    expect(await card().locator('.renew').allInnerTexts()).toEqual(['Sign in'])
    await page.unroute(TOKENS)
    // Signed in there still, so that the popup closes by itself.
    await page.locator('.failure .renew').click()
    await expect.poll(() => lastText(page), { timeout: 15_000 }).toContain('Fourth')
    await settled(page)

    // MSAL keeps its own in the tab alone, until the user leaves.
    expect(await kept()).toBe('{"connection":"{\\"mode\\":\\"msal\\"}"}')
    await page.locator('#sign').click()
    await expect.poll(() => page.locator('#username').innerText()).toBe('Signed out')
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain('eyJ')
    await ask(page, 'Who am I?', 'gpt-4o-mini')
    await settled(page)
    expect(await card().getAttribute('data-code')).toBe('interaction-required')
    expect(await heard.violations()).toEqual([])
    expect(heard.complaints.filter((complaint) => !/status of 40[01]/.test(complaint))).toEqual([])
  })

  test('page tells a user without a role, who signs in as another', async () => {
    await start()
    await connected('msal')
    await signInBy('#sign', 'Bob')
    await expect.poll(() => page.locator('#username').innerText()).toBe('bob@contoso.example')
    await ask(page, 'May I?', 'gpt-4o-mini')
    await settled(page)
    expect(await card().getAttribute('data-code')).toBe('missing-role')
    await signInBy('.failure .renew')
    await expect.poll(() => lastText(page), { timeout: 15_000 }).toContain('May I?')
    expect(await page.locator('#username').innerText()).toBe('alice@contoso.example')
  })

  test('page signs in by a redirect where popups are blocked', async () => {
    await start()
    await page.addInitScript(() => {
      globalThis.open = () => null
    })
    await page.reload()
    await connected('msal')
    await page.locator('#sign').click()
    await page.getByRole('button', { name: 'Alice' }).click()
    await expect.poll(() => page.locator('#username').innerText(), { timeout: 15_000 }).toBe('alice@contoso.example')
    await ask(page, 'Back again', 'gpt-4o-mini')
    await settled(page)
    expect(await lastText(page)).toContain('Back again')
  })
})
