/**
 * Runtimes that serve: workerd and Vercel's edge-runtime run the program in a handler, with nothing of Node's.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { root } from '../../../scripts/entries.mjs'
import { startWorkerd } from '../../../scripts/workerd.mjs'
import { startProcess } from './driver.ts'
import type { Driver } from './driver.ts'

const require = createRequire(import.meta.url)

/** The package is the path of the binary for this platform, and throws where there is none. */
function workerdVersion(): string | undefined {
  try {
    const { stdout, status } = spawnSync((require('workerd') as { default: string }).default, ['--version'], { encoding: 'utf8' })
    return status === 0 ? stdout.replace(/^workerd /, '').trim() : undefined
  } catch {
    return undefined
  }
}

export const workerd: Driver = {
  name: 'workerd',
  id: 'workerd',
  kind: 'worker',
  byDefault: true,
  async find() {
    const version = workerdVersion()
    return version === undefined ? undefined : {
      version,
      async start({ file }) {
        // As a Worker may compile code while it starts but not later, which arktype, a schema library of some tests, does not expect.
        const { url, stop } = await startWorkerd({ script: file, compatibilityFlags: ['disallow_eval_during_startup'] })
        return { ended: asked(url), stop }
      },
    }
  },
}

export const edgeRuntime: Driver = {
  name: 'edge-runtime',
  id: 'edge-runtime',
  kind: 'script',
  byDefault: true,
  async find() {
    const { version } = JSON.parse(readFileSync(join(root, 'node_modules/edge-runtime/package.json'), 'utf8')) as { version: string }
    // In a process of its own, as its tests must not wait for those of others.
    return { version, start: async ({ file }) => startProcess(process.execPath, [join(import.meta.dirname, 'edge-runtime.mjs'), file]) }
  },
}

/** Calls the handler, which reports elsewhere; settles where it answers with a failure or not at all. */
function asked(url: string): Promise<string> {
  return fetch(url).then(
    async (response) => (response.ok ? new Promise<string>(() => {}) : `its handler answered with status ${response.status}: ${await response.text()}`),
    (error: unknown) => `its handler did not answer: ${String(error)}`,
  )
}
