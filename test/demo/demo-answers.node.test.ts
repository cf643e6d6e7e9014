import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { ask, demoOf, found, lastText, settled, speaking } from './browser.ts'
import type { Heard } from './browser.ts'
import { unreadable } from './contrast.ts'

/** A busy machine takes its time. */
const SOON = { timeout: 15_000, interval: 20 }

/** What the page's observers have seen. */
interface Seen {
  readonly shifts: { readonly value: number; readonly nodes: readonly string[] }[]
  readonly longTasks: number[]
}

describe.skipIf(!found)('demo page, answers', () => {
  // Two hundred words a second.
  const demo = demoOf({ CHUNK_DELAY_MS: '5' })
  let heard: Heard
  let page: Page

  const start = async (options?: Parameters<typeof demo.open>[1]) => ({ page } = heard = await demo.open('/', options))
  const answer = () => page.locator('.answer').last()
  const log = () => page.locator('#log')

  function observe(): Promise<void> {
    return page.evaluate(() => {
      const seen: Seen = { shifts: [], longTasks: [] }
      Object.assign(globalThis, { seen })
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean; sources: { node: Node | null }[] })[]) {
          // What a press of a key moves is its answer.
          if (!entry.hadRecentInput) seen.shifts.push({ value: entry.value, nodes: entry.sources.map(({ node }) => (node instanceof Element ? `${node.localName}.${node.className}` : (node?.parentElement?.outerHTML.slice(0, 80) ?? 'gone'))) })
        }
      }).observe({ type: 'layout-shift', buffered: true })
      new PerformanceObserver((list) => seen.longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' })
    })
  }
  /** Notes what an element of the list says from now on: some of it does not stay for long. */
  function listen(selector: string): Promise<void> {
    return page.evaluate((wanted) => {
      const heard = new Set<string>()
      Object.assign(globalThis, { heard })
      new MutationObserver(() => {
        for (const node of document.querySelectorAll<HTMLElement>(wanted)) heard.add(node.innerText.replace(/\s+/g, ' '))
      }).observe(document.querySelector('#messages') ?? document.body, { childList: true, subtree: true, characterData: true })
    }, selector)
  }
  const said = () => page.evaluate(() => [...(globalThis as unknown as { heard: Set<string> }).heard])
  const seen = () => page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen)

  test.each([
    ['fits the page', { viewport: { width: 1100, height: 1800 } }],
    ['is followed to its end', { viewport: { width: 1000, height: 600 } }],
    ['is on a phone', { viewport: { width: 390, height: 700 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }],
  ])('nothing shifts while an answer comes that %s', async (_, options) => {
    await start(options)
    await observe()
    for (const words of ['Show me all of Markdown', 'Why should a page hold no key?']) {
      await ask(page, words, 'gpt-5-mini')
      await settled(page)
    }
    await expect.poll(() => page.locator('.answer .text table').count(), SOON).toBe(2)
    // What comes last, all at once, is followed too.
    await expect.poll(() => log().evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight), SOON).toBeLessThan(40)
    expect(await page.locator('#latest').isVisible()).toBe(false)
    const { shifts, longTasks } = await seen()
    expect(shifts).toEqual([])
    // Hundreds of pieces came, a word each: what lasts long, also on a slow machine, is not what a piece costs.
    const pieces = (await page.locator('.answer .text').allInnerTexts()).join(' ').split(/\s+/).length
    expect(pieces).toBeGreaterThan(300)
    expect(longTasks.length).toBeLessThan(pieces / 5)
    expect(heard.complaints).toEqual([])
    expect(await heard.violations()).toEqual([])
  })

  test('a reader who has scrolled up stays where they are, in all that comes, with what they have selected', async () => {
    await start({ viewport: { width: 900, height: 520 } })
    await ask(page, 'Show me all of Markdown', 'gpt-4o-mini')
    await settled(page)
    await ask(page, 'Go on', 'gpt-4o-mini~endless')
    await expect.poll(async () => (await lastText(page)).length, SOON).toBeGreaterThan(300)
    await log().evaluate((node) => {
      node.scrollTop = 30
    })
    await expect.poll(() => page.locator('#latest').isVisible(), SOON).toBe(true)
    // In the block that still grows.
    const text = await page.evaluate(() => {
      const words = document.querySelectorAll('.answer')[1]?.querySelector('.text p')?.firstChild
      if (words) getSelection()?.setBaseAndExtent(words, 5, words, 60)
      return getSelection()?.toString() ?? ''
    })
    expect(text.length).toBe(55)
    await observe()
    const { length } = await lastText(page)
    await expect.poll(async () => (await lastText(page)).length, SOON).toBeGreaterThan(length + 400)
    expect(await log().evaluate((node) => node.scrollTop)).toBe(30)
    expect(await page.evaluate(() => getSelection()?.toString())).toBe(text)
    expect((await seen()).shifts).toEqual([])
    await page.keyboard.press('Escape')
    await settled(page)
  })

  test('what grows before the page hears of its own scrolling leaves nobody behind', async () => {
    await start({ viewport: { width: 900, height: 520 } })
    await ask(page, 'Show me all of Markdown', 'gpt-4o-mini')
    await settled(page)
    const fromEnd = () => log().evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight)
    await expect.poll(fromEnd, SOON).toBeLessThan(40)
    await log().evaluate((node) => {
      const list = node.querySelector('#messages')
      list?.append(...[...list.children].map((message) => message.cloneNode(true)))
      node.dispatchEvent(new Event('scroll'))
    })
    await expect.poll(fromEnd, SOON).toBeLessThan(40)
    expect(await page.locator('#latest').isVisible()).toBe(false)
  })

  test('only the status speaks, twice per answer', async () => {
    await start()
    await page.evaluate(() => {
      const said: string[] = []
      Object.assign(globalThis, { said })
      new MutationObserver(() => said.push(document.querySelector('#status')?.textContent ?? '')).observe(document.querySelector('#status') ?? document.body, { childList: true, subtree: true, characterData: true })
    })
    await ask(page, 'Why should a page hold no key?', 'gpt-5-mini')
    await speaking(page)
    expect(await answer().getAttribute('aria-busy')).toBe('true')
    expect(await page.locator('#messages').locator('[aria-live], [role=status], [role=alert], [role=log], output').count()).toBe(0)
    await settled(page)
    expect(await answer().getAttribute('aria-busy')).toBe('false')
    expect(await page.evaluate(() => (globalThis as unknown as { said: string[] }).said)).toEqual(['gpt-5-mini is answering', 'gpt-5-mini has answered'])
    // One heading leads to an answer, and the model's own are below it.
    const levels = await page.locator('#messages :is(h1, h2, h3, h4, h5, h6)').evaluateAll((all) => all.map(({ localName }) => localName))
    expect(levels).toEqual(['h2', 'h3', 'h3', 'h3'])
  })

  test('code and the whole answer are copied, by keyboard too, and the page says so', async () => {
    await start()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await ask(page, 'Show me code', 'gpt-4o-mini')
    await settled(page)
    const code = answer().getByRole('button', { name: 'Copy code' })
    expect(await code.count()).toBe(2)
    await listen('.code .copy')
    await code.last().focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('#status').innerText(), SOON).toBe('Copied the code')
    expect(await said()).toContain('Copied code')
    expect(await code.first().innerText()).toMatch(/^Copy\b/)
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('const { usage, finishReason } = await stream.result')
    await expect.poll(() => code.count(), SOON).toBe(2)

    await answer().getByRole('button', { name: 'Copy answer' }).click()
    await expect.poll(() => page.locator('#status').innerText(), SOON).toBe('Copied the answer')
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toMatch(/^Here is a whole page's worth[^]*```js\nimport \{ connect[^]*1\. \*\*`connect`\*\*/)
  })

  test('code is copied the older way where the clipboard is refused, and the page says where that fails too', async () => {
    await start()
    await ask(page, 'Show me code', 'gpt-4o-mini')
    await settled(page)
    await page.evaluate(() => {
      const copied: string[] = []
      Object.assign(globalThis, { copied })
      Object.defineProperty(navigator, 'clipboard', { value: undefined })
      document.addEventListener('copy', () => copied.push((document.activeElement as HTMLTextAreaElement).value))
    })
    const button = answer().locator('.code .copy').last()
    await listen('.code .copy')
    await button.focus()
    await page.keyboard.press('Enter')
    await expect.poll(said, SOON).toContain('Copied code')
    expect(await page.evaluate(() => (globalThis as unknown as { copied: string[] }).copied)).toEqual(['const { usage, finishReason } = await stream.result'])
    expect(await button.evaluate((node) => node === document.activeElement)).toBe(true)
    expect(await page.locator('body > textarea').count()).toBe(0)
    await page.evaluate(() => {
      document.execCommand = () => false
    })
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('#status').innerText(), SOON).toMatch(/^Cannot copy the code/)
    expect(await said()).toContain('Not copied code')
  })

  test('figures count pieces by their name, then tokens, and say their curve in words', async () => {
    await start()
    await listen('.figures [data-fact=rate]')
    await ask(page, 'Why should a page hold no key?', 'gpt-5-mini')
    const fact = (name: string) => answer().locator(`.figures [data-fact=${name}]`)
    const place = await answer().locator('.figures').boundingBox()
    await settled(page)
    expect((await said()).filter((words) => /^Chunks\/s \d+(?:\.\d)?$/.test(words)).length).toBeGreaterThan(0)
    expect((await answer().locator('.figures').boundingBox())?.height).toBe(place?.height)
    expect(await fact('rate').innerText()).toMatch(/^Tokens\/s\s+\d+/)
    expect(await fact('total').innerText()).toMatch(/^Time\s+\d+\.\d s$/)
    expect(await fact('first-token').innerText()).toMatch(/^First word\s+\d+\.\d\d s$/)
    const name = await answer().locator('.chart').getAttribute('aria-label')
    expect(name).toMatch(/^Pace over \d+\.\d s: \d+ tokens per second on average, at most \d+$/)
    expect(await answer().locator('.chart .line').getAttribute('d')).toMatch(/^M0 .*L96 /)
    expect(await answer().locator('[style]').count()).toBe(0)
  })

  test('figures keep to pieces where no tokens are counted, and the curve stands still where motion is not wanted', async () => {
    await start({ reducedMotion: 'reduce' })
    await ask(page, 'Go on', 'gpt-4o-mini~endless')
    await expect.poll(() => answer().locator('.figures [data-fact=rate] dd').innerText(), SOON).toMatch(/\d/)
    // By now it would have had something to draw, several times.
    await expect.poll(() => answer().locator('.figures [data-fact=total] dd').innerText(), SOON).toMatch(/^[1-9]/)
    expect(await answer().locator('.chart .line').getAttribute('d')).toBeNull()
    await page.keyboard.press('Escape')
    await settled(page)
    expect(await answer().locator('.figures [data-fact=rate] dt').innerText()).toBe('Chunks/s')
    expect(await answer().locator('.chart').getAttribute('aria-label')).toMatch(/chunks per second on average/)
    expect(await answer().locator('.chart .line').getAttribute('d')).toMatch(/^M/)
  })

  test('answers are readable as they are written where Markdown cannot be loaded', async () => {
    await start()
    await page.route('**/vendor/marked.js', (route) => route.abort())
    await page.reload()
    await page.locator('#deployment option').first().waitFor({ state: 'attached' })
    await ask(page, 'Show me all of Markdown', 'gpt-4o-mini')
    await settled(page)
    expect(await lastText(page)).toContain('# Everything that an answer may hold')
    expect(await lastText(page)).toContain('stays what it is: text.')
  })

  test.each(['light', 'dark'] as const)('Markdown is readable in the %s theme, and wide parts scroll by themselves', async (colorScheme) => {
    await start({ colorScheme, viewport: { width: 390, height: 800 } })
    await ask(page, 'Show me all of Markdown', 'deepseek-v4')
    await settled(page)
    await answer().locator('.reasoning summary').click()
    expect(await unreadable(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    const table = answer().getByRole('region', { name: /^Table: Deployment/ })
    expect(await table.evaluate((node) => node.scrollWidth > node.clientWidth)).toBe(true)
    await table.focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => table.evaluate((node) => node.scrollLeft), SOON).toBeGreaterThan(0)
    expect(await answer().locator('.code pre').evaluate((node) => node.scrollWidth > node.clientWidth)).toBe(true)
  })
})
