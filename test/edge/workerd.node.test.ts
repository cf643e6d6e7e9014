import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { bundleWorker } from '../../scripts/bundle-worker.mjs'
import { startWorkerd } from '../../scripts/workerd.mjs'

const WORKER = `
import { DurableObject } from 'cloudflare:workers'
import { greet } from './greet.ts'

export class Counter extends DurableObject<Env> {
  async count(): Promise<number> {
    const count = ((await this.ctx.storage.get<number>('count')) ?? 0) + 1
    await this.ctx.storage.put('count', count)
    return count
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url)
    if (url.pathname.startsWith('/files/')) return env.FILES.fetch(new Request(new URL(url.pathname.slice('/files'.length), url)))
    if (url.pathname === '/fetch') return fetch(url.searchParams.get('url'))
    return Response.json({ greeting: greet(env.NAME), count: await env.COUNTERS.get(env.COUNTERS.idFromName('one')).count() })
  },
}
`

const stops: (() => unknown)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const stop of stops.splice(0).reverse()) await stop()
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'keyless-chat-test-'))
  stops.push(() => rmSync(path, { recursive: true }))
  return path
}

async function bundled(source: string): Promise<string> {
  const path = folder()
  writeFileSync(join(path, 'greet.ts'), 'export const greet = (name: string): string => `hello ${name}`\n')
  writeFileSync(join(path, 'worker.ts'), source)
  return bundleWorker({ entry: join(path, 'worker.ts'), file: join(path, 'worker.js') })
}

test('startWorkerd() serves a bundled worker with variables, an object that remembers, and files', async () => {
  const files = folder()
  mkdirSync(join(files, 'below'))
  writeFileSync(join(files, 'below', 'a.txt'), 'in a file')
  const name = 'a "quoted"\n\\name, \u0007 – ü'
  const { url, pid, stop } = await startWorkerd({ script: await bundled(WORKER), text: { NAME: name }, objects: { COUNTERS: 'Counter' }, assets: { FILES: files } })
  stops.push(stop)
  expect(await (await fetch(url)).json()).toEqual({ greeting: `hello ${name}`, count: 1 })
  expect(await (await fetch(url)).json()).toEqual({ greeting: `hello ${name}`, count: 2 })
  expect(await (await fetch(`${url}/files/below/a.txt`)).text()).toBe('in a file')
  expect((await fetch(`${url}/files/below/b.txt`)).status).toBe(404)

  await stop()
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
})

test("startWorkerd() lets the worker's fetch reach loopback", async () => {
  const server = createServer((_, response) => response.end('from loopback'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => server.close())
  const { url, stop } = await startWorkerd({ script: await bundled(WORKER), text: { NAME: '' }, objects: { COUNTERS: 'Counter' } })
  stops.push(stop)
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(await (await fetch(`${url}/fetch?url=${encodeURIComponent(target)}`)).text()).toBe('from loopback')
})

test('startWorkerd() says why workerd did not start, and leaves no folder', async () => {
  const script = await bundled(WORKER)
  const temporary = folder()
  vi.stubEnv('TMPDIR', temporary)
  await expect(startWorkerd({ script, compatibilityFlags: ['no_such_flag'] })).rejects.toThrow(/^Cannot start workerd as it ended with status 1: [^]*no_such_flag/)
  expect(readdirSync(temporary)).toEqual([])
})

test.each(['SIGTERM', 'exit'])('startWorkerd() leaves no process and no folder where its own process ends: %s', async (how) => {
  const temporary = folder()
  const end = how === 'exit' ? 'process.exit()' : `process.kill(process.pid, '${how}')`
  const source = `import { startWorkerd } from ${JSON.stringify(new URL('../../scripts/workerd.mjs', import.meta.url).href)}
const { url } = await startWorkerd({ script: ${JSON.stringify(await bundled('export default { fetch: () => new Response() }'))} })
process.stdout.write(url, () => ${end})
await new Promise((resolve) => setTimeout(resolve, 60_000))`
  const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8', env: { ...process.env, TMPDIR: temporary } })
  expect(signal).toBe(how === 'exit' ? null : how)
  // Told to die, it is gone a moment later: until then its socket takes connections, and resets them.
  await expect.poll(() => fetch(stdout).catch(({ cause }: { cause: { code: string } }) => cause.code), { timeout: 15_000 }).toBe('ECONNREFUSED')
  expect(readdirSync(temporary)).toEqual([])
})

test('bundleWorker() refuses an import that nothing answers', async () => {
  await expect(bundled("import { a } from 'no-such-package'\nexport default { fetch: () => a }\n")).rejects.toThrow('no-such-package')
})
