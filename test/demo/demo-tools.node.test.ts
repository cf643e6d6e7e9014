import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ask, found, lastText, open, settled, sharedBrowser } from './browser.ts'
import type { Heard } from './browser.ts'
import { unreadable } from './contrast.ts'
import { serveDemo } from './served.ts'
import type { Served } from './served.ts'

interface Body {
  readonly messages: readonly { readonly role: string; readonly content?: unknown; readonly tool_calls?: unknown }[]
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
}

describe.skipIf(!found)('demo page, tools', () => {
  let served: Served
  let browser: Browser
  let heard: Heard
  let page: Page

  beforeAll(async () => {
    served = await serveDemo({ CHUNK_DELAY_MS: '2' })
    browser = await sharedBrowser()
  })
  afterAll(async () => {
    await served?.stop()
    expect(served?.errors() ?? '').toBe('')
  })
  afterEach(async () => page.context().close())

  async function start(options?: Parameters<typeof open>[2]): Promise<void> {
    ;({ page } = heard = await open(browser, `${served.page}/`, options))
    await page.locator('#ways').getByRole('button', { name: 'Tools' }).click()
  }
  const card = () => page.locator('.call').last()
  const state = () => card().getAttribute('data-state')
  const asks = () => expect.poll(() => page.locator('.call[data-state=asking]').count(), { timeout: 10_000 }).toBe(1)
  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.className)
  const lastBody = async () => (await served.calls()).at(-1)?.body as Body

  test('page shows what a model wants to call, calls it once it is allowed, and goes on to the answer', async () => {
    await start()
    await ask(page, 'What is the weather in Lisbon?', 'gpt-4o-mini')
    await asks()
    const before = (await served.calls()).length
    expect(await card().locator('h3').innerText()).toBe('get_weather')
    expect(JSON.parse(await card().locator('.arguments').innerText())).toEqual({ city: 'Lisbon' })
    expect(await card().locator('.outcome').count()).toBe(0)
    expect(await page.locator('#status').textContent()).toBe('May the model call get_weather? Allow or refuse it on its card.')
    await card().getByRole('button', { name: 'Allow' }).click()
    await settled(page)
    expect(await state()).toBe('done')
    expect(JSON.parse(await card().locator('.outcome').innerText())).toEqual({ city: 'Lisbon', sky: 'sunny', celsius: 24 })
    expect(await lastText(page)).toBe('In Lisbon it is 24 °C, with a sunny sky.')
    expect((await served.calls()).length).toBe(before + 1)
    const body = await lastBody()
    expect(body.tools?.map((tool) => tool.function.name)).toEqual(['get_weather', 'get_time'])
    expect(body.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
    expect(await card().locator('button').count()).toBe(0)
    expect(heard.complaints).toEqual([])
    expect(await heard.violations()).toEqual([])
  })

  test('page calls nothing that is refused, and tells the model so', async () => {
    await start()
    await ask(page, 'What is the weather in Lisbon?', 'gpt-4o-mini')
    await asks()
    await card().getByRole('button', { name: 'Refuse' }).click()
    await settled(page)
    expect(await state()).toBe('refused')
    expect(await card().locator('.outcome').count()).toBe(0)
    expect(await lastText(page)).toContain('You did not allow me')
    const told = (await lastBody()).messages.at(-1)
    expect(told?.role).toBe('tool')
    expect(told?.content).toContain('refused')
    expect(told?.content).not.toContain('celsius')
  })

  test('page shows a function that fails, and goes on to what the model makes of it', async () => {
    await start()
    await ask(page, 'What is the weather in Atlantis?', 'gpt-4o-mini')
    await asks()
    await card().getByRole('button', { name: 'Allow' }).click()
    await settled(page)
    expect(await state()).toBe('failed')
    expect(await card().locator('.outcome').innerText()).toBe('There is no weather station in Atlantis')
    expect(await lastText(page)).toContain('There is no weather station in Atlantis')
    expect(await page.locator('.answer').last().getAttribute('data-state')).toBe('finished')
  })

  test('page asks for one call after the other, and sends all of it along with the next question', async () => {
    await start()
    await ask(page, 'What are weather and time in Tokyo?', 'gpt-4o-mini')
    await asks()
    expect(await card().locator('h3').innerText()).toBe('get_weather')
    await card().getByRole('button', { name: 'Allow' }).click()
    await expect.poll(() => card().locator('h3').innerText()).toBe('get_time')
    await asks()
    await card().getByRole('button', { name: 'Refuse' }).click()
    await settled(page)
    expect(await page.locator('.call').evaluateAll((all) => all.map((one) => one.getAttribute('data-state')))).toEqual(['done', 'refused'])
    await page.locator('#ways').getByRole('button', { name: 'Tools' }).click()
    await ask(page, 'Thank you')
    await settled(page)
    const { messages, tools } = await lastBody()
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant', 'user'])
    expect(tools).toBeUndefined()
  })

  test.each(['Escape', 'Stop', 'New conversation'])('page stops a run that waits for a word: %s', async (by) => {
    await start()
    await ask(page, 'What is the weather in Lisbon?', 'gpt-4o-mini')
    await asks()
    const before = (await served.calls()).length
    if (by === 'Escape') await page.keyboard.press('Escape')
    else await page.getByRole('button', { name: by }).click()
    await settled(page)
    if (by === 'New conversation') expect(await page.locator('.call').count()).toBe(0)
    else {
      expect([await state(), await card().locator('.state').innerText()]).toEqual(['left', 'Stopped'])
      expect(await card().locator('button').count()).toBe(0)
      expect(await page.locator('.answer .badge').innerText()).toBe('Stopped')
    }
    // The question was not answered, and a call without its result would be refused.
    await ask(page, 'Hello again')
    await settled(page)
    expect((await lastBody()).messages.map(({ role }) => role)).toEqual(['user'])
    expect((await served.calls()).length).toBe(before + 1)
  })

  test('page leads the focus to the card, where nothing is allowed by accident, and back', async () => {
    await start()
    await page.locator('#prompt').focus()
    await page.keyboard.type('What are weather and time in Tokyo?')
    await page.keyboard.press('Enter')
    await asks()
    expect(await focused()).toBe('card call')
    // Whoever still types, or sends once more, has decided nothing.
    await page.keyboard.press('Enter')
    await page.keyboard.press('Space')
    expect(await state()).toBe('asking')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('renew allow')
    expect(await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle)).toBe('solid')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('.call').count()).toBe(2)
    await asks()
    expect(await focused()).toBe('card call')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('refuse')
    await page.keyboard.press('Enter')
    await settled(page)
    expect(await focused()).toBe('prompt')
  })

  test('page leaves the focus to whoever is writing', async () => {
    await start()
    await ask(page, 'What is the weather in Lisbon?', 'gpt-4o-mini~drip')
    await page.keyboard.type('And')
    await asks()
    await page.keyboard.type(' then?')
    expect([await focused(), await page.locator('#prompt').inputValue()]).toEqual(['prompt', 'And then?'])
    await page.keyboard.press('Escape')
    await settled(page)
  })

  test('page asks again what was stopped, from the beginning', async () => {
    await start()
    await ask(page, 'What is the weather in Lisbon?', 'gpt-4o-mini')
    await asks()
    await page.keyboard.press('Escape')
    await settled(page)
    await page.locator('.answer .retry').click()
    await asks()
    expect(await page.locator('.call').count()).toBe(1)
    await card().getByRole('button', { name: 'Allow' }).click()
    await settled(page)
    expect(await lastText(page)).toContain('24 °C')
    expect((await lastBody()).messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
  })

  test.each(['light', 'dark'] as const)('page is readable in the %s theme while it asks and afterwards', async (colorScheme) => {
    await start({ colorScheme })
    await page.locator('#offer').getByRole('button', { name: 'What is the weather in Atlantis?' }).click()
    await asks()
    expect(await unreadable(page)).toEqual([])
    await card().getByRole('button', { name: 'Allow' }).click()
    await settled(page)
    await page.locator('#offer').getByRole('button', { name: 'What is the weather in Lisbon?' }).click()
    await asks()
    await card().getByRole('button', { name: 'Refuse' }).click()
    await settled(page)
    expect(await unreadable(page)).toEqual([])
  })

  test('page fits its cards onto a phone', async () => {
    await start({ viewport: { width: 360, height: 700 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 })
    await page.locator('#offer').getByRole('button', { name: 'What is the weather in Lisbon?' }).click()
    await asks()
    const allow = card().getByRole('button', { name: 'Allow' })
    // In sight without a swipe, and large enough for a finger.
    await expect.poll(async () => {
      const [button, log] = [await allow.boundingBox(), await page.locator('#log').boundingBox()]
      return button && log && button.y >= log.y && button.y + button.height <= log.y + log.height
    }).toBe(true)
    expect((await allow.boundingBox())?.height).toBeGreaterThanOrEqual(40)
    expect((await page.locator('#attach').boundingBox())?.height).toBeGreaterThanOrEqual(40)
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    await allow.click()
    await settled(page)
  })
})
