/**
 * A page of a template in; what a visitor sees of it, checked, out. All templates have the same labels, so one visit fits all.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright'
import { expect } from 'vitest'
import { slowed } from '../setup/slow-page.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
/** The emulator takes two seconds for an answer, and the first visit of a server for developers makes it build; a busy machine takes more. */
const PATIENCE_MS = 60_000
const PATIENCE = { timeout: PATIENCE_MS, interval: 20 }

/** Opens a page in a context of its own, lets it be used, and sees that it made no error. */
export async function visit(browser: Browser, address: string, use: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext()
  try {
    const page = await slowed(await context.newPage())
    page.setDefaultTimeout(PATIENCE_MS)
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(`${address}/`)
    await page.getByLabel('Message').waitFor()
    await use(page)
    expect(errors).toEqual([])
  } finally {
    await context.close()
  }
}

/** Asks, stops, meets failures and tries again; `cutCode` is how a broken answer is told there. */
export async function chat(page: Page, cutCode: 'truncated' | 'server-error'): Promise<void> {
  await watch(page)
  await ask(page, 'Hello')
  await status(page, 'Complete')
  const lengths = await page.evaluate(() => (globalThis as unknown as { lengths: number[] }).lengths)
  expect(lengths.length, 'an answer that grows').toBeGreaterThan(2)
  expect(lengths, 'an answer that only grows').toEqual(lengths.toSorted((one, other) => one - other))
  expect(await answer(page)).toContain('You said: "Hello"')

  // Of one word, and then comments without end, so that there is always something to stop.
  await ask(page, 'Stop', 'gpt-5-mini~comments')
  await expect.poll(async () => (await answers(page).count()) === 2 && answer(page), PATIENCE).not.toBeFalsy()
  const half = await answer(page)
  await page.getByRole('button', { name: 'Stop' }).click()
  await status(page, 'Stopped')
  expect(await answer(page), 'what was stopped').toBe(half)

  await ask(page, 'Fail', 'gpt-5-mini~429-quota')
  await failure(page, 'quota-exceeded', 'choose another deployment')
  expect(await answers(page).count(), 'no answer without a word').toBe(2)

  await ask(page, 'Break', 'gpt-5-mini~cut')
  await failure(page, cutCode, 'What came is kept')
  expect(await answers(page).count()).toBe(3)
  expect(await answer(page), 'what came before it broke').not.toBe('')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await complaints(page), colorScheme).toEqual([])
  }

  await page.getByLabel('Deployment').fill('gpt-5-mini')
  await page.getByRole('button', { name: 'Try again' }).click()
  await status(page, 'Complete')
  expect(await page.locator('[data-role]').allInnerTexts()).toEqual(['Hello', expect.any(String), 'Stop', half, 'Break', expect.stringContaining('You said: "Break"')])
  expect(await page.locator('[data-code]').isVisible(), 'the failure after it was mended').toBe(false)
}

const answers = (page: Page) => page.locator('[data-role="assistant"]')
const answer = (page: Page) => answers(page).last().innerText()

async function ask(page: Page, words: string, deployment = 'gpt-5-mini'): Promise<void> {
  await page.getByLabel('Deployment').fill(deployment)
  await page.getByLabel('Message').fill(words)
  await page.getByRole('button', { name: 'Send' }).click()
}

async function status(page: Page, words: string): Promise<void> {
  await expect.poll(() => page.getByRole('status').innerText(), PATIENCE).toContain(words)
}

async function failure(page: Page, code: string, advice: string): Promise<void> {
  const card = page.locator(`[role="alert"][data-code="${code}"]`)
  await card.waitFor()
  expect(await card.innerText()).toContain(advice)
}

/** Keeps in `lengths` how long the last answer was whenever that changed. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const lengths: number[] = []
    Object.assign(globalThis, { lengths })
    new MutationObserver(() => {
      const { length } = [...document.querySelectorAll('[data-role="assistant"]')].at(-1)?.textContent ?? ''
      if (length > 0 && length !== lengths.at(-1)) lengths.push(length)
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  })
}

/** What axe finds: its rules, and the elements that break them. */
async function complaints(page: Page): Promise<readonly string[]> {
  // As code of the debugger's, which no policy of the page keeps out.
  await page.evaluate(await readFile(AXE, 'utf8'))
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    return (await axe.run()).violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  })
}
