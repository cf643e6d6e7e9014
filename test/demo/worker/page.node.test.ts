import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import type { Browser, Page, Request } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ask, found, lastText, open, settled, sharedBrowser, speaking } from '../browser.ts'
import type { Heard } from '../browser.ts'
import { ROOT, serveWorker } from './served.ts'
import type { ServedWorker } from './served.ts'

describe.skipIf(!found)("page of the demo's Worker, in workerd", () => {
  let served: ServedWorker
  let browser: Browser
  let heard: Heard
  let page: Page
  let requests: Request[]
  /** The exported page: three Workers serve the same. */
  let site = ''

  beforeAll(async () => {
    site = await mkdtemp(join(tmpdir(), 'keyless-chat-site-'))
    const { status, stderr } = spawnSync(process.execPath, ['demo/export.mjs', site], { cwd: ROOT, encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    served = await serveWorker({ SITE: site, CHUNK_DELAY_MS: '15', DEPLOYMENTS: 'chat=gpt-5-mini, endless=gpt-5-mini~endless, silent=gpt-5-mini~silent', SESSION_TOKENS_PER_HOUR: '20000' })
    browser = await sharedBrowser()
  })
  afterAll(async () => {
    await served?.stop()
    await rm(site, { recursive: true, force: true })
  })
  afterEach(async () => page.context().close())

  async function start(url = served.origin): Promise<void> {
    heard = await open(browser, `${url}/`)
    page = heard.page
    requests = []
    page.on('request', (request) => requests.push(request))
  }
  const answer = () => page.locator('.answer').last()
  const finished = () => served.log().filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)

  test('chats through the relay: text that grows, then what it used', async () => {
    await start()
    expect(await page.locator('#base').innerText()).toBe(`${served.origin}/openai/v1`)
    expect(await page.locator('#deployment option').allInnerTexts()).toEqual(['chat', 'endless', 'silent'])
    await page.evaluate(() => {
      const lengths = new Set<number>()
      Object.assign(globalThis, { lengths })
      const count = () => lengths.add(document.querySelector('.answer .text')?.textContent.length ?? 0)
      new MutationObserver(count).observe(document.body, { subtree: true, childList: true, characterData: true })
    })
    await ask(page, 'Why should a page hold no key?', 'chat')
    await settled(page)
    expect(await lastText(page)).toContain('A token is different')
    expect(await page.evaluate(() => (globalThis as unknown as { lengths: Set<number> }).lengths.size)).toBeGreaterThan(10)
    expect(await answer().innerText()).toMatch(/Tokens in\n\d+\nTokens out\n\d+/)
    expect((await served.calls()).map(({ deployment, status, state }) => [deployment, status, state])).toEqual([['gpt-5-mini', 200, 'complete']])
    await expect.poll(finished).toEqual([expect.objectContaining({ event: 'chat', deployment: 'chat', status: 200, ending: 'complete', tokens: expect.any(Number) })])
    expect(heard.complaints).toEqual([])
    expect(await heard.violations()).toEqual([])
  })

  test('passes its own check of the connection', async () => {
    await start()
    await page.locator('#check').click()
    await expect.poll(() => page.locator('#checklist li').count(), { timeout: 10_000 }).toBe(6)
    await expect.poll(() => page.locator('#checklist').innerText(), { timeout: 10_000 }).toContain('chat answers')
    expect(await page.locator('#checklist').innerText()).not.toContain('failed')
  })

  test('relays tools, forms and pictures, and offers no data of its own, which the relay passes on to nobody', async () => {
    await start()
    await page.getByRole('button', { name: 'Let it call a function' }).click()
    await page.locator('.call .allow').click()
    await expect.poll(() => page.locator('.call').getAttribute('data-state')).toBe('done')
    await settled(page)
    expect(await lastText(page)).toContain('24 °C')
    await page.locator('#ways').getByRole('button', { name: 'Form' }).click()
    await page.locator('#offer').getByRole('button', { name: 'Plan a weekend in Oslo' }).click()
    await settled(page)
    expect(await page.locator('.trip').getAttribute('data-state')).toBe('valid')
    await page.locator('#fresh').click()
    await page.getByRole('button', { name: 'Show it a picture' }).click()
    await page.locator('.answer').waitFor()
    await settled(page)
    expect(await lastText(page)).toContain('a picture: JPEG')
    expect(await page.locator('#ways button:visible').allInnerTexts()).toEqual(['Tools', 'Form', 'Attach…', 'Parameters…'])
    expect(heard.complaints).toEqual([])
    expect(await heard.violations()).toEqual([])
  })

  test('Stop closes the connection to the upstream', async () => {
    await start()
    await ask(page, 'Hello', 'endless')
    await speaking(page)
    expect((await served.calls()).at(-1)).toMatchObject({ deployment: 'gpt-5-mini~endless', state: 'open' })
    await page.locator('#send').click()
    await settled(page)
    await expect.poll(async () => (await served.calls()).at(-1)?.state).toBe('cancelled')
    await expect.poll(() => finished().at(-1)).toMatchObject({ deployment: 'endless', ending: 'cancelled' })
    expect(heard.complaints).toEqual([])
  })

  test('Stop closes it while the model says nothing yet, at the latest with the next comment that keeps the stream alive', async () => {
    await start()
    await ask(page, 'Hello', 'silent')
    await expect.poll(async () => (await served.calls()).at(-1)).toMatchObject({ deployment: 'gpt-5-mini~silent', state: 'open' })
    await page.locator('#send').click()
    await settled(page)
    // Over HTTP/1.1, workerd notices a page that has closed its connection in order when it writes to it.
    await expect.poll(async () => (await served.calls()).at(-1)?.state, { timeout: 40_000 }).toBe('cancelled')
  })

  test('token is in the authorization of chats to its own origin, and nowhere else', async () => {
    await start()
    await ask(page, 'Hello', 'chat')
    await settled(page)
    const carriers = requests.filter((request) => request.headers()['authorization'] !== undefined)
    expect(carriers.map((request) => [request.method(), request.url()])).toEqual([['POST', `${served.origin}/openai/v1/chat/completions`]])
    const token = carriers[0]?.headers()['authorization']?.replace('Bearer ', '') ?? ''
    expect(token.split('.')).toHaveLength(3)
    for (const request of requests) expect(request.postData() ?? '').not.toContain(token)
    const kept = await page.evaluate(async () => [
      JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, JSON.stringify(await indexedDB.databases()),
      JSON.stringify(await caches.keys()), location.href, JSON.stringify(history.state), document.documentElement.outerHTML,
    ].join('\n'))
    for (const place of [kept, ...heard.console, ...requests.map((request) => request.url()), ...served.log()]) {
      for (const part of token.split('.').slice(1)) expect(place).not.toContain(part)
    }
    // Scripts cannot read the session either.
    expect(await page.evaluate(() => document.cookie)).toBe('')
    expect(await page.context().cookies()).toMatchObject([{ name: 'session', httpOnly: true, sameSite: 'Strict', secure: false, path: '/' }])
  })

  test('a second visit keeps the session, and the policy refuses other origins', async () => {
    await start()
    const before = await page.context().cookies()
    expect(before).toHaveLength(1)
    await page.reload()
    expect((await page.context().cookies()).map(({ value }) => value)).toEqual(before.map(({ value }) => value))
    await page.evaluate((elsewhere) => fetch(elsewhere).catch(() => {}), 'http://127.0.0.1:9/')
    await expect.poll(() => heard.violations()).toEqual([expect.stringMatching(/^connect-src /)])
  })

  test('quota of the session that is used up is shown with its wait, and another session has its own', async () => {
    const narrow = await serveWorker({ SITE: site, CHUNK_DELAY_MS: '0', DEPLOYMENTS: 'chat=gpt-4o-mini', SESSION_TOKENS_PER_HOUR: '20' })
    try {
      await start(narrow.origin)
      // Granted as long as anything is left, and then charged for what it was.
      await ask(page, 'Why should a page hold no key?', 'chat')
      await settled(page)
      await ask(page, 'And why not?', 'chat')
      await settled(page)
      expect(await page.locator('.failure').getAttribute('data-code')).toBe('rate-limited')
      expect(await page.locator('.failure h3').innerText()).toBe('Too many requests')
      expect(await page.locator('.failure blockquote').innerText()).toContain("the caller's quota of tokens is used up")
      expect(await page.locator('.failure .retry').innerText()).toMatch(/^Retry in \d+ (min|h)$/)
      expect((await narrow.calls()).length).toBe(1)
      await page.context().close()
      await start(narrow.origin)
      await ask(page, 'Hello', 'chat')
      await settled(page)
      expect(await page.locator('.failure').count()).toBe(0)
    } finally {
      await narrow.stop()
    }
  })

  test('quota of all that is used up stops a session that has used nothing', async () => {
    const narrow = await serveWorker({ SITE: site, CHUNK_DELAY_MS: '0', DEPLOYMENTS: 'chat=gpt-4o-mini', ALL_TOKENS_PER_DAY: '20' })
    try {
      for (const failures of [0, 1]) {
        await start(narrow.origin)
        await ask(page, 'Hello', 'chat')
        await settled(page)
        expect(await page.locator('.failure[data-code=rate-limited]').count()).toBe(failures)
        if (failures === 0) await page.context().close()
      }
      expect((await narrow.calls()).length).toBe(1)
    } finally {
      await narrow.stop()
    }
  })
})
