/**
 * What a reader does to have conversations kept, and what a browser then holds.
 * @module
 */
import type { Page } from 'playwright'
import { expect } from 'vitest'
import { ask, settled } from './browser.ts'

/** A conversation in the database, as far as tests look at it. */
interface Stored {
  readonly id: string
  readonly nodes: readonly { readonly kind: string; readonly record?: { readonly ending?: unknown } }[]
}

/** Waits for what comes in its own time, on a busy machine as well. */
export const eventually: typeof expect.poll = (read, options) => expect.poll(read, { timeout: 15_000, ...options })

/** Opens the panel and asks it to keep conversations. */
export async function keep(page: Page): Promise<void> {
  await page.locator('#conversations').click()
  await page.locator('#keep').check()
  await eventually(() => databases(page)).toEqual(['keyless-chat'])
}

/** Sends a message and waits for its answer. */
export async function chat(page: Page, words: string): Promise<void> {
  await ask(page, words)
  await settled(page)
}

export async function reload(page: Page): Promise<void> {
  await page.reload()
  await page.locator('#deployment option').first().waitFor({ state: 'attached' })
}

/** Who says what in a request that the emulator got. */
export const rolesOf = (body: unknown) => (body as { readonly messages: readonly { readonly role: string }[] }).messages.map(({ role }) => role)
export const databases = (page: Page) => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
export const titles = (page: Page) => page.locator('#kept .title').allInnerTexts()
export const questions = (page: Page) => page.locator('.question .text').allInnerTexts()

/** All that is in the database, as it is. */
export const stored = (page: Page) => page.evaluate(() => new Promise<readonly Stored[]>((resolve, reject) => {
  const opening = indexedDB.open('keyless-chat')
  opening.addEventListener('error', () => reject(new Error(String(opening.error))))
  opening.addEventListener('success', () => {
    const reading = opening.result.transaction('conversations').objectStore('conversations').getAll()
    reading.addEventListener('success', () => {
      opening.result.close()
      resolve(reading.result as [])
    })
  })
}))
