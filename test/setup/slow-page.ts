/**
 * Pages that are slower than their tests, as on a busy machine: `KEYLESS_CHAT_SLOW=6 npm run test:pages` finds tests that look before their page has done.
 * @module
 */
import process from 'node:process'
import type { Page } from 'playwright'

const slowness = Number(process.env['KEYLESS_CHAT_SLOW'] ?? 1)
if (!(slowness >= 1)) throw new RangeError(`Cannot slow pages down as KEYLESS_CHAT_SLOW must be a number from 1: it is ${process.env['KEYLESS_CHAT_SLOW']}`)

/** Slows a page of Chromium down by `KEYLESS_CHAT_SLOW`; 1, as without it, leaves it alone. */
export async function slowed(page: Page): Promise<Page> {
  const context = page.context()
  if (slowness > 1 && context.browser()?.browserType().name() === 'chromium') {
    const session = await context.newCDPSession(page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowness })
  }
  return page
}
