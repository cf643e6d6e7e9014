/**
 * A template in; what its README's commands, its build and its page must do, as tests.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { start } from '../../scripts/template.mjs'
import { found, sharedBrowser } from '../demo/browser.ts'
import { run } from '../package/artifact.ts'
import { prepare } from './prepared.ts'
import type { Prepared } from './prepared.ts'
import { chat, visit } from './visit.ts'

/** One template, and what is to be known of it. */
export interface Template {
  readonly name: string
  /** A tool of its that is not had for every platform. */
  readonly needs?: string
  /** What checks its types. */
  readonly check?: readonly string[]
  /** What builds it, what serves what was built, and where scripts for the browser are then. */
  readonly build?: { readonly serve: string; readonly scripts: string }
  /** Scripts for the browser of one that its second command builds. */
  readonly scripts?: string
  /** Whether a relay stands between page and emulator, which tells of a broken answer as a failure of the service. */
  readonly relays?: true
}

/** Words of the entries that a page must not have, as the package has them. */
export const SERVER = ['Cannot make a relay as', 'Cannot make a broker as', 'relay+jwt']
export const EMULATOR = 'This answer comes from an emulator'
/** An installation has three tries, and a build of Next.js takes half a minute of computing; a machine that others use makes minutes of both. */
const PATIENCE_MS = 360_000

/** Tries a template in a copy, which has the packed package. */
export function testTemplate({ name, needs, check, build, scripts, relays }: Template): void {
  const lacks = needs !== undefined && !runs(needs) ? ` (${needs} does not run on this machine)` : ''
  describe.skipIf(lacks !== '')(`examples/${name}${lacks}`, { timeout: PATIENCE_MS }, () => {
    let prepared: Prepared | undefined
    let browser: Browser | undefined
    beforeAll(async () => {
      prepared = await prepare(name)
      console.log(`${name} was installed in ${(prepared.tookMs / 1000).toFixed(1)} s`)
      if (found) browser = await sharedBrowser()
    }, PATIENCE_MS)
    afterAll(() => prepared?.remove(), PATIENCE_MS)
    const copy = (): Prepared => {
      if (!prepared) throw new Error(`${name} was not installed`)
      return prepared
    }

    /** Serves the copy by a command, until it was used. */
    async function served(command: string, use: (browser: Browser, address: string, said: () => string) => Promise<void>): Promise<void> {
      // A free port, where the tool asks the environment; others take the next one by themselves.
      const running = start(command, { cwd: copy().folder, env: { PORT: '0' } })
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
        await served(copy().command, async (visitor, address, said) => {
          await visit(visitor, address, (page) => chat(page, cutCode))
          // Whoever stops reading stops paying: the relay has left its upstream.
          if (relays) await expect.poll(said, { timeout: 30_000 }).toContain('"ending":"cancelled"')
        })
        if (scripts) expect(await shipped(join(copy().folder, scripts))).toEqual({ server: [], emulator: false })
      })
    }

    if (check) {
      test('has types that hold', async () => {
        const [command = '', ...args] = check
        const { status, text } = await run(command, args, copy().folder)
        expect(status, text).toBe(0)
      })
    }

    if (build) {
      test.skipIf(!found)('opens by its second command', async () => {
        await served(copy().command, (visitor, address) => visit(visitor, address, async (page) => expect(await page.title()).toBe('Chat')))
      })

      test.skipIf(!found)('is built to a page that streams, stops, tells failures and is accessible, with nothing of a server', async () => {
        const { status, text } = await run('npm', ['run', 'build'], copy().folder, { NEXT_TELEMETRY_DISABLED: '1' })
        expect(status, text).toBe(0)
        await served(build.serve, (visitor, address) => visit(visitor, address, (page) => chat(page, cutCode)))
        expect(await shipped(join(copy().folder, build.scripts))).toEqual({ server: [], emulator: !relays })
      })

      if (!relays) {
        test('leaves the emulator out where an endpoint is named', async () => {
          const { status, text } = await run('npm', ['run', 'build'], copy().folder, { VITE_ENDPOINT: 'https://contoso.services.ai.azure.com' })
          expect(status, text).toBe(0)
          expect(await shipped(join(copy().folder, build.scripts))).toEqual({ server: [], emulator: false })
        })
      }
    }
  })
}

function runs(tool: string): boolean {
  return spawnSync(tool, ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' }).status === 0
}

/** What the scripts below a folder have of what a page must not have, or need not. */
async function shipped(folder: string): Promise<{ readonly server: readonly string[]; readonly emulator: boolean }> {
  const text = await all(folder, /\.js$/)
  // That there is a chat in them at all.
  expect(text).toContain('chat/completions')
  return { server: SERVER.filter((word) => text.includes(word)), emulator: text.includes(EMULATOR) }
}

/** All files below a folder whose names match, as one text. */
export async function all(folder: string, names: RegExp): Promise<string> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => names.test(file))
  return (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('\n')
}
