/**
 * The site's pages in a browser, one at a time or several, and what is asked of each: that everybody can use it.
 * @module
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from 'vitest'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright'
import type { Browsed, Opened } from './built-site.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** As many at once, as a page mostly waits. */
const LANES = 4

export const PHONE = { viewport: { width: 390, height: 844 } }

export const until = (read: () => unknown) => expect.poll(read, { timeout: 15_000, interval: 20 })

/** Opens each path, several at once, and fails where a page has complained. */
export async function eachPage(browsed: Browsed, paths: readonly string[], options: Parameters<Browsed['open']>[1], look: (page: Page, path: string) => Promise<void>): Promise<void> {
  const left = [...paths]
  async function lane(): Promise<void> {
    const { page, complaints }: Opened = await browsed.open('index.html', options)
    try {
      for (let path = left.shift(); path !== undefined; path = left.shift()) {
        await page.goto(new URL(path, page.url().replace(/where\/.*$/, 'where/')).href)
        await look(page, path)
        expect(complaints, path).toEqual([])
      }
    } finally {
      await page.context().close()
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

/** Lets axe look at a page as it is. */
export async function judge(page: Page, rules?: readonly string[]): Promise<void> {
  await page.evaluate(AXE)
  const { violations } = await page.evaluate((runOnly) => (globalThis as unknown as { axe: { run: (options: object) => Promise<AxeResults> } }).axe.run(runOnly ? { runOnly } : {}), rules)
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html: node, failureSummary }) => `${node} ${failureSummary}`).join('\n')}`)).toEqual([])
}
