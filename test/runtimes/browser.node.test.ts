/**
 * A page in Chromium, of another origin, through the relay in workerd, to the emulator.
 * Runtime of this file: Node.
 */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { bundlePage } from '../bundle-page.ts'
import { found, launch } from '../demo/browser.ts'
import { slowed } from '../setup/slow-page.ts'
import { callsOf, eventually } from './client.ts'
import type { PageReport } from './page/page.ts'
import { startRelay, there } from './servers.ts'
import type { RelayServer } from './servers.ts'

const emulator = inject('emulator')

describe.skipIf(!found || !there.includes('workerd'))('a page through a relay in workerd', () => {
  let browser: Browser
  let pages: Server
  let site = ''
  let server: RelayServer
  let page: Page
  /** Requests of the page's: method, URL and names of headers. */
  const asked: { readonly method: string; readonly url: string; readonly headers: Record<string, string> }[] = []

  beforeAll(async () => {
    const script = await bundlePage(new URL('page/page.ts', import.meta.url))
    pages = createServer((request, response) => {
      const js = request.url === '/page.js'
      response.setHeader('content-type', js ? 'text/javascript' : 'text/html; charset=utf-8')
      response.end(js ? script : '<!doctype html><title>page</title><script type="module" src="/page.js"></script>')
    })
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
    // Another origin than the relay's, by its port, and the same site, so that the broker's cookie goes along.
    site = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`
    server = await startRelay('workerd', emulator, site)
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    pages?.close()
  })

  beforeEach(async () => {
    asked.length = 0
    page = await slowed(await browser.newPage())
    await page.context().addCookies([{ name: 'session', value: '1', url: server.url, httpOnly: true, sameSite: 'Strict' }])
    page.on('request', (request) => asked.push({ method: request.method(), url: request.url(), headers: request.headers() }))
    await page.goto(site)
    await page.waitForFunction(() => 'library' in globalThis)
    return () => page.close()
  })

  test('chats with this library and with the openai package, and reads limits and ids', async () => {
    const run = async (name: 'library' | 'openai') => page.evaluate(async ([call, relay]) => (globalThis as unknown as Record<string, (relay: string) => Promise<PageReport>>)[call]?.(relay), [name, server.url] as const)
    const [ours, theirs] = [await run('library'), await run('openai')]
    expect(ours?.text.length).toBeGreaterThan(100)
    expect(ours?.chunks).toBeGreaterThan(20)
    expect(theirs?.text).toBe(ours?.text)
    expect(theirs?.usage).toBe(ours?.usage)
    expect(ours?.failure).toBe('deployment-not-found 404 with an id')
    expect(theirs?.failure).toBe('DeploymentNotFound 404 with an id')
    for (const report of [ours, theirs]) expect(report?.rateLimit).toBeGreaterThan(1000)
    const own = asked.find(({ method, url }) => method === 'POST' && url.endsWith('/chat/completions'))
    expect(Object.keys(own?.headers ?? {}).filter((header) => !/^(sec-ch-|user-agent$|referer$|origin$|accept-language$)/.test(header)).sort()).toEqual(['accept', 'authorization', 'content-type'])
    for (const { url } of asked) expect(url).not.toMatch(/ey[\w-]+\./)
  })

  test.each(['abort', 'break'] as const)('closes the upstream by %s', async (how) => {
    const before = (await callsOf(emulator, 'gpt-5-mini~endless')).length
    const seen = await page.evaluate(async ([relay, way]) => (globalThis as unknown as { leave: (relay: string, how: string) => Promise<number> }).leave(relay, way), [server.url, how] as const)
    expect(seen).toBe(10)
    await eventually(async () => (await callsOf(emulator, 'gpt-5-mini~endless'))[before]?.state === 'cancelled')
  })

  test('closes the upstream by being closed', async () => {
    const before = (await callsOf(emulator, 'gpt-5-mini~stall')).length
    await page.evaluate(async (relay) => {
      const { token } = (await (await fetch(`${relay}/token`, { method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' }, body: '{}' })).json()) as { token: string }
      const response = await fetch(`${relay}/openai/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ model: 'stall', stream: true, messages: [{ role: 'user', content: 'Hello' }] }) })
      await response.body?.getReader().read()
    }, server.url)
    expect((await callsOf(emulator, 'gpt-5-mini~stall'))[before]?.state).toBe('open')
    await page.close()
    await eventually(async () => (await callsOf(emulator, 'gpt-5-mini~stall'))[before]?.state === 'cancelled')
  })

  test('of a site that is not listed reads nothing', async () => {
    const other = site.replace('127.0.0.1', 'localhost')
    await page.goto(other)
    await page.waitForFunction(() => 'library' in globalThis)
    const failure = await page.evaluate(async (relay) => {
      try {
        return (await fetch(`${relay}/openai/v1/chat/completions`, { method: 'POST', headers: { authorization: 'Bearer x', 'content-type': 'application/json' }, body: '{}' })).status
      } catch (error) {
        return String(error)
      }
    }, server.url)
    expect(failure).toBe('TypeError: Failed to fetch')
  })
})
