// What docs/cdn.md shows runs in a browser, under the policy that it names, from a stand-in for the CDN; and a file that was changed there runs nowhere.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { cdnSections, importMap, integrities, moduleFile } from '../../scripts/cdn.mjs'
import { scriptTag } from '../../scripts/entries.mjs'
import { found, launch } from '../demo/browser.ts'
import { slowed } from '../setup/slow-page.ts'
import { ROOT } from './artifact.ts'

const PAGE = 'https://app.example/'
const page = readFileSync(join(ROOT, 'docs/cdn.md'), 'utf8')
/** The code of a section, without its fence. */
const section = (name: string) => new RegExp(`<!-- ${name} -->\\n\\n\`\`\`\\w+\\n([^]*?)\\n\`\`\`\\n\\n<!-- /${name} -->`).exec(page)?.[1] ?? ''
const ANSWER = 'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"From afar"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
const CALL = `
  const stream = streamChat(connect({ endpoint: 'https://contoso.services.ai.azure.com', token: () => 'a-token' }), { model: 'm', messages: [{ role: 'user', content: 'Hello' }] })
  let text = ''
  for await (const word of stream.text) text += word
  document.title = text
`
const SCRIPTS: Readonly<Record<string, string>> = {
  'module.js': `import { connect, isChatError, streamChat } from 'keyless-chat'\nimport { brokerTokens } from 'keyless-chat/broker'\n${CALL}
    const wrong = await brokerTokens('/token')({ scopes: [], forceRefresh: false, signal: new AbortController().signal }).catch((error) => error)
    document.title += isChatError(wrong) ? ', one family of errors' : String(wrong)`,
  'global.js': `const { connect, streamChat } = KeylessChat\n${CALL}`,
}

describe('docs/cdn.md', () => {
  test('says addresses of this version, and the hashes of the build', () => {
    for (const [name, text] of Object.entries(cdnSections(manifest))) expect(page, `${name}: run npm run check:size -- --write`).toContain(`<!-- ${name} -->\n\n${text}\n\n<!-- /${name} -->`)
    expect(JSON.parse(readFileSync(join(ROOT, 'dist/integrity.json'), 'utf8'))).toEqual(integrities())
    const { imports, integrity } = importMap(manifest)
    expect(Object.keys(imports)).toEqual(['keyless-chat', 'keyless-chat/msal', 'keyless-chat/broker', 'keyless-chat/tools'])
    for (const address of Object.values(imports)) expect(integrity).toHaveProperty([address], integrities()['keyless-chat.min.mjs'])
  })

  test('shows a module that exports what its entries do', async () => {
    const whole = (await import(join(ROOT, moduleFile))) as object
    const names = await Promise.all(scriptTag.subpaths.map(async (subpath) => Object.keys((await import(manifest.name + subpath.slice(1))) as object)))
    expect(Object.keys(whole).toSorted()).toEqual([...new Set(names.flat())].toSorted())
  })
})

describe.skipIf(!found)('in a browser, from a CDN', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  /** Opens a page with a snippet and a script of its own, `changed` by whoever serves the library. */
  async function openWith(snippet: string, policy: string, script: string, changed: (code: string) => string = (code) => code): Promise<{ title: () => Promise<string>; errors: string[]; context: BrowserContext }> {
    const context = await browser.newContext()
    const errors: string[] = []
    await context.route('**', async (route) => {
      const url = new URL(route.request().url())
      const headers = { 'access-control-allow-origin': '*' }
      if (url.href === PAGE) return route.fulfill({ contentType: 'text/html', headers: { 'content-security-policy': `default-src 'none'; ${policy}; connect-src 'self' https://contoso.services.ai.azure.com` }, body: `<!doctype html><title>waiting</title>\n${snippet}\n<script type="module" src="/${script}"></script>` })
      if (url.href === `${PAGE}${script}`) return route.fulfill({ contentType: 'text/javascript', body: SCRIPTS[script] ?? '' })
      if (url.href.startsWith(`https://cdn.jsdelivr.net/npm/keyless-chat@${manifest.version}/`)) return route.fulfill({ contentType: 'text/javascript', headers, body: changed(readFileSync(join(ROOT, url.pathname.split(`@${manifest.version}/`)[1] ?? ''), 'utf8')) })
      if (url.hostname.endsWith('.azure.com')) return route.fulfill({ contentType: 'text/event-stream', headers: { ...headers, 'access-control-allow-headers': '*, authorization' }, body: ANSWER })
      return route.fulfill({ status: 404 })
    })
    const opened = await slowed(await context.newPage())
    opened.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    opened.on('pageerror', (error) => errors.push(String(error)))
    await opened.goto(PAGE)
    return { title: () => opened.title(), errors, context }
  }

  const map = () => openWith(section('cdn-import-map'), section('cdn-policy'), 'module.js')
  const tag = `script-src 'self' https://cdn.jsdelivr.net`

  test('an import map leads to a module that runs, whose entries are of one piece', async () => {
    const { title, errors, context } = await map()
    await expect.poll(title, { timeout: 15_000 }).toBe('From afar, one family of errors')
    // The backend that is not there, which it was to fail at.
    expect(errors.filter((error) => !error.includes('404'))).toEqual([])
    await context.close()
  })

  test('a script tag leads to a script that runs', async () => {
    const { title, errors, context } = await openWith(section('cdn-script-tag'), tag, 'global.js')
    await expect.poll(title, { timeout: 15_000 }).toBe('From afar')
    expect(errors).toEqual([])
    await context.close()
  })

  test.for([
    ['an import map', 'cdn-import-map', 'module.js'],
    ['a script tag', 'cdn-script-tag', 'global.js'],
  ] as const)('%s leads to nothing where a byte was changed', async ([, name, script]) => {
    const policy = script === 'module.js' ? section('cdn-policy') : tag
    const { title, errors, context } = await openWith(section(name), policy, script, (code) => `${code} `)
    await expect.poll(() => errors.join('\n'), { timeout: 15_000 }).toMatch(/integrity/i)
    expect(await title()).toBe('waiting')
    await context.close()
  })
})
