import { spawnSync } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { start, templateNames } from '../../scripts/template.mjs'
import { found, launch } from '../demo/browser.ts'
import { ROOT, run } from '../package/artifact.ts'
import { prepare } from './prepared.ts'
import type { Preparations, Prepared } from './prepared.ts'
import { chat, visit } from './visit.ts'

interface Template {
  readonly name: string
  /** Why it cannot be tried here: its tool is not had for every platform. */
  readonly lacks?: string | undefined
  /** What checks its types. */
  readonly check?: readonly string[]
  /** What builds it, what serves what was built, and where scripts for the browser are then. */
  readonly build?: { readonly serve: string; readonly scripts: string }
  /** Scripts for the browser of one that its second command builds. */
  readonly scripts?: string
  /** Whether a relay stands between page and emulator, which tells of a broken answer as a failure of the service. */
  readonly relays?: true
}

/** In the order in which they are installed and tried: the one with least to install first. */
const TEMPLATES: readonly Template[] = [
  { name: 'script-tag' },
  { name: 'deno', lacks: lack('deno'), check: ['deno', 'task', 'check'], relays: true },
  { name: 'svelte', check: ['npm', 'run', 'check'], build: { serve: 'npm run preview', scripts: 'dist/assets' } },
  { name: 'vite-react', check: ['npm', 'run', 'check'], build: { serve: 'npm run preview', scripts: 'dist/assets' } },
  { name: 'cloudflare-worker', lacks: lack('workerd'), check: ['npm', 'run', 'check'], scripts: 'public', relays: true },
  // Its build checks types.
  { name: 'next-edge', build: { serve: 'npm start', scripts: '.next/static' }, relays: true },
]
/** Words of the entries that a page must not have, as the package has them. */
const SERVER = ['Cannot make a relay as', 'Cannot make a broker as', 'relay+jwt']
/** An installation has three tries, and a build of Next.js takes half a minute of computing; a machine that others use makes minutes of both. */
const PATIENCE_MS = 360_000
const EMULATOR = 'This answer comes from an emulator'

let preparations: Preparations
let browser: Browser | undefined
beforeAll(async () => {
  preparations = await prepare(TEMPLATES.flatMap(({ name, lacks }) => (lacks === undefined ? [name] : [])))
  if (found) browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  await preparations?.remove()
}, PATIENCE_MS)

test('every folder of examples is tried', async () => {
  expect(TEMPLATES.map(({ name }) => name).toSorted()).toEqual(await templateNames())
})

for (const { name, lacks, check, build, scripts, relays } of TEMPLATES) describe.skipIf(lacks !== undefined)(`examples/${name}${lacks === undefined ? '' : ` (${lacks})`}`, { timeout: PATIENCE_MS }, () => {
  let prepared: Prepared
  beforeAll(async () => {
    prepared = await preparations.of(name)
    console.log(`${name} was installed in ${(prepared.tookMs / 1000).toFixed(1)} s`)
  }, PATIENCE_MS)

  /** Serves the copy by a command, until it was used. */
  async function served(command: string, use: (browser: Browser, address: string, said: () => string) => Promise<void>): Promise<void> {
    // A free port, where the tool asks the environment; others take the next one by themselves.
    const running = start(command, { cwd: prepared.folder, env: { PORT: '0' } })
    try {
      const address = await running.address()
      if (browser) await use(browser, address, running.said)
    } finally {
      await running.stop()
    }
  }
  const cutCode = relays ? 'server-error' : 'truncated'

  if (!build) {
    test.skipIf(!found)('serves by its second command a page that streams, stops, tells failures and is accessible', async () => {
      await served(prepared.command, async (visitor, address, said) => {
        await visit(visitor, address, (page) => chat(page, cutCode))
        // Whoever stops reading stops paying: the relay has left its upstream.
        if (relays) await expect.poll(said, { timeout: 30_000 }).toContain('"ending":"cancelled"')
      })
      if (scripts) expect(await shipped(join(prepared.folder, scripts))).toEqual({ server: [], emulator: false })
    })
  }

  if (check) {
    test('has types that hold', async () => {
      const [command = '', ...args] = check
      const { status, text } = await run(command, args, prepared.folder)
      expect(status, text).toBe(0)
    })
  }

  if (build) {
    test.skipIf(!found)('opens by its second command', async () => {
      await served(prepared.command, (visitor, address) => visit(visitor, address, async (page) => expect(await page.title()).toBe('Chat')))
    })

    test.skipIf(!found)('is built to a page that streams, stops, tells failures and is accessible, with nothing of a server', async () => {
      const { status, text } = await run('npm', ['run', 'build'], prepared.folder, { NEXT_TELEMETRY_DISABLED: '1' })
      expect(status, text).toBe(0)
      await served(build.serve, (visitor, address) => visit(visitor, address, (page) => chat(page, cutCode)))
      expect(await shipped(join(prepared.folder, build.scripts))).toEqual({ server: [], emulator: !relays })
    })

    if (!relays) {
      test('leaves the emulator out where an endpoint is named', async () => {
        const { status, text } = await run('npm', ['run', 'build'], prepared.folder, { VITE_ENDPOINT: 'https://contoso.services.ai.azure.com' })
        expect(status, text).toBe(0)
        expect(await shipped(join(prepared.folder, build.scripts))).toEqual({ server: [], emulator: false })
      })
    }
  }
})

test('the words by which a server is known are those of the package', async () => {
  const edge = await all(join(ROOT, 'dist'), /\.js$/)
  for (const word of [...SERVER, EMULATOR]) expect(edge).toContain(word)
})

/** Says that a tool does not run here, if it does not. */
function lack(tool: string): string | undefined {
  const { status } = spawnSync(tool, ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' })
  return status === 0 ? undefined : `${tool} does not run on this machine`
}

/** What the scripts below a folder have of what a page must not have, or need not. */
async function shipped(folder: string): Promise<{ readonly server: readonly string[]; readonly emulator: boolean }> {
  const text = await all(folder, /\.js$/)
  // That there is a chat in them at all.
  expect(text).toContain('chat/completions')
  return { server: SERVER.filter((word) => text.includes(word)), emulator: text.includes(EMULATOR) }
}

async function all(folder: string, names: RegExp): Promise<string> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => names.test(file))
  return (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('\n')
}
