// The documentation's site in a browser: under its policy, and for everybody.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright'
import { browse, siteOf } from './built-site.ts'
import type { Browsed, Opened } from './built-site.ts'
import { found } from './in-chromium.ts'
import { eachPage, judge, PHONE, until } from './opened.ts'

let browsed: Browsed
let pages: readonly string[]
let opened: Opened | undefined

async function open(...args: Parameters<Browsed['open']>): Promise<Page> {
  await opened?.page.context().close()
  opened = await browsed.open(...args)
  return opened.page
}

describe.skipIf(!found)('the site in Chromium', () => {
  beforeAll(async () => {
    pages = await siteOf()
    browsed = await browse()
  })
  afterAll(async () => {
    await browsed?.close()
  })

  // One of each kind, and the richest of what is written.
  test.for(['index.html', 'deploy.html', 'errors/index.html', 'errors/rate-limited.html', 'api/index.html', 'api/sse.html'])('%s can be used by everybody, light and dark', async (path) => {
    const page = await open(path, { colorScheme: 'light' })
    await judge(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    await judge(page, ['color-contrast'])
    expect(opened?.complaints).toEqual([])
  })

  test('can be used by everybody on a phone, with its list of pages open and closed', async () => {
    const page = await open('chat.html', PHONE)
    await judge(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    await page.getByRole('button', { name: 'Pages' }).click()
    await page.locator('#site-pages').getByRole('link', { name: 'Getting started', exact: true }).waitFor()
    await judge(page)
    await page.keyboard.press('Escape')
    await until(() => page.locator('#site-pages').isVisible()).toBe(false)
  })

  test('fits on a phone, every page', { timeout: 300_000 }, async () => {
    await eachPage(browsed, pages, PHONE, async (page, path) => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), path).toBeLessThanOrEqual(0)
    })
  })

  test('remembers light or dark', async () => {
    const page = await open('index.html', { colorScheme: 'light' })
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await paper()
    await page.getByRole('button', { name: 'Dark colours' }).click()
    const dark = await paper()
    expect(dark).not.toBe(light)
    await page.reload()
    await until(paper).toBe(dark)
    expect(await page.getByRole('button', { name: 'Dark colours' }).getAttribute('aria-pressed')).toBe('true')
  })

  test('finds sections by keys alone', async () => {
    const page = await open('errors/rate-limited.html')
    // The script has come once it offers the search.
    await page.locator('#site-find').waitFor()
    await page.keyboard.press('/')
    await page.getByRole('combobox', { name: 'Search' }).fill('brokerTok')
    await page.getByRole('option', { name: /brokerTokens/ }).first().waitFor()
    await judge(page)
    await page.keyboard.press('Enter')
    await page.waitForURL(/api\/broker\.html#brokerTokens$/)
    expect(opened?.complaints).toEqual([])
  })

  test('skips to the content, and copies code', async () => {
    const page = await open('chat.html', { permissions: ['clipboard-read', 'clipboard-write'] })
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('site-content')
    const block = page.locator('.code:not(.live)').first()
    await block.hover()
    await block.getByRole('button', { name: 'Copy' }).click()
    await block.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await block.locator('pre').textContent())
  })
})
