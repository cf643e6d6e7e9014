import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ask, found, lastText, open, settled, sharedBrowser, speaking } from './browser.ts'
import type { Heard } from './browser.ts'
import { unreadable } from './contrast.ts'
import { serveDemo } from './served.ts'
import type { Served } from './served.ts'

describe.skipIf(!found)('demo page', () => {
  let served: Served
  let browser: Browser
  let heard: Heard
  let page: Page
  let shots: string

  beforeAll(async () => {
    served = await serveDemo({ CHUNK_DELAY_MS: '10' })
    browser = await sharedBrowser()
    shots = await mkdtemp(join(tmpdir(), 'keyless-chat-demo-'))
    console.log(`screenshots: ${shots}`)
  })
  afterAll(async () => {
    await served?.stop()
    expect(served?.errors() ?? '').toBe('')
  })
  afterEach(async () => page.context().close())

  const start = async (options?: Parameters<typeof open>[2]) => ({ page } = heard = await open(browser, `${served.page}/`, options))
  const answer = () => page.locator('.answer').last()
  const shoot = (name: string) => page.screenshot({ path: join(shots, `${name}.png`), animations: 'disabled' })

  test('page loads without a complaint, shows its endpoint and suggests prompts', async () => {
    await start()
    expect(await page.title()).toBe('keyless-chat')
    expect([await page.locator('#kind').innerText(), await page.locator('#base').innerText()]).toEqual(['v1', `${served.emulator}/openai/v1`])
    expect(await page.locator('#suggestions button').count()).toBe(6)
    const shift = await page.evaluate(() => new Promise<number>((resolve) => {
      let sum = 0
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => (sum += (entry as PerformanceEntry & { value: number }).value))).observe({ type: 'layout-shift', buffered: true })
      setTimeout(() => resolve(sum), 200)
    }))
    expect(shift).toBeLessThan(0.01)
    expect(heard.complaints).toEqual([])
    expect(await heard.violations()).toEqual([])
  })

  test('page shows an answer while it grows, then what it used and why it ended', async () => {
    await start()
    const place = await page.locator('#composer').boundingBox()
    await page.evaluate(() => {
      const lengths = new Set<number>()
      Object.assign(globalThis, { lengths })
      const count = () => lengths.add(document.querySelector('.answer .text')?.textContent.length ?? 0)
      new MutationObserver(count).observe(document.body, { subtree: true, childList: true, characterData: true })
    })
    await ask(page, 'Why should a page hold no key?', 'gpt-5-mini')
    await speaking(page)
    expect(await answer().getAttribute('aria-busy')).toBe('true')
    expect(await page.locator('#send').getAttribute('aria-label')).toBe('Stop')
    expect(await page.locator('#composer').boundingBox()).toEqual(place)
    await settled(page)
    const lengths = await page.evaluate(() => [...(globalThis as unknown as { lengths: Set<number> }).lengths])
    expect(lengths.length).toBeGreaterThanOrEqual(3)
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
    const blocks = await answer().locator('.text > *').evaluateAll((all) => all.map((node) => node.localName + (node.className === '' ? '' : `.${node.className}`)))
    expect(blocks).toEqual(['p', 'h3', 'ul', 'h3', 'p', 'div.table', 'h3', 'div.code', 'p', 'blockquote'])
    const fact = (name: string) => answer().locator(`[data-fact=${name}] dd`).innerText()
    expect(Number(await fact('tokens-in'))).toBeGreaterThan(0)
    expect(await fact('tokens-out')).toMatch(/^\d+ \(\d+ thinking\)$/)
    expect(await fact('first-token')).toMatch(/^\d\.\d\d s$/)
    expect([await fact('finish'), await fact('model')]).toEqual(['stop', 'gpt-5-mini-2025-08-07'])
    expect(await fact('request-id')).toMatch(/^[\da-f-]{36}$/)
    expect(await page.locator('#status').innerText()).toBe('gpt-5-mini has answered')
    expect(await answer().getAttribute('aria-busy')).toBe('false')
    expect(heard.complaints).toEqual([])
    await shoot('desktop-light')
  })

  test('page answers with every deployment, and folds reasoning and refusals away from the text', async () => {
    await start()
    const names = await page.locator('#deployment optgroup').first().locator('option').allInnerTexts()
    expect(names.length).toBeGreaterThanOrEqual(6)
    for (const name of names) {
      await ask(page, `Hello ${name}`, name)
      await settled(page)
      expect(await answer().getAttribute('data-state'), name).toBe('finished')
      expect(await lastText(page), name).toContain(`Hello ${name}`)
    }
    await ask(page, 'Write a poem', 'deepseek-v4')
    await settled(page)
    expect(await answer().locator('.thoughts').innerText()).toBe('')
    await answer().locator('summary', { hasText: 'Reasoning' }).click()
    expect((await answer().locator('.thoughts').innerText()).length).toBeGreaterThan(20)
    await ask(page, 'Do something bad /refuse', 'gpt-4o-mini')
    await settled(page)
    expect(await answer().locator('.badge').innerText()).toBe('Refused')
    expect((await answer().locator('.refusal').innerText()).length).toBeGreaterThan(10)
    // Mistral's takes no `stream_options`, of which the library learns by asking.
    expect(heard.complaints.filter((complaint) => !complaint.includes('422'))).toEqual([])
  })

  test('page shows markup as text', async () => {
    await start()
    const markup = '<img src=x onerror="document.title=1"><b>bold</b>'
    await ask(page, markup, 'gpt-4o-mini')
    await settled(page)
    expect(await page.locator('.question').innerText()).toBe(markup)
    expect(await lastText(page)).toContain(markup)
    expect(await page.locator('#messages img, #messages b').count()).toBe(0)
    expect(await heard.violations()).toEqual([])
  })

  test('page stops an answer, keeps what came, and the emulator sees it', async () => {
    await start()
    await ask(page, 'Go on', 'gpt-4o-mini~endless')
    await speaking(page)
    await page.locator('#send').click()
    await settled(page)
    expect(await answer().locator('.badge').innerText()).toBe('Stopped')
    expect((await lastText(page)).length).toBeGreaterThan(10)
    await expect.poll(async () => (await served.calls()).at(-1)?.state).toBe('cancelled')
    expect(await page.locator('#status').innerText()).toBe('Stopped')
    // What came is part of the conversation from now on.
    await ask(page, 'And now?', 'gpt-4o-mini')
    await settled(page)
    const body = (await served.calls()).at(-1)?.body as { messages: { role: string }[] }
    expect(body.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
  })

  test('page stops a call that was not answered yet', async () => {
    await start()
    await ask(page, 'Hello?', 'gpt-4o-mini~hang')
    await expect.poll(async () => (await served.calls()).at(-1)?.deployment).toMatch(/~hang~/)
    await page.keyboard.press('Escape')
    await settled(page)
    expect(await answer().locator('.badge').innerText()).toBe('Stopped')
    await expect.poll(async () => (await served.calls()).at(-1)?.state).toBe('cancelled')
  })

  test('page that is closed ends its call at the emulator', async () => {
    await start()
    await ask(page, 'Go on', 'gpt-4o-mini~endless')
    await speaking(page)
    expect((await served.calls()).at(-1)?.state).toBe('open')
    await page.close()
    await expect.poll(async () => (await served.calls()).at(-1)?.state).toBe('cancelled')
  })

  test('page begins a new conversation while an answer is on its way', async () => {
    await start()
    await ask(page, 'Go on', 'gpt-4o-mini~endless')
    await speaking(page)
    await page.locator('#fresh').click()
    expect(await page.locator('#welcome').isVisible()).toBe(true)
    await ask(page, 'Hello', 'gpt-4o-mini')
    await settled(page)
    const body = (await served.calls()).at(-1)?.body as { messages: unknown[] }
    expect(body.messages.length).toBe(1)
    expect(await page.locator('.answer').count()).toBe(1)
  })

  test('page follows the answer only while the reader is at its end', async () => {
    await start({ viewport: { width: 700, height: 420 } })
    await ask(page, 'Go on', 'gpt-4o-mini~endless')
    const log = page.locator('#log')
    const fromEnd = () => log.evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight)
    await expect.poll(() => log.evaluate((node) => node.scrollHeight - node.clientHeight), { timeout: 20_000 }).toBeGreaterThan(200)
    expect(await fromEnd()).toBeLessThan(40)
    await log.hover()
    await page.mouse.wheel(0, -150)
    await expect.poll(() => page.locator('#latest').isVisible()).toBe(true)
    const top = await log.evaluate((node) => node.scrollTop)
    const length = (await lastText(page)).length
    await expect.poll(async () => (await lastText(page)).length).toBeGreaterThan(length + 100)
    expect(await log.evaluate((node) => node.scrollTop)).toBe(top)
    await page.locator('#latest').click()
    await expect.poll(fromEnd).toBeLessThan(40)
    expect(await page.locator('#latest').isVisible()).toBe(false)
    await page.keyboard.press('Escape')
    await settled(page)
  })

  test('page works by keyboard alone', async () => {
    await start()
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.className)
    expect(await focused()).toBe('prompt')
    await page.keyboard.type('Line one')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('line two')
    expect(await page.locator('#prompt').inputValue()).toBe('Line one\nline two')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('deployment')
    for (let at = 0; (await page.locator('#deployment').inputValue()) !== 'gpt-4o-mini~endless'; at++) {
      expect(at).toBeLessThan(100)
      await page.keyboard.press('ArrowDown')
    }
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('send')
    await page.keyboard.press('Enter')
    await speaking(page)
    await page.keyboard.press('Escape')
    await settled(page)
    expect(await focused()).toBe('prompt')
    await page.keyboard.press('Shift+Tab')
    expect(await focused()).toBe('retry')
    // A ring shows where the focus is.
    expect(await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle)).toBe('solid')
    const before = (await served.calls()).length
    await page.keyboard.press('Enter')
    await speaking(page)
    const calls = await served.calls()
    expect(calls.length).toBe(before + 1)
    // Neither what the user said nor the half answer is sent a second time.
    expect(calls.at(-1)?.body).toMatchObject({ messages: [{ role: 'user', content: 'Line one\nline two' }] })
    expect(await focused()).toBe('prompt')
    await page.keyboard.press('Escape')
    await settled(page)
  })

  test('page keeps the token in memory alone and sends it to the endpoint alone', async () => {
    await start()
    const tokens: string[] = []
    const requests: { url: string; headers: Record<string, string> }[] = []
    page.on('response', (response) => {
      if (new URL(response.url()).pathname === '/token') void response.json().then(({ token }: { token: string }) => tokens.push(token))
    })
    page.on('request', (request) => void request.allHeaders().then((headers) => requests.push({ url: request.url(), headers })))
    await ask(page, 'Hello', 'gpt-4o-mini')
    await settled(page)
    // Something is there to be searched.
    await page.locator('#theme').click()
    // A service that repeats the token in its answer.
    await ask(page, 'Say my token', 'gpt-4o-mini~echo')
    await settled(page)
    await page.locator('.library summary').click()
    await expect.poll(() => tokens.length).toBeGreaterThanOrEqual(2)

    const kept = await page.evaluate(async () => [
      document.documentElement.outerHTML, JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie,
      JSON.stringify(await indexedDB.databases()), JSON.stringify(await caches.keys()), location.href, JSON.stringify(history.state), String(name),
    ].join('\n'))
    for (const token of tokens) {
      expect(token.length).toBeGreaterThan(50)
      for (const place of [kept, ...heard.console, ...requests.map(({ url }) => url)]) {
        expect(place).not.toContain(token)
        // Nor its claims, which are what it is worth.
        expect(place).not.toContain(token.split('.')[1])
      }
    }
    const carriers = requests.filter(({ headers }) => headers['authorization'] !== undefined)
    expect(carriers.length).toBeGreaterThanOrEqual(3)
    for (const { url } of carriers) expect(new URL(url).origin).toBe(served.emulator)
    expect((await page.context().storageState()).cookies).toEqual([])
  })

  test('page has a policy that holds', async () => {
    await start()
    const policy = (await fetch(`${served.page}/`)).headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'sha256-[\w+/]{43}='; style-src 'self';/)
    // A star stands for a resource's own name alone.
    expect(policy).not.toMatch(/unsafe|\*(?!\.(services\.ai|openai|cognitiveservices)\.azure\.com\b)/)
    await page.evaluate((elsewhere) => fetch(elsewhere).catch(() => {}), 'http://127.0.0.1:9/')
    await expect.poll(() => heard.violations()).toEqual([expect.stringMatching(/^connect-src /)])
    expect(await page.evaluate(() => {
      try {
        document.body.innerHTML = '<b>markup</b>'
        return 'taken'
      } catch {
        return 'refused'
      }
    })).toBe('refused')
  })

  test('page names its controls, its landmarks and its live region', async () => {
    await start()
    await ask(page, 'Hello', 'gpt-4o-mini~429-long')
    await settled(page)
    for (const [role, name] of [
      ['textbox', 'Message'], ['combobox', 'Deployment'], ['combobox', 'Signed in'], ['button', 'Send'], ['button', 'New conversation'],
      ['button', 'Dark theme'], ['log', 'Conversation'], ['form', 'Your message'], ['region', 'Connection'], ['article', 'You'],
    ] as const) expect(await page.getByRole(role, { name, exact: true }).count(), `${role} ${name}`).toBe(1)
    for (const role of ['main', 'banner', 'status'] as const) expect(await page.getByRole(role).count(), role).toBe(1)
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    // A log speaks by itself, word by word, unless told not to.
    expect(await page.locator('#log').getAttribute('aria-live')).toBe('off')
    expect(await page.locator('#status').textContent()).toMatch(/^Too many requests\. Wait as long/)
    const nameless = await page.locator('button, select, textarea, input, a').evaluateAll((all) => all
      .filter((node) => !(node.getAttribute('aria-label') || node.textContent?.trim() || (node as HTMLTextAreaElement).labels?.length))
      .map((node) => node.outerHTML))
    expect(nameless).toEqual([])
    const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id))
    expect(ids.length).toBe(new Set(ids).size)
  })

  test.each(['light', 'dark'] as const)('page is readable in the %s theme', async (colorScheme) => {
    await start({ colorScheme })
    expect(await unreadable(page)).toEqual([])
    await shoot(`empty-${colorScheme}`)
    await ask(page, 'Tell me a story [filter:output]', 'gpt-4o-mini')
    await settled(page)
    await shoot(`filtered-${colorScheme}`)
    await ask(page, 'Am I still signed in?', 'gpt-4o-mini~401')
    await settled(page)
    expect(await unreadable(page)).toEqual([])
    await shoot(`failure-${colorScheme}`)
  })

  test('page takes the system\'s theme, and keeps the one that the reader chooses', async () => {
    await start({ colorScheme: 'dark' })
    const toggle = page.locator('#theme')
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const dark = await paper()
    expect(await toggle.getAttribute('aria-pressed')).toBe('true')
    await toggle.click()
    const light = await paper()
    expect(light).not.toBe(dark)
    await page.reload()
    expect([await paper(), await toggle.getAttribute('aria-pressed')]).toEqual([light, 'false'])
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual(['theme'])
  })

  test('page fits a phone', async () => {
    await start({ viewport: { width: 360, height: 700 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 })
    await shoot('phone-empty')
    await ask(page, `A long word: ${'x'.repeat(200)}`, 'gpt-4o-mini')
    await settled(page)
    await ask(page, 'Hello', 'gpt-4o-mini~429-long')
    await settled(page)
    const wide = await page.evaluate(() => [...document.querySelectorAll('body *')]
      .filter((node) => node.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(node).visibility === 'visible')
      .map((node) => node.outerHTML.slice(0, 100)))
    expect(wide).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    // Large enough for a finger.
    for (const id of ['#send', '#deployment', '#theme', '#fresh']) expect((await page.locator(id).boundingBox())?.height, id).toBeGreaterThanOrEqual(40)
    await shoot('phone-failure')
  })

  test('server gives tokens to its own page alone, and files of the demo alone', async () => {
    await start()
    expect((await fetch(`${served.page}/token`, { method: 'POST', body: '{}' })).status).toBe(403)
    expect((await fetch(`${served.page}/token`)).status).toBe(405)
    for (const path of ['/serve.mjs', '/../package.json', '/%2e%2e/package.json', '/dist/../package.json', '/dist/..%2fpackage.json', '/tsconfig.json', '/dist/types/index.d.ts', '/none.ts']) {
      expect((await fetch(`${served.page}${path}`)).status, path).toBe(404)
    }
  })
})
