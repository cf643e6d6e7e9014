import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTab } from '../faults/tab.ts'
import type { Tab } from '../faults/tab.ts'
import { ask, demoOf, found, lastText, launch, settled } from './browser.ts'

/** Waits for what comes in its own time, on a busy machine as well. */
const eventually: typeof expect.poll = (read, options) => expect.poll(read, { timeout: 15_000, ...options })

describe.skipIf(!found)('demo page, offline', () => {
  const demo = demoOf({ CHUNK_DELAY_MS: '10' })
  let page: Page

  async function start(): Promise<void> {
    ;({ page } = await demo.open('/#retries=0&idleMs=1500'))
    await page.locator('#deployment').selectOption('gpt-4o-mini')
  }
  const status = () => page.locator('#status').innerText()
  const banner = () => page.locator('#offline').isVisible()

  test('page says that it is offline, holds back what is written, and sends it once it is back', async () => {
    await start()
    expect(await banner()).toBe(false)
    await page.context().setOffline(true)
    await eventually(banner).toBe(true)
    await page.locator('#prompt').fill('These words wait')
    expect(await page.locator('#send').isDisabled()).toBe(true)
    const before = (await demo.calls()).length
    await page.locator('#prompt').press('Enter')
    expect(await status()).toBe('You are offline: your words stay here until you are back')
    expect([await page.locator('#prompt').inputValue(), await page.locator('.question').count()]).toEqual(['These words wait', 0])
    await page.context().setOffline(false)
    await eventually(banner).toBe(false)
    expect([await status(), await page.locator('#send').isEnabled()]).toEqual(['Back online', true])
    // Nothing is sent by itself.
    expect((await demo.calls()).length).toBe(before)
    await page.locator('#send').click()
    await settled(page)
    expect(await lastText(page)).toContain('These words wait')
  })

  test('page keeps what came of an answer that breaks offline, and asks again only when it is told to', async () => {
    await start()
    // Chromium breaks no connection that has begun when it is told to be offline: nothing more comes over this one.
    await ask(page, 'Go on', 'gpt-4o-mini~stall')
    await eventually(async () => (await lastText(page)).length).toBeGreaterThan(0)
    await page.context().setOffline(true)
    await eventually(banner).toBe(true)
    await settled(page)
    const came = await lastText(page)
    expect(came).not.toBe('')
    expect(await page.locator('.failure .retry').count()).toBe(1)
    const before = (await demo.calls()).length
    await page.locator('.failure .retry').click()
    expect(await status()).toBe('You are offline: your words stay here until you are back')
    // The card stays, and so does what came.
    expect([await page.locator('.failure').count(), await lastText(page)]).toEqual([1, came])
    await page.context().setOffline(false)
    await eventually(banner).toBe(false)
    expect((await demo.calls()).length).toBe(before)
    await page.locator('#deployment').selectOption('gpt-4o-mini')
    await page.locator('.failure .retry').click()
    await settled(page)
    expect(await page.locator('.place').innerText()).toBe('2/2')
  })
})

describe.skipIf(!found)('demo page, frozen', () => {
  const demo = demoOf({ CHUNK_DELAY_MS: '10' })
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  async function openFrozen(deployment: string): Promise<Tab> {
    const tab = await openTab(browser)
    await tab.evaluate(`location.href = ${JSON.stringify(`${demo.page}/#retries=0&idleMs=1000`)}`)
    await eventually(() => tab.evaluate('document.querySelector("#deployment option") !== null').catch(() => false), { timeout: 15_000 }).toBe(true)
    await tab.evaluate(`(() => {
      globalThis.said = []
      new MutationObserver(() => said.push(document.querySelector('#status').textContent)).observe(document.querySelector('#status'), { childList: true })
      document.querySelector('#deployment').value = ${JSON.stringify(deployment)}
      document.querySelector('#prompt').value = 'Go on'
      document.querySelector('#prompt').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
    })()`)
    await eventually(() => tab.evaluate('document.querySelector(".answer .text")?.textContent.length ?? 0'), { timeout: 15_000 }).toBeGreaterThan(10)
    return tab
  }
  const text = (tab: Tab) => tab.evaluate('document.querySelector(".answer .text").textContent') as Promise<string>

  test('page that was frozen while it was answered says so on return, and has asked once', async () => {
    const tab = await openFrozen('gpt-4o-mini~endless')
    await tab.become('frozen')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await tab.become('active')
    await eventually(() => tab.evaluate('said.find((words) => words.startsWith("This tab was frozen for")) ?? ""')).toMatch(/^This tab was frozen for \d+ s: the answer goes on if its connection has lasted/)
    // It still comes, or its card says why not: what came before is there either way, and words that nobody sees are not drawn until it ends.
    await tab.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))")
    await eventually(() => tab.evaluate('document.querySelector(".answer").getAttribute("aria-busy")')).toBe('false')
    expect((await text(tab)).length).toBeGreaterThan(10)
    expect(await tab.evaluate('document.querySelectorAll(".answer .retry").length')).toBe(1)
    expect((await demo.calls()).length).toBe(1)
    await tab.close()
  })
})
