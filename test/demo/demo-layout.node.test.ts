import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type * as Axe from 'axe-core'
import type { BrowserContextOptions, Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { ask, demoOf, found, settled } from './browser.ts'
import { unreadable } from './contrast.ts'

const AXE = fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url))
const PHONE = { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } as const
const PLACES: Readonly<Record<string, BrowserContextOptions>> = {
  'in light': { colorScheme: 'light' },
  'in dark': { colorScheme: 'dark' },
  'on a phone': { ...PHONE, viewport: { width: 390, height: 780 } },
  'on the smallest phone, in dark': { ...PHONE, viewport: { width: 320, height: 568 }, colorScheme: 'dark' },
  'in forced colours, without motion': { forcedColors: 'active', reducedMotion: 'reduce' },
}

describe.skipIf(!found)('demo page, states', () => {
  const demo = demoOf({ CHUNK_DELAY_MS: '2' })
  let page: Page

  /** What axe finds, what is hard to read, and what makes the page scroll sideways. */
  async function wrong(): Promise<readonly string[]> {
    await page.evaluate(await readFile(AXE, 'utf8'))
    const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof Axe }).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }))
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    return [...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`), ...(wide > 0 ? [`${wide} pixels too wide`] : [])]
  }

  test.each(Object.entries(PLACES))('page has no fault that axe finds in any state, and fits, %s', async (_, options) => {
    // The rules are a script of the test's own, which the page's policy would not let in.
    ;({ page } = await demo.open('/', { ...options, bypassCSP: true }))
    const states: Record<string, readonly string[]> = {}
    states['welcome'] = await wrong()
    await page.locator('#conversations').click()
    await page.locator('#keep').check()
    await page.locator('#history .close').click()
    await ask(page, 'Hello', 'gpt-4o-mini')
    await settled(page)
    await page.getByRole('button', { name: 'Answer again' }).click()
    await settled(page)
    states['branches'] = await wrong()
    await page.locator('#conversations').click()
    await page.locator('#kept .open').waitFor()
    states['list'] = await wrong()
    await page.getByRole('button', { name: /^Delete/ }).click()
    await page.locator('#confirm[open]').waitFor()
    states['confirm'] = await wrong()
    await page.locator('#confirm-no').click()
    await page.locator('#history .close').click()
    await page.getByRole('button', { name: 'Edit this question' }).click()
    states['editing'] = await wrong()
    await page.keyboard.press('Escape')
    await page.locator('#tune').click()
    await page.locator('#parameter-temperature').fill('3')
    await page.locator('#parameter-seed').fill('7')
    await page.locator('#program-source summary').click()
    states['drawer'] = await wrong()
    await page.locator('#parameters .close').click()
    await page.keyboard.press('Control+/')
    states['shortcuts'] = await wrong()
    await page.keyboard.press('Escape')
    await page.locator('#files').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('words') })
    await page.locator('#tray .file').waitFor()
    await page.context().setOffline(true)
    await page.locator('#offline').waitFor()
    states['offline'] = await wrong()
    expect(Object.entries(states).filter(([, found]) => found.length > 0)).toEqual([])
    if (options.forcedColors === undefined) expect(await unreadable(page)).toEqual([])
  })

  test('page has targets for a finger on a phone', async () => {
    ;({ page } = await demo.open('/', PLACES['on a phone']))
    await ask(page, 'Hello', 'gpt-4o-mini')
    await settled(page)
    await page.getByRole('button', { name: 'Answer again' }).click()
    await settled(page)
    await page.locator('#conversations').click()
    await page.locator('#keep').check()
    await page.locator('#kept .open').waitFor()
    const small = () => page.locator('button:visible, select:visible').evaluateAll((all) => all
      // Copying is in an answer's own row, between its words.
      .filter((one) => one.closest('.top, .connection, #composer, #history, .turn-bar, .drawer'))
      .map((one) => ({ name: one.id || one.className, box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.width < 44 || box.height < 44)
      .map(({ name, box }) => `${name}: ${box.width} × ${box.height}`))
    expect(await small()).toEqual([])
    await page.locator('#history .close').click()
    expect(await small()).toEqual([])
    await page.locator('#tune').click()
    expect(await small()).toEqual([])
  })

  test('page takes the focus into its panels and gives it back', async () => {
    ;({ page } = await demo.open('/', PLACES['on a phone']))
    const focused = () => page.evaluate(() => document.activeElement?.id)
    for (const [button, dialog] of [['conversations', 'history'], ['tune', 'parameters']] as const) {
      await page.locator(`#${button}`).focus()
      await page.keyboard.press('Enter')
      await page.locator(`#${dialog}:modal`).waitFor()
      for (let at = 0; at < 30; at++) {
        await page.keyboard.press('Tab')
        // In a modal dialog the browser's own bar comes after the last element, where the page has no focus.
        expect(await page.evaluate((id) => document.activeElement === document.body || document.activeElement?.closest('dialog')?.id === id, dialog), `${dialog}, ${at}`).toBe(true)
      }
      await page.keyboard.press('Escape')
      expect([await page.locator(`#${dialog}`).isVisible(), await focused()]).toEqual([false, button])
    }
  })

  test('page lies above a keyboard that covers it', async () => {
    ;({ page } = await demo.open('/', PLACES['on a phone']))
    expect(await page.locator('meta[name=viewport]').getAttribute('content')).toContain('interactive-widget=resizes-content')
    await page.evaluate(() => {
      Object.defineProperty(visualViewport, 'height', { value: 430, configurable: true })
      visualViewport?.dispatchEvent(new Event('resize'))
    })
    const composer = await page.locator('#composer').boundingBox()
    expect((composer?.y ?? 0) + (composer?.height ?? 999)).toBeLessThanOrEqual(430)
    await page.evaluate(() => {
      Object.defineProperty(visualViewport, 'height', { value: innerHeight, configurable: true })
      visualViewport?.dispatchEvent(new Event('resize'))
    })
    expect(await page.evaluate(() => document.body.style.height)).toBe('')
  })
})
