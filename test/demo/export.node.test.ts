import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minifyCss } from '../../demo/static/css.mjs'
import { serveFolders } from '../../scripts/static-host.mjs'
import { slowed } from '../setup/slow-page.ts'
import { ask, found, lastText, open, settled, sharedBrowser } from './browser.ts'
import { serveDemo } from './served.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

function exportTo(folder: string): void {
  const { status, stderr } = spawnSync(process.execPath, ['demo/export.mjs', folder], { cwd: ROOT, encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
}

/** Which of the big parts are in the scripts that were asked for, by words that are in no other: how files are called and cut is Rollup's affair. */
async function parts(requests: readonly string[], folder: string): Promise<string[]> {
  const scripts = await Promise.all([...new Set(requests.flatMap((path) => /assets\/[\w-]+\.js$/.exec(path)?.[0] ?? []))].map((path) => readFile(join(folder, path), 'utf8')))
  const marks = { page: 'config.json', msal: 'msal.js.browser', emulator: 'https://emulator.localhost' }
  return Object.entries(marks).flatMap(([part, mark]) => (scripts.some((script) => script.includes(mark)) ? [part] : []))
}

describe('demo/export.mjs', () => {
  let folder: string
  let host: Awaited<ReturnType<typeof serveFolders>>
  let browser: Browser | undefined
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyless-chat-export-'))
    exportTo(folder)
    host = await serveFolders({ '/below/here': folder })
    if (found) browser = await sharedBrowser()
  })
  afterAll(async () => {
    await host?.close()
    await rm(folder, { recursive: true, force: true })
  })
  const openPage = (hash = '') => open(browser as Browser, `${host.origin}/below/here/${hash}`)

  test('writes a page of few files, with a policy that allows its own alone, and no address from the root', async () => {
    const html = await readFile(join(folder, 'index.html'), 'utf8')
    expect(/content="(default-src[^"]+)"/.exec(html)?.[1]).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; .*require-trusted-types-for 'script'; trusted-types 'none'$/)
    expect(html).not.toMatch(/importmap|<style|(src|href)="\//)
    expect([...html.matchAll(/<script[^>]*>([^<]*)<\/script>/g)].map(([, inline]) => inline)).toEqual(['', ''])
    // Each that is named is there.
    const named = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, path = '']) => path)
    for (const path of named) expect(existsSync(join(folder, path)), path).toBe(true)
    expect(named.filter((path) => path.endsWith('.css'))).toHaveLength(1)
    // What is loaded at once; and all that there is.
    expect(named.filter((path) => path.startsWith('assets/')).length).toBeLessThanOrEqual(6)
    expect((await readdir(join(folder, 'assets'))).length).toBeLessThanOrEqual(16)
    expect(await readdir(folder)).toEqual(['assets', 'config.json', 'icon.svg', 'index.html', 'redirect.html'])
    expect(await readFile(join(folder, 'redirect.html'), 'utf8')).toMatch(/src="assets\/redirect-\w+\.js"/)
  })

  test('makes of style sheets one that says the same', () => {
    const source = 'a :hover , b>c {\n  color : red ;\n  --icon: url("data:,%3Cb a=\'/* ; */\'  x %3E") ; /* why */\n  margin: 0  1px\n}\n@media ( width < 40rem ) { a::before { content: "a  {b} ; c" ; } }\n'
    expect(minifyCss(source)).toBe('a :hover,b>c{color :red;--icon:url("data:,%3Cb a=\'/* ; */\'  x %3E");margin:0 1px}@media ( width < 40rem ){a::before{content:"a  {b} ; c"}}')
  })

  test.skipIf(!found)('loses no rule of its style sheets', async () => {
    const page = await slowed(await (browser as Browser).newPage())
    const rules = (css: string) => page.evaluate((text) => {
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(text)
      return [...sheet.cssRules].map(({ cssText }) => cssText.replace(/(--[\w-]+:|,) */g, '$1'))
    }, css)
    const html = await readFile(join(ROOT, 'demo/index.html'), 'utf8')
    const sources = await Promise.all([...html.matchAll(/rel="stylesheet" href="\/([^"]+)"/g)].map(([, name]) => readFile(join(ROOT, `demo/${name}`), 'utf8')))
    const [name = ''] = (await readdir(join(folder, 'assets'))).filter((file) => file.endsWith('.css'))
    const expected = await rules(sources.join('\n'))
    expect(expected.length).toBeGreaterThan(100)
    expect(await rules(await readFile(join(folder, 'assets', name), 'utf8'))).toEqual(expected)
    await page.close()
  })

  test.skipIf(!found)('runs without a server, on the emulator in the page, which is loaded then, and MSAL is not', async () => {
    const before = host.requests.length
    const { page, complaints, violations } = await openPage()
    expect(await page.locator('#base').innerText()).toBe('https://emulator.localhost/openai/v1')
    expect(await page.locator('#welcome > p:visible').allInnerTexts()).toEqual([expect.stringContaining('from within the page, so it needs no account and no server')])
    await ask(page, 'Hello from elsewhere', 'gpt-5-mini')
    await settled(page)
    expect(await lastText(page)).toContain('Hello from elsewhere')
    await ask(page, 'Tell me', 'gpt-4o-mini~429-once')
    await settled(page)
    expect(await lastText(page)).toContain('You wrote: “Tell me”')
    await page.locator('#session').selectOption('without-role')
    await ask(page, 'May I?', 'gpt-5-mini')
    await settled(page)
    expect(await page.locator('#messages').innerText()).toContain('missing-role')
    expect(await parts(host.requests.slice(before), folder)).toEqual(['page', 'emulator'])
    expect(complaints).toEqual([])
    expect(await violations()).toEqual([])
    await page.context().close()
  })

  test.skipIf(!found)('streams there: words are shown while others are still to come', async () => {
    const { page } = await openPage()
    await ask(page, 'Why no key?', 'gpt-5-mini')
    await expect.poll(async () => (await lastText(page)).length, { timeout: 15_000, interval: 20 }).toBeGreaterThan(10)
    expect(await page.locator('#send').getAttribute('data-state')).toBe('stop')
    await page.locator('#send').click()
    await settled(page)
    await page.context().close()
  })

  test.skipIf(!found)('runs on the emulator also where the host answers config.json with 404, or with its page', async () => {
    for (const answer of [{ status: 404 }, { status: 200, contentType: 'text/html', body: '<!doctype html>' }]) {
      const { page } = await open(browser as Browser, `${host.origin}/below/here/`, {}, (context) => context.route('**/config.json', (route) => route.fulfill(answer)))
      expect(await page.locator('#base').innerText()).toBe('https://emulator.localhost/openai/v1')
      await page.context().close()
    }
  })
})

test.skipIf(!found)('exported page works from any static host, below any path, by its config.json', async () => {
  const served = await serveDemo({ CHUNK_DELAY_MS: '2' })
  const folder = await mkdtemp(join(tmpdir(), 'keyless-chat-export-'))
  const config = { mode: 'broker', endpoint: served.emulator, deployments: ['gpt-4o-mini'], tokenUrl: 'token' }
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  exportTo(folder)
  expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toEqual(config)
  const host = await serveFolders({ '/below': folder })
  const browser = await sharedBrowser()
  let context: BrowserContext | undefined
  try {
    // The backend, for which the demo's own server stands in.
    const { page, complaints, violations } = await open(browser, `${host.origin}/below/`, {}, (fresh) => (context = fresh).route('**/below/token', async (route) => {
      const answer = await fetch(`${served.page}/token`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' }, body: '{"scopes":["https://cognitiveservices.azure.com/.default"]}' })
      await route.fulfill({ body: await answer.text() })
    }))
    await ask(page, 'Hello from elsewhere')
    await settled(page)
    expect(await lastText(page)).toContain('Hello from elsewhere')
    expect(await page.locator('#deployment option').allInnerTexts()).toEqual(['gpt-4o-mini'])
    expect(await page.locator('#suggestions button:visible').count()).toBe(0)
    expect(await parts(host.requests, folder)).toEqual(['page'])
    await page.locator('#settings').click()
    await page.locator('#connect [value=msal]').check()
    await page.locator('#connect [name=clientId]').fill('00000000-0000-4000-8000-000000000000')
    await page.locator('#connect [type=submit]').click()
    await page.locator('#sign').filter({ visible: true, hasText: 'Sign in' }).waitFor()
    expect(await parts(host.requests, folder)).toEqual(['page', 'msal'])
    expect(complaints).toEqual([])
    expect(await violations()).toEqual([])
  } finally {
    await context?.close()
    await host.close()
    await served.stop()
    await rm(folder, { recursive: true, force: true })
  }
})
