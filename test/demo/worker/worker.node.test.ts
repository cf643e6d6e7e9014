import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleWorker } from '../../../scripts/bundle-worker.mjs'
import { startWorkerd } from '../../../scripts/workerd.mjs'
import { ROOT, askToken, cookieOf, serveWorker } from './served.ts'
import type { ServedWorker } from './served.ts'

/** The page's scripts and style sheet, as it names them. */
async function partsOf(origin: string): Promise<readonly string[]> {
  const html = await (await fetch(`${origin}/`)).text()
  const parts = [...html.matchAll(/"(assets\/[^"]+)"/g)].map(([, path]) => `/${path}`)
  expect(parts.length).toBeGreaterThanOrEqual(3)
  return parts
}

describe("demo's Worker", () => {
  let served: ServedWorker
  let origin: string
  beforeAll(async () => {
    served = await serveWorker({ CHUNK_DELAY_MS: '0' })
    ;({ origin } = served)
  })
  afterAll(() => served?.stop())

  const chat = (token: string, headers: Record<string, string>) =>
    fetch(`${origin}/openai/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers }, body: '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello"}]}' })
  const tokenOf = async () => ((await (await askToken(origin, { cookie: await cookieOf(origin) })).json()) as { token: string }).token

  test('gives a session with the page, once, and with nothing else', async () => {
    const first = await fetch(`${origin}/`)
    expect(first.headers.get('set-cookie')).toMatch(/^session=[\da-f-]{36}\.\d+\.[\da-f]{64}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/)
    expect(first.headers.get('cache-control')).toBe('no-store')
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect((await fetch(`${origin}/`, { headers: { cookie } })).headers.get('set-cookie')).toBeNull()
    for (const path of ['/config.json', '/icon.svg', ...(await partsOf(origin)), '/redirect.html', '/none', '/token']) expect((await fetch(origin + path)).headers.get('set-cookie'), path).toBeNull()
  })

  test('lets browsers keep what changes its name with its content, and nothing else', async () => {
    const kept = async (path: string) => (await fetch(origin + path)).headers.get('cache-control')
    for (const path of await partsOf(origin)) expect(await kept(path), path).toBe('public, max-age=31536000, immutable')
    expect([await kept('/icon.svg'), await kept('/redirect.html'), await kept('/config.json')]).toEqual(['no-cache', 'no-cache', 'no-store'])
    expect(await kept('/assets/page-00000000.js')).toBeNull()
  })

  test.each([
    ['none', () => ''],
    ['one with another id', (cookie: string) => cookie.replace(/=[\da-f]/, (start) => (start === '=0' ? '=1' : '=0'))],
    ['one that ends later', (cookie: string) => cookie.replace(/\.(\d+)\./, (_, ends) => `.${Number(ends) + 1}.`)],
    ['one with another proof', (cookie: string) => cookie.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
    ['one without a proof', (cookie: string) => cookie.replace(/\.[\da-f]+$/, '')],
    ['one of another name', (cookie: string) => `my${cookie}`],
  ])('gives no token for a session cookie that is %s', async (_, change) => {
    const response = await askToken(origin, { cookie: change(await cookieOf(origin)) })
    expect([response.status, await response.json()]).toEqual([401, { error: 'interaction_required' }])
  })

  test('gives a token for a session, to its own page alone', async () => {
    const cookie = await cookieOf(origin)
    const given = await askToken(origin, { cookie: `theme=dark; ${cookie}` })
    expect(given.status).toBe(200)
    expect((await askToken(origin, { cookie, origin: 'https://evil.example' })).status).toBe(403)
    expect((await fetch(`${origin}/token`, { method: 'POST', headers: { cookie, 'content-type': 'application/json' }, body: '{}' })).status).toBe(403)
    expect((await fetch(`${origin}/token`, { headers: { cookie } })).status).toBe(405)
    const { token } = (await given.json()) as { token: string }
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
    expect(claims).toMatchObject({ aud: origin, origin, sub: cookie.slice('session='.length).split('.')[0] })
  })

  test('relays for a token and its origin, and not without either', async () => {
    const token = await tokenOf()
    expect((await chat(token, { origin })).status).toBe(200)
    expect((await chat(token, {})).status).toBe(403)
    const elsewhere = await chat(token, { origin: 'https://evil.example' })
    expect([elsewhere.status, elsewhere.headers.get('access-control-allow-origin')]).toEqual([403, null])
    expect((await fetch(`${origin}/openai/v1/chat/completions`, { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } })).status).toBe(403)
    expect((await chat(`${token}x`, { origin })).status).toBe(401)
  })

  test('sends files of the page with their types and headers, and nothing else', async () => {
    for (const [path, type] of [['/', 'text/html'], ['/index.html', 'text/html'], ['/icon.svg', 'image/svg+xml'], ['/config.json', 'application/json'], ...(await partsOf(origin)).map((path) => [path, path.endsWith('.css') ? 'text/css' : 'text/javascript'])] as [string, string][]) {
      const { status, headers } = await fetch(origin + path)
      expect([status, headers.get('content-type')?.split(';')[0]], path).toEqual([200, type])
      expect(['cross-origin-opener-policy', 'referrer-policy', 'x-content-type-options'].map((name) => headers.get(name)), path).toEqual(['same-origin', 'no-referrer', 'nosniff'])
    }
    const policy = (await fetch(`${origin}/`)).headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';.*; frame-ancestors 'none'$/)
    expect(policy).not.toContain('unsafe')
    const redirect = (await fetch(`${origin}/redirect.html`)).headers
    expect([redirect.get('cross-origin-opener-policy'), redirect.get('content-security-policy')]).toEqual([null, expect.stringContaining("frame-ancestors 'self'")])
    for (const path of ['/dist/', '/dist', '/worker.js', '/none.js', '/../worker.js', '/%2e%2e/worker.js', '/dist/..%2f..%2fworker.js']) expect((await fetch(origin + path)).status, path).toBe(404)
    expect((await fetch(`${origin}/`, { method: 'POST' })).status).toBe(405)
    expect(await (await fetch(`${origin}/`, { method: 'HEAD' })).text()).toBe('')
  })

  test('refuses to be called by another name', async () => {
    const response = await fetch(origin.replace('127.0.0.1', 'localhost'))
    expect([response.status, await response.text()]).toEqual([421, `Cannot serve ${origin.replace('127.0.0.1', 'localhost')} as ORIGIN is ${origin}`])
  })

  test('logs ids and counts, and neither words nor tokens', async () => {
    const token = await tokenOf()
    const before = served.log().length
    const response = await chat(token, { origin })
    const { choices } = (await response.json()) as { choices: readonly [{ message: { content: string } }] }
    await expect.poll(() => served.log().length).toBeGreaterThan(before)
    const lines = served.log().slice(before).join('\n')
    expect(JSON.parse(lines)).toMatchObject({ event: 'chat', id: expect.any(String), subject: expect.any(String), deployment: 'gpt-4o-mini', status: 200, ending: 'complete', attempts: 1, tokens: expect.any(Number) })
    for (const secret of [token.split('.')[2] ?? '', 'Hello', choices[0].message.content.slice(0, 20)]) expect(lines).not.toContain(secret)
  })
})

describe("demo's Worker, misconfigured", () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyless-chat-test-'))
  let script: string
  beforeAll(async () => {
    script = await bundleWorker({ entry: join(ROOT, 'demo/worker/worker.ts'), file: join(folder, 'worker.js') })
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const SECRET = 'a-secret-that-nobody-may-see-in-any-answer'
  const GOOD = {
    ORIGIN: 'https://chat.example',
    UPSTREAM: 'https://contoso.services.ai.azure.com',
    DEPLOYMENTS: 'chat=gpt-5-mini',
    RELAY_KEYS: JSON.stringify([{ kty: 'oct', kid: '1', alg: 'HS256', k: Buffer.from(SECRET).toString('base64url') }]),
    SESSION_KEY: SECRET,
    TENANT_ID: 'contoso.com',
    CLIENT_ID: 'client',
    CLIENT_SECRET: SECRET,
  }

  test.each<[what: string, change: Readonly<Record<string, string | undefined>>, message: RegExp]>([
    ['what is missing, all at once', { UPSTREAM: undefined, SESSION_KEY: undefined, CLIENT_SECRET: '' }, /^Cannot start as these are not set: UPSTREAM, SESSION_KEY, CLIENT_SECRET$/],
    ['an origin with a path', { ORIGIN: 'https://chat.example/' }, /^Cannot start as ORIGIN must be exact, .*: it is "https:\/\/chat\.example\/"$/],
    ['an origin that is not https', { ORIGIN: 'http://chat.example' }, /^Cannot start as ORIGIN must be exact/],
    ['an upstream that is not https', { UPSTREAM: 'http://contoso.example' }, /must be https/],
    ['a deployment that is named twice', { DEPLOYMENTS: 'chat=a chat=b' }, /^Cannot start as DEPLOYMENTS must be names, each once, .*"chat=b"$/],
    ['a limit that is no number', { SESSION_TOKENS_PER_HOUR: '50k' }, /^Cannot start as SESSION_TOKENS_PER_HOUR must be a whole number from 1: it is "50k"$/],
    ['a short session key', { SESSION_KEY: SECRET.slice(0, 20) }, /^Cannot start as SESSION_KEY must have 32 characters or more: it has 20$/],
    ['keys that are no JSON', { RELAY_KEYS: SECRET }, /^Cannot start as RELAY_KEYS is no JSON/],
    ['a key without a name', { RELAY_KEYS: `[{"kty":"oct","alg":"HS256","k":"${SECRET}"}]` }, /^Cannot use the keys of relay tokens as each needs a kid/],
    ['a key that cannot sign', { RELAY_KEYS: '[{"kty":"EC","kid":"1","alg":"ES256","crv":"P-256","x":"a","y":"b"}]' }, /^Cannot use the keys of relay tokens as the first one, which signs, must have its private half/],
    ["an emulator's tokens beside an application", { TOKEN_URL: 'http://127.0.0.1:1/token' }, /^Cannot start as TOKEN_URL is for a local run and must not stand beside/],
    ["an emulator's tokens from elsewhere", { TOKEN_URL: 'https://example.com/', TENANT_ID: undefined, CLIENT_ID: undefined, CLIENT_SECRET: undefined }, /^Cannot start as TOKEN_URL is for a local run and must be on loopback/],
  ])('says with the first request: %s', async (_, change, message) => {
    const text = Object.fromEntries(Object.entries({ ...GOOD, ...change }).filter((entry): entry is [string, string] => entry[1] !== undefined))
    const { url, stop } = await startWorkerd({ script, text, objects: { QUOTA: 'QuotaObject' }, assets: { ASSETS: folder } })
    try {
      const response = await fetch(url)
      const said = await response.text()
      expect(response.status).toBe(500)
      expect(said).toMatch(message)
      expect(said).not.toContain(SECRET)
    } finally {
      await stop()
    }
  })

  test.each([
    ['is not there', '', 'Cannot serve the page as it is not among the assets: node demo/export.mjs build/edge'],
    ['was not exported', '<!doctype html>', 'Cannot serve the page as it was not exported by demo/export.mjs: it has no policy'],
  ])('says with the first request: a page that %s', async (_, html, message) => {
    const site = join(folder, 'site')
    mkdirSync(site, { recursive: true })
    if (html) writeFileSync(join(site, 'index.html'), html)
    // A name that is served, as the port is known only later.
    const { url, stop } = await startWorkerd({ script, text: { ...GOOD, ORIGIN: 'http://127.0.0.1:1' }, objects: { QUOTA: 'QuotaObject' }, assets: { ASSETS: site } })
    try {
      const said = await new Promise<string>((resolve, reject) => {
        request(url, { headers: { host: '127.0.0.1:1' } }, (response) => response.setEncoding('utf8').once('data', resolve)).once('error', reject).end()
      })
      expect(said).toBe(message)
    } finally {
      await stop()
    }
  })
})

describe('demo/worker/serve.mjs', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('ends by %s, with its processes and folders', async (signal) => {
    // Its own, as other tests make folders too.
    const temporary = mkdtempSync(join(tmpdir(), 'keyless-chat-test-'))
    const ours = () => readdirSync(temporary).filter((name) => /^keyless-chat-(edge|workerd)-/.test(name))
    const served = await serveWorker({ TMPDIR: temporary })
    expect(ours().length).toBeGreaterThanOrEqual(2)
    expect(await served.stop(signal)).toEqual({ status: 0, signal: null })
    for (const url of [served.origin, served.emulator]) await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    expect(ours()).toEqual([])
    rmSync(temporary, { recursive: true })
  })
})
