import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bridge } from '../../demo/bridge.mjs'
import { ask, found, lastText, launch, open, settled } from './browser.ts'
import { serveDemo } from './served.ts'

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' }

test.skipIf(!found)('exported page works from any static host, below any path, by its config.json', async () => {
  const served = await serveDemo({ CHUNK_DELAY_MS: '2' })
  const folder = await mkdtemp(join(tmpdir(), 'keyless-chat-export-'))
  const config = { mode: 'broker', endpoint: served.emulator, deployments: ['gpt-4o-mini'], tokenUrl: 'token' }
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  const { status, stderr } = spawnSync(process.execPath, ['demo/export.mjs', folder], { cwd: fileURLToPath(new URL('../..', import.meta.url)), encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])

  const host = createServer(bridge(async ({ url }) => {
    const path = new URL(url).pathname.replace(/^\/below\//, '') || 'index.html'
    // The backend, for which the demo's own server stands in.
    if (path === 'token') return fetch(`${served.page}/token`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' }, body: '{"scopes":["https://cognitiveservices.azure.com/.default"]}' }).then(async (answer) => new Response(await answer.text()))
    const body = await readFile(join(folder, path)).catch(() => undefined)
    return body ? new Response(body, { headers: { 'content-type': TYPES[extname(path)] ?? 'text/plain' } }) : new Response(null, { status: 404 })
  }))
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  const browser = await launch()
  try {
    const { page, complaints, violations } = await open(browser, `http://127.0.0.1:${(host.address() as AddressInfo).port}/below/`)
    await ask(page, 'Hello from elsewhere')
    await settled(page)
    expect(await lastText(page)).toContain('Hello from elsewhere')
    expect(await page.locator('#deployment option').allInnerTexts()).toEqual(['gpt-4o-mini'])
    expect(await page.locator('#suggestions button:visible').count()).toBe(0)
    await page.locator('#settings').click()
    await page.locator('#connect [value=msal]').check()
    await page.locator('#connect [name=clientId]').fill('00000000-0000-4000-8000-000000000000')
    await page.locator('#connect [type=submit]').click()
    await expect.poll(() => page.locator('#sign').innerText(), { timeout: 15_000 }).toBe('Sign in')
    expect(complaints).toEqual([])
    expect(await violations()).toEqual([])
  } finally {
    await browser.close()
    host.closeAllConnections()
    host.close()
    await served.stop()
  }
})
