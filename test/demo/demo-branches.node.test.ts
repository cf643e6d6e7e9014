import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { ask, demoOf, found, lastText, settled, speaking } from './browser.ts'
import type { Heard } from './browser.ts'

/** Waits for what comes in its own time, on a busy machine as well. */
const eventually: typeof expect.poll = (read, options) => expect.poll(read, { timeout: 15_000, ...options })

const messagesOf = (body: unknown) => (body as { readonly messages: readonly { readonly role: string; readonly content: string }[] }).messages

describe.skipIf(!found)('demo page, branches', () => {
  const demo = demoOf({ CHUNK_DELAY_MS: '5' })
  let heard: Heard
  let page: Page

  async function start(): Promise<void> {
    ;({ page } = heard = await demo.open())
    await page.locator('#deployment').selectOption('gpt-4o-mini')
  }
  const questions = () => page.locator('.question .text').allInnerTexts()
  const places = () => page.locator('.place').allInnerTexts()
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id)
  /** What the last call was sent, the answers cut short. */
  const sent = async () => messagesOf((await demo.calls()).at(-1)?.body).map(({ role, content }) => `${role}: ${content.slice(0, 24)}`)
  const edit = async (index: number, words: string) => {
    await page.locator('.question').nth(index).hover()
    await page.locator('.question').nth(index).getByRole('button', { name: 'Edit this question' }).click()
    await page.locator('.editor textarea').fill(words)
  }

  test('page answers again beside the answer that it has, and sends the one that is shown', async () => {
    await start()
    await ask(page, 'Hello one')
    await settled(page)
    expect(await places()).toEqual([])
    await page.getByRole('button', { name: 'Answer again' }).click()
    await settled(page)
    expect([await page.locator('.answer').count(), await places()]).toEqual([1, ['2/2']])
    await page.getByRole('button', { name: 'Previous version of this answer' }).click()
    expect([await places(), await focused()]).toEqual([['1/2'], 'Previous version of this answer'])
    expect(await page.locator('#status').innerText()).toBe('Version 1 of 2')
    await ask(page, 'And two')
    await settled(page)
    expect(await sent()).toEqual(['user: Hello one', expect.stringMatching(/^assistant: You wrote/), 'user: And two'])
    // Only the last answer of what is shown can be asked for again.
    expect(await page.getByRole('button', { name: 'Answer again' }).count()).toBe(1)
    // The other answer has nothing after it.
    await page.getByRole('button', { name: 'Next version of this answer' }).click()
    expect([await questions(), await places()]).toEqual([['Hello one'], ['2/2']])
    await page.getByRole('button', { name: 'Previous version of this answer' }).click()
    expect(await questions()).toEqual(['Hello one', 'And two'])
    expect(heard.complaints).toEqual([])
  })

  test('page asks an earlier question in other words by keyboard, and keeps both branches', async () => {
    await start()
    await ask(page, 'First')
    await settled(page)
    await ask(page, 'Second')
    await settled(page)
    await edit(0, 'First, but other')
    expect(await questions()).toEqual(['Second'])
    await page.keyboard.press('Escape')
    expect([await questions(), await focused()]).toEqual([['First', 'Second'], 'Edit this question'])
    await page.keyboard.press('Enter')
    expect(await page.locator('.editor textarea').inputValue()).toBe('First')
    await page.locator('.editor textarea').fill('First, in other words')
    await page.keyboard.press('Enter')
    await settled(page)
    expect([await questions(), await places()]).toEqual([['First, in other words'], ['2/2']])
    expect(await sent()).toEqual(['user: First, in other words'])
    await page.getByRole('button', { name: 'Previous version of this question' }).click()
    expect(await questions()).toEqual(['First', 'Second'])
    await ask(page, 'Third')
    await settled(page)
    expect((await sent()).filter((message) => message.startsWith('user'))).toEqual(['user: First', 'user: Second', 'user: Third'])
    await page.getByRole('button', { name: 'Next version of this question' }).click()
    expect(await questions()).toEqual(['First, in other words'])
  })

  test('page stops what is answering before it asks in other words, and loses nothing of it', async () => {
    await start()
    await ask(page, 'Go on', 'gpt-4o-mini~endless')
    await speaking(page)
    await page.locator('#deployment').selectOption('gpt-4o-mini')
    await edit(0, 'Say hello')
    // Leaving an edit stops nothing.
    await page.keyboard.press('Escape')
    expect(await page.locator('#send').getAttribute('data-state')).toBe('stop')
    await edit(0, 'Say hello')
    await page.keyboard.press('Enter')
    await eventually(() => lastText(page)).toContain('Say hello')
    await settled(page)
    expect((await demo.calls()).at(-2)?.state).toBe('cancelled')
    await page.getByRole('button', { name: 'Previous version of this question' }).click()
    expect((await lastText(page)).length).toBeGreaterThan(10)
    expect(await page.locator('.answer .badge').innerText()).toBe('Stopped')
    // What is moved away from while it answers is stopped and kept, too.
    await page.locator('#deployment').selectOption('gpt-4o-mini~endless')
    await page.locator('.answer .retry').click()
    await speaking(page)
    await page.getByRole('button', { name: 'Previous version of this answer' }).click()
    await settled(page)
    expect(await places()).toEqual(['1/2', '1/2'])
    await page.getByRole('button', { name: 'Next version of this answer' }).click()
    expect((await lastText(page)).length).toBeGreaterThan(10)
    expect((await demo.calls()).filter(({ state }) => state === 'open')).toEqual([])
  })

  test('page counts no attempt that brought nothing as a version', async () => {
    await start()
    await ask(page, 'Hello', 'gpt-4o-mini~500')
    await settled(page)
    await page.locator('#deployment').selectOption('gpt-4o-mini')
    await page.locator('.failure .retry').click()
    await settled(page)
    expect([await places(), await page.locator('.failure').count()]).toEqual([[], 0])
    await page.locator('#deployment').selectOption('gpt-4o-mini~500')
    await page.getByRole('button', { name: 'Answer again' }).click()
    await settled(page)
    // What failed is beside what came, which is not lost.
    expect([await places(), await page.locator('.failure').count()]).toEqual([['2/2'], 1])
    await page.getByRole('button', { name: 'Previous version of this answer' }).click()
    expect(await lastText(page)).toContain('Hello')
  })

  test('page goes anywhere by keys, and says which', async () => {
    await start()
    await ask(page, 'Hello')
    await settled(page)
    await page.keyboard.press('Alt+r')
    await settled(page)
    expect(await places()).toEqual(['2/2'])
    await page.keyboard.press('Alt+e')
    expect(await page.locator('.editor textarea').inputValue()).toBe('Hello')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+/')
    expect(await page.locator('#shortcuts').getByRole('term').allInnerTexts()).toContain('Alt N')
    await page.keyboard.press('Escape')
    // The focus is where it was.
    expect(await focused()).toBe('Edit this question')
    await page.keyboard.press('Alt+m')
    expect(await focused()).toBe('prompt')
    await page.keyboard.press('Alt+n')
    expect(await page.locator('#welcome').isVisible()).toBe(true)
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await page.locator('.skip').focus()
    await page.keyboard.press('Enter')
    expect(await focused()).toBe('prompt')
  })
})
