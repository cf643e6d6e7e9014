// A tab that the browser freezes while an answer comes: no timer fires and no script runs in it until it is thawed.
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import type { Browser } from 'playwright'
import { build } from 'vite'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { chromiumFlags, findChromium } from '../../scripts/find-chromium.mjs'
import type * as Library from '../../src/index.ts'
import type { Report } from '../setup/fault-server.ts'
import { deliveredOf } from './case.ts'
import { rows } from './rows.ts'
import { FROZEN_MS, IDLE_MS, tab } from './rows-tab.ts'
import { openTab } from './tab.ts'

/** What the page tells of its call. */
interface Told {
  readonly outcome: string
  readonly text: string
  /** Longest time between two ticks of a timer that should tick all the time. */
  readonly stoodStillMs: number
}

const { wire, control } = inject('faults')
const path = (await findChromium({ install: false }))?.path
let browser: Browser
let library: string
let token: string

beforeAll(async () => {
  if (path === undefined) return
  const entry = fileURLToPath(new URL('../../src/index.ts', import.meta.url))
  const built = await build({ configFile: false, logLevel: 'silent', build: { write: false, lib: { entry, formats: ['iife'], name: 'library' } } })
  library = [built].flat().flatMap((one) => ('output' in one ? one.output : [])).map((part) => ('code' in part ? part.code : '')).join('')
  browser = await chromium.launch({ executablePath: path, args: chromiumFlags })
  token = ((await (await fetch(`${control}/token`)).json()) as { token: string }).token
}, 60_000)
afterAll(() => browser?.close())

test.skipIf(path === undefined).for(tab.map((row) => [row.name, row] as const))('%s', { timeout: 60_000 }, async ([, row], { task }) => {
  const id = `frozen-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`
  const page = await openTab(browser)
  await page.evaluate(`${library}; globalThis.library = library; 0`)
  const telling = page.evaluate(`(${call.toString()})(${JSON.stringify({ endpoint: `${wire}/${rows.indexOf(row)}/0/0/${id}`, token, idleMs: IDLE_MS })})`)
  while ((await page.evaluate('globalThis.words')) !== 2) await new Promise((resolve) => setTimeout(resolve, 10))
  await page.become('frozen')
  await new Promise((resolve) => setTimeout(resolve, FROZEN_MS))
  await page.become('active')
  const { outcome, text, stoodStillMs } = (await telling) as Told
  await page.close()

  const report = (await (await fetch(`${control}/report`, { method: 'POST', body: id })).json()) as Report
  const delivered = deliveredOf(report, 'call 0')
  expect(stoodStillMs, 'the tab stood still').toBeGreaterThan(FROZEN_MS / 2)
  expect([row.outcome].flat()).toContain(outcome)
  expect(text, 'what came before it was frozen').toMatch(/^call 0:/)
  expect(delivered?.text.startsWith(text)).toBe(true)
  // A success is all of it, and nothing else is.
  if (outcome === 'whole') expect(text).toBe(delivered?.text)
  expect(report.served, 'nothing is sent twice').toHaveLength(1)
  expect(report.open, 'no connection is left open').toBe(0)
  task.meta.fault = { name: row.name, runtime: 'chromium', requests: 1, outcomes: [row.outcome].flat().filter((one) => typeof one === 'string'), kept: 'handed' }
})

/** Makes a call in the page, which gets it as text, with a timer that shows whether the page lives. */
async function call({ endpoint, token, idleMs }: { readonly endpoint: string; readonly token: string; readonly idleMs: number }): Promise<Told> {
  const page = globalThis as unknown as { library: typeof Library; words: number }
  const { connect, isChatError, streamChat } = page.library
  let last = performance.now()
  let stoodStillMs = 0
  const tick = () => {
    stoodStillMs = Math.max(stoodStillMs, performance.now() - last)
    last = performance.now()
  }
  const timer = setInterval(tick, 20)
  let text = ''
  let outcome = 'whole'
  page.words = 0
  try {
    const connection = connect({ endpoint, kind: 'v1', token: () => token, timeouts: { idleMs } })
    for await (const event of streamChat(connection, { model: 'short', messages: [{ role: 'user', content: 'call 0' }] })) {
      if (event.type !== 'text') continue
      text += event.text
      page.words++
    }
  } catch (error) {
    if (!isChatError(error)) throw error
    outcome = error.partial?.text.startsWith(text) ? error.code : 'another text than the loop was given'
    text = error.partial?.text ?? ''
  }
  tick()
  clearInterval(timer)
  return { outcome, text, stoodStillMs }
}
