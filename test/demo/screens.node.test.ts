/**
 * Pictures of the page in its states, in build/screens/, and what can be asserted of each.
 * @module
 */
import { mkdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type * as Axe from 'axe-core'
import type { CDPSession, Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { ask, demoOf, found, settled } from './browser.ts'
import type { Heard } from './browser.ts'
import { hold } from './hold.ts'

const AXE = fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url))
const SCREENS = fileURLToPath(new URL('../../build/screens/', import.meta.url))

/** Where each state is looked at, the phone last: there the panel of conversations opens over the page, and not beside it. */
const PLACES = {
  light: { width: 1200, height: 800, colorScheme: 'light', touch: false },
  dark: { width: 1200, height: 800, colorScheme: 'dark', touch: false },
  phone: { width: 390, height: 844, colorScheme: 'light', touch: true },
} as const
type Place = keyof typeof PLACES

/** Brings the page into a state. What depends on the width of the page does so anew for each place. */
interface State {
  /** Where the focus is; elsewhere on a phone, where what is beside the conversation lies over it. */
  readonly focus: string
  readonly focusOnPhone?: string
  readonly reach: (page: Page, place: Place) => Promise<void>
  /** What a browser says by itself of the failures that are asked for. */
  readonly said?: RegExp
}

const startAgain = async (page: Page) => page.locator('#fresh').click()
const once = (reach: (page: Page) => Promise<void>) => async (page: Page, place: Place) => {
  if (place === 'light') await reach(page)
}
/** The wait is longer than three pictures take; the emulator's own are for tests that sit them out. */
const RATE_LIMIT = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after, apim-request-id', 'apim-request-id': '5a1d2b7e-0c6f-4f0a-9a52-8f1f3f0f7a11', 'retry-after': '60' }
const failed = (page: Page, code: string) => page.locator(`.answer .failure[data-code=${code}]`).waitFor()

const STATES: Readonly<Record<string, State>> = {
  welcome: { focus: '#prompt', reach: async () => {} },
  streaming: {
    focus: '#prompt',
    reach: once(async (page) => {
      await page.evaluate(hold, 150)
      await ask(page, 'Show me Markdown', 'gpt-5-mini')
      await page.locator('.answer[aria-busy=true] .text table').waitFor()
    }),
  },
  finished: {
    focus: '#prompt',
    reach: async (page, place) => {
      if (place === 'light') {
        await page.locator('#send').click()
        await settled(page)
        await startAgain(page)
        await ask(page, 'Why should a page hold no key?', 'gpt-5-mini')
        await settled(page)
      }
      await page.locator('.answer .table').evaluate((table) => table.scrollIntoView())
    },
  },
  'rate-limit': {
    focus: '#prompt',
    said: /429/,
    reach: once(async (page) => {
      await startAgain(page)
      await page.evaluate(() => void (location.hash = 'retries=0'))
      await page.route('**/chat/completions*', (route) => route.fulfill({ status: 429, headers: RATE_LIMIT, json: { error: { code: '429', message: 'Requests to the ChatCompletions Operation have exceeded the token rate limit. Please retry after 60 seconds.' } } }), { times: 1 })
      await ask(page, 'Say hello', 'gpt-5-mini')
      await failed(page, 'rate-limited')
      await page.evaluate(() => void (location.hash = ''))
    }),
  },
  filtered: {
    focus: '#prompt',
    said: /400/,
    reach: once(async (page) => {
      await startAgain(page)
      await ask(page, 'Something to refuse [filter:prompt]', 'gpt-5-mini')
      await failed(page, 'content-filter')
    }),
  },
  'sign-in': {
    focus: '#prompt',
    said: /401/,
    reach: once(async (page) => {
      await startAgain(page)
      await page.locator('#session').selectOption('ended')
      await ask(page, 'Who am I?', 'gpt-5-mini')
      await failed(page, 'interaction-required')
    }),
  },
  branches: {
    focus: '.editor textarea',
    focusOnPhone: '#history .close',
    reach: async (page, place) => {
      if (place === 'light') {
        await startAgain(page)
        await page.locator('#session').selectOption('user')
        await page.locator('#conversations').click()
        await page.locator('#keep').check()
        for (const words of ['Write a poem about the sea', 'Say hello']) {
          await startAgain(page)
          await ask(page, words, 'gpt-4o-mini')
          await settled(page)
        }
        await ask(page, 'And what else?')
        await settled(page)
        await page.getByRole('button', { name: 'Answer again' }).click()
        await settled(page)
        await page.locator('#kept .open').nth(1).waitFor()
        await page.locator('.question').last().getByRole('button', { name: 'Edit this question' }).click()
      }
      // It has closed with the room beside the conversation.
      if (place === 'phone') await page.locator('#conversations').click()
    },
  },
  parameters: {
    focus: '#parameter-seed',
    reach: async (page, place) => {
      if (place === 'light') {
        await page.locator('.editor .cancel').click()
        await page.locator('#tune').click()
        await page.locator('#parameter-temperature').fill('0.3')
        await page.locator('#parameter-seed').fill('7')
      }
    },
  },
}

/** What is wrong in what is shown. */
async function wrong(page: Page, focus: string): Promise<readonly string[]> {
  return page.evaluate(async (expected) => {
    const faults: string[] = []
    const name = (one: Element | null | undefined) => (one ? `${one.localName}${one.id ? `#${one.id}` : ''}${[...one.classList].map((part) => `.${part}`).join('')}` : 'nothing')
    const wide = document.documentElement.scrollWidth - innerWidth
    if (wide > 0) faults.push(`${wide} pixels too wide`)
    // Parts of it scroll; the page itself does not, as its head and the composer would go with it.
    const high = document.documentElement.scrollHeight - innerHeight
    if (high > 0) faults.push(`${high} pixels too high`)
    // The way back to the end lies over what it covers.
    const latest = document.querySelector('#latest')
    const back = latest?.getBoundingClientRect()
    if (back && back.width > 0 && !document.querySelector(':modal') && document.elementFromPoint(back.x + back.width / 2, back.y + 4)?.closest('#latest') !== latest) faults.push('#latest is covered')
    for (const box of document.querySelectorAll('main, #log, #welcome, #composer, dialog[open]')) {
      if (box.scrollWidth > box.clientWidth) faults.push(`${name(box)} scrolls sideways by ${box.scrollWidth - box.clientWidth}`)
    }
    if (!document.activeElement?.matches(expected)) faults.push(`focus is on ${name(document.activeElement)}, not on ${expected}`)
    // Over the composer, or over what is open over it, there is nothing.
    const top = document.querySelector(':modal') ?? document.querySelector('#composer')
    const { left, top: above, width, height } = top?.getBoundingClientRect() ?? new DOMRect()
    for (let across = 0.05; across < 1; across += 0.15) {
      for (let down = 0.05; down < 1; down += 0.15) {
        const there = document.elementFromPoint(left + across * width, above + down * height)
        if (!top?.contains(there)) faults.push(`${name(there)} is over ${name(top)}`)
      }
    }
    if (above < 0 || above + height > innerHeight + 0.5) faults.push(`${name(top)} is from ${above} to ${above + height} of ${innerHeight}`)
    const { violations } = await (globalThis as unknown as { axe: typeof Axe }).axe.run(document, { resultTypes: ['violations'] })
    return [...faults, ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)]
  }, focus)
}

async function look(page: Page, touch: CDPSession, place: Place): Promise<void> {
  const { width, height, colorScheme, touch: enabled } = PLACES[place]
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.setViewportSize({ width, height })
  await touch.send('Emulation.setTouchEmulationEnabled', { enabled })
}

describe.skipIf(!found)('demo page, pictures', () => {
  const demo = demoOf({ CHUNK_DELAY_MS: '3' })

  test('page has no fault in any state, in light, in dark and on a phone', async () => {
    await mkdir(SCREENS, { recursive: true })
    const heard: Heard = await demo.open('/', { reducedMotion: 'reduce' })
    const { page, complaints } = heard
    const touch = await page.context().newCDPSession(page)
    await page.evaluate(await readFile(AXE, 'utf8'))
    const faults: Record<string, readonly string[]> = {}
    for (const [state, { focus, focusOnPhone = focus, reach, said }] of Object.entries(STATES)) {
      for (const place of Object.keys(PLACES) as Place[]) {
        await look(page, touch, place)
        await reach(page, place)
        await page.screenshot({ path: `${SCREENS}${state}-${place}.png` })
        const here = await wrong(page, place === 'phone' ? focusOnPhone : focus)
        if (here.length > 0) faults[`${state}, ${place}`] = here
      }
      expect(complaints.filter((complaint) => !said?.test(complaint)), state).toEqual([])
      complaints.length = 0
    }
    expect(await heard.violations()).toEqual([])
    expect(faults).toEqual({})
  })
})
