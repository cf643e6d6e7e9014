import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { ask, demoOf, found, settled } from './browser.ts'
import type { Heard } from './browser.ts'
import { unreadable } from './contrast.ts'

describe.skipIf(!found)('demo page, form', () => {
  const demo = demoOf({ CHUNK_DELAY_MS: '10' })
  let heard: Heard
  let page: Page

  async function start(options?: Parameters<typeof demo.open>[1]): Promise<void> {
    ;({ page } = heard = await demo.open('/', options))
    await page.locator('#ways').getByRole('button', { name: 'Form' }).click()
  }
  const form = () => page.locator('.trip').last()
  const values = () => form().locator('input').evaluateAll((all) => all.map((input) => (input as HTMLInputElement).value))
  const days = () => form().locator('.days li').allInnerTexts()

  test('page fills a form while its JSON arrives, and says in the end that it fits', async () => {
    await start()
    await page.evaluate(() => {
      const seen: string[] = []
      Object.assign(globalThis, { seen })
      const look = () => seen.push(`${document.querySelector('.trip')?.getAttribute('data-state')} ${document.querySelector('.trip .days')?.textContent.length}`)
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    })
    await ask(page, 'Plan three days in Kyoto', 'gpt-4o-mini')
    await settled(page)
    const seen = await page.evaluate(() => [...new Set((globalThis as unknown as { seen: string[] }).seen)])
    const lengths = seen.filter((entry) => entry.startsWith('growing')).map((entry) => Number(entry.split(' ')[1]))
    expect(lengths.length).toBeGreaterThanOrEqual(3)
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
    expect(await form().getAttribute('data-state')).toBe('valid')
    expect(await form().locator('.chip').innerText()).toBe('fits its schema')
    expect(await values()).toEqual(['Kyoto', 'autumn', '640'])
    expect((await days()).length).toBe(3)
    // JSON is not for readers.
    expect(await page.locator('.answer').innerText()).not.toMatch(/[{}]/)
    const body = (await demo.calls()).at(-1)?.body as { response_format: unknown }
    expect(body.response_format).toMatchObject({ type: 'json_schema', json_schema: { name: 'trip', strict: true, schema: { additionalProperties: false } } })
    expect(await page.locator('.answer [data-fact=finish] dd').innerText()).toBe('stop')
    expect(heard.complaints).toEqual([])
    expect(await heard.violations()).toEqual([])
  })

  test('page keeps what came of a form that is cut off, and calls it valid only once it is whole', async () => {
    await start()
    await ask(page, 'Plan three days in Kyoto', 'gpt-4o-mini~no-finish')
    await settled(page)
    expect(await form().getAttribute('data-state')).toBe('left')
    expect(await form().locator('.chip').innerText()).toBe('not valid')
    expect((await values()).slice(0, 2)).toEqual(['Kyoto', 'autumn'])
    expect(await page.locator('.failure').getAttribute('data-code')).toBe('truncated')
    expect(await page.locator('.badge').innerText()).toBe('Incomplete')
    await page.locator('#deployment').selectOption('gpt-4o-mini')
    await page.locator('.failure .retry').click()
    await settled(page)
    expect(await page.locator('.trip').count()).toBe(1)
    expect(await form().getAttribute('data-state')).toBe('valid')
  })

  test('page fills a form by every deployment', async () => {
    await start()
    for (const name of await page.locator('#deployment optgroup').first().locator('option').allInnerTexts()) {
      await ask(page, 'Plan a weekend in Oslo', name)
      await settled(page)
      expect(await form().getAttribute('data-state'), name).toBe('valid')
    }
    expect(await page.locator('.trip').count()).toBeGreaterThanOrEqual(6)
  })

  test('page stops a form half way', async () => {
    await start()
    await ask(page, 'Plan three days in Kyoto', 'gpt-4o-mini')
    await expect.poll(async () => (await days()).length).toBeGreaterThan(0)
    await page.keyboard.press('Escape')
    await settled(page)
    expect(await page.locator('.badge').innerText()).toBe('Stopped')
    expect(await form().getAttribute('data-state')).toBe('left')
    expect((await days()).length).toBeLessThan(3)
  })

  test('page names what is wrong with a form that does not fit', async () => {
    await start()
    await page.locator('#offer').getByRole('button', { name: 'Plan a trip, but get it wrong' }).click()
    await settled(page)
    expect(await page.locator('.failure').getAttribute('data-code')).toBe('schema-violation')
    expect(await page.locator('.failure .issues li').allInnerTexts()).toEqual([expect.stringMatching(/^budget: .*-1/), expect.stringMatching(/^days: .*0/)])
    expect(await form().getAttribute('data-state')).toBe('left')
    expect(await unreadable(page)).toEqual([])
  })

  test('page shows the words of a model that declines to fill a form', async () => {
    await start()
    await ask(page, 'Plan something bad /refuse', 'gpt-4o-mini')
    await settled(page)
    expect(await page.locator('.failure').getAttribute('data-code')).toBe('refused')
    expect((await page.locator('.refusal').innerText()).length).toBeGreaterThan(10)
    expect(await page.locator('.trip').count()).toBe(0)
  })

  test('page works by keyboard from a switch to a prompt to try', async () => {
    ;({ page } = heard = await demo.open())
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    await page.locator('#send').evaluate((button) => ((button as HTMLButtonElement).disabled = false))
    await page.locator('#send').focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Form')
    await page.keyboard.press('Space')
    expect(await page.locator('#ways [aria-pressed=true]').allInnerTexts()).toEqual(['Form'])
    for (const name of ['My data', 'Attach…', 'Parameters…', 'Plan three days in Kyoto']) {
      await page.keyboard.press('Tab')
      expect(await focused()).toBe(name)
    }
    await page.keyboard.press('Enter')
    await settled(page)
    expect(await form().getAttribute('data-state')).toBe('valid')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('prompt')
    // One at a time, and off again.
    await page.locator('#ways').getByRole('button', { name: 'Tools' }).click()
    expect(await page.locator('#ways [aria-pressed=true]').allInnerTexts()).toEqual(['Tools'])
    await page.locator('#ways').getByRole('button', { name: 'Tools' }).click()
    expect(await page.locator('#ways [aria-pressed=true]').count()).toBe(0)
    expect(await page.locator('#offer').isVisible()).toBe(false)
  })
})
