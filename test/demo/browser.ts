/**
 * A real browser on the demo's page.
 * @module
 */
import { chromium } from 'playwright'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { chromiumFlags, findChromium } from '../../scripts/find-chromium.mjs'
import { slowed } from '../setup/slow-page.ts'
import { serveDemo } from './served.ts'
import type { Served } from './served.ts'

/** The browser of this machine; `undefined` where there is none, and tests are skipped by their names. */
export const found: { readonly path: string } | undefined = await findChromium({ install: false })

/** Starts a browser of its own for tests that do more to it than open contexts; elsewhere, `sharedBrowser()`. */
export function launch(): Promise<Browser> {
  return chromium.launch({ ...(found ? { executablePath: found.path } : {}), args: [...chromiumFlags] })
}

let shared: Promise<Browser> | undefined

/** The browser of all files that run in this worker: starting one takes seconds on a busy machine. Nobody closes it: it ends with the worker. */
export function sharedBrowser(): Promise<Browser> {
  shared ??= launch().then((browser) => browser.once('disconnected', () => (shared = undefined)))
  return shared
}

/** What a page has said and asked for since it was opened. */
export interface Heard {
  readonly page: Page
  /** Messages of the console that are errors or warnings, and errors that nobody caught. */
  readonly complaints: string[]
  /** All messages of the console. */
  readonly console: string[]
  readonly violations: () => Promise<readonly string[]>
}

/** Opens the demo in a context of its own, once that is prepared, and waits until it can be used. */
export async function open(browser: Browser, url: string, options: BrowserContextOptions = {}, prepare?: (context: BrowserContext) => Promise<unknown>): Promise<Heard> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options })
  await prepare?.(context)
  const page = await slowed(await context.newPage())
  page.setDefaultTimeout(15_000)
  const heard: Heard = {
    page,
    complaints: [],
    console: [],
    violations: () => page.evaluate(() => (globalThis as unknown as { violations: string[] }).violations),
  }
  page.on('console', (message) => {
    heard.console.push(message.text())
    if (['error', 'warning'].includes(message.type())) heard.complaints.push(message.text())
  })
  page.on('pageerror', (error) => heard.complaints.push(String(error)))
  await page.addInitScript(() => {
    const violations: string[] = []
    Object.assign(globalThis, { violations })
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => violations.push(`${violatedDirective} ${blockedURI}`))
  })
  await page.goto(url)
  await page.locator('#deployment option').first().waitFor({ state: 'attached' })
  return heard
}

/** A demo that is served for the tests of one `describe()`. */
export interface Demo extends Pick<Served, 'page' | 'emulator' | 'calls'> {
  /** Opens its page, at a path; it is closed after the test. */
  readonly open: (path?: string, options?: BrowserContextOptions) => Promise<Heard>
}

/** Serves the demo before the tests of the `describe()` that calls it, and after them sees that it has said nothing over standard error. */
export function demoOf(env: Readonly<Record<string, string>>): Demo {
  let served: Served
  let opened: Heard[] = []
  beforeAll(async () => {
    served = await serveDemo(env)
  })
  afterEach(async () => {
    for (const { page } of opened) await page.context().close()
    opened = []
  })
  afterAll(async () => {
    await served?.stop()
    expect(served?.errors() ?? '').toBe('')
  })
  return {
    get page() {
      return served.page
    },
    get emulator() {
      return served.emulator
    },
    calls: () => served.calls(),
    async open(path = '/', options) {
      const heard = await open(await sharedBrowser(), served.page + path, options)
      opened.push(heard)
      return heard
    },
  }
}

/** Chooses a deployment and sends a message. */
export async function ask(page: Page, words: string, deployment?: string): Promise<void> {
  if (deployment !== undefined) await page.locator('#deployment').selectOption(deployment)
  await page.locator('#prompt').fill(words)
  await page.locator('#prompt').press('Enter')
}

/** Waits until no call is running. */
export async function settled(page: Page): Promise<void> {
  await expect.poll(() => page.locator('#send').getAttribute('data-state'), { timeout: 20_000, interval: 20 }).toBe('send')
}

export const lastText = (page: Page) => page.locator('.answer').last().locator('.text').innerText()

/** Waits until the last answer has some text. */
export async function speaking(page: Page): Promise<void> {
  await expect.poll(async () => (await lastText(page)).length, { timeout: 10_000, interval: 20 }).toBeGreaterThan(10)
}
