/**
 * The site, built once for all tests that look at it, and a browser on it.
 * @module
 */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { chromium } from 'playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright'
import { buildSite } from '../../scripts/docs/build.mjs'
import { chromiumFlags } from '../../scripts/find-chromium.mjs'
import { serveFolders } from '../../scripts/static-host.mjs'
import { ROOT } from '../package/artifact.ts'
import { slowed } from '../setup/slow-page.ts'
import { found } from './in-chromium.ts'

// Of this process alone, as several may run tests in one tree.
export const SITE = join(ROOT, `build/docs-tested-${process.pid}`)

let building: Promise<readonly string[]> | undefined

/** Builds the site unless it is there, and returns the paths of its pages. It is there until the process ends, as its files share it. */
export function siteOf(): Promise<readonly string[]> {
  return (building ??= build())
}

async function build(): Promise<readonly string[]> {
  process.once('exit', () => rmSync(SITE, { recursive: true, force: true }))
  const { pages } = await buildSite(SITE)
  return pages
}

export const html = (path: string): string => readFileSync(join(SITE, path), 'utf8')

/** A page that is open, and what it has complained of: in the console, by errors that nobody caught, by violations of its policy. */
export interface Opened {
  readonly page: Page
  readonly complaints: string[]
}

export interface Browsed {
  readonly open: (path: string, options?: BrowserContextOptions, prepare?: (page: Page) => Promise<unknown>) => Promise<Opened>
  readonly close: () => Promise<void>
}

/** Serves the site below a path of its host, as it may lie anywhere, and opens a browser for it. */
export async function browse(): Promise<Browsed> {
  const base = '/some/where'
  const { origin, close } = await serveFolders({ [base]: SITE })
  const browser: Browser = await chromium.launch({ ...(found ? { executablePath: found.path } : {}), args: [...chromiumFlags] })
  return {
    async open(path, options = {}, prepare) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
      const page = await slowed(await context.newPage())
      const complaints: string[] = []
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
      await prepare?.(page)
      await page.goto(`${origin}${base}/${path}`)
      return { page, complaints }
    },
    async close() {
      await browser.close()
      await close()
    },
  }
}
