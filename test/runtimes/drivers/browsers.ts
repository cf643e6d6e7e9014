/**
 * Runtimes that are a browser: each opens a page that loads the program. Chromium and Firefox by Playwright.
 * @module
 */
import { chromium as chromiumType, firefox as firefoxType } from 'playwright'
import type { BrowserType, LaunchOptions } from 'playwright'
import { chromiumFlags, findChromium } from '../../../scripts/find-chromium.mjs'
import { findFirefox } from '../../../scripts/find-firefox.mjs'
import type { Driver, Found } from './driver.ts'

async function launched(type: BrowserType, options: LaunchOptions): Promise<Found> {
  const browser = await type.launch(options)
  const version = browser.version()
  await browser.close()
  return {
    version,
    async start({ page: url }) {
      const browser = await type.launch(options)
      const page = await browser.newPage()
      const ended = new Promise<string>((resolve) => {
        page.on('crash', () => resolve('its page crashed'))
        browser.on('disconnected', () => resolve('it ended'))
      })
      await page.goto(url)
      return { ended, stop: () => browser.close() }
    },
  }
}

export const chromium: Driver = {
  name: 'Chromium',
  id: 'chromium',
  kind: 'page',
  byDefault: true,
  async find(options) {
    const found = await findChromium(options)
    return found && launched(chromiumType, { executablePath: found.path, args: chromiumFlags })
  },
}

export const firefox: Driver = {
  name: 'Firefox',
  id: 'firefox',
  kind: 'page',
  byDefault: true,
  async find(options) {
    const executablePath = findFirefox(options)
    return executablePath ? launched(firefoxType, { executablePath, channel: 'moz-firefox' }) : undefined
  },
}
