/**
 * Real runtimes, each serving the program of `apps/` from the built package.
 * @module
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { bundleWorker } from '../../scripts/bundle-worker.mjs'
import { startWorkerd } from '../../scripts/workerd.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BIN = join(ROOT, 'node_modules/.bin')

export type RuntimeName = 'workerd' | 'deno' | 'bun' | 'node'

/** A running program. */
export interface RelayServer {
  readonly url: string
  readonly pid: number
  /** Where its quota counts. */
  readonly engine: string
  readonly stop: () => Promise<void>
}

interface Runtime {
  readonly engine: string
  /** Whether it runs on this machine. */
  readonly there: () => boolean
  readonly start: (script: string, emulator: string, origins: string) => Promise<Omit<RelayServer, 'engine'>>
}

const runs = (command: string): boolean => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0

const RUNTIMES: Readonly<Record<RuntimeName, Runtime>> = {
  workerd: {
    engine: 'a Durable Object',
    there: () => runs((createRequire(import.meta.url)('workerd') as { default: string }).default),
    // The flag lets a request's signal tell that the client has left.
    start: async (script, emulator, origins) => startWorkerd({ script, text: { EMULATOR: emulator, ORIGINS: origins }, objects: { QUOTA: 'QuotaObject' }, compatibilityFlags: ['enable_request_signal'], v8Flags: ['--expose-gc'] }),
  },
  deno: {
    engine: 'Deno KV',
    there: () => runs(join(BIN, 'deno')),
    start: async (script, emulator, origins) => startProcess(join(BIN, 'deno'), ['run', '--no-prompt', '--no-remote', '--unstable-kv', '--v8-flags=--expose-gc', '--allow-net=127.0.0.1', script, emulator, origins], { DENO_NO_UPDATE_CHECK: '1' }),
  },
  bun: { engine: 'memory', there: () => runs(join(BIN, 'bun')), start: async (script, emulator, origins) => startProcess(join(BIN, 'bun'), [script, emulator, origins]) },
  node: { engine: 'memory', there: () => true, start: async (script, emulator, origins) => startProcess(process.execPath, ['--expose-gc', script, emulator, origins]) },
}

/** Those that this machine has, and those that it lacks. */
export const there: readonly RuntimeName[] = (Object.keys(RUNTIMES) as RuntimeName[]).filter((name) => RUNTIMES[name].there())
export const missing: readonly RuntimeName[] = (Object.keys(RUNTIMES) as RuntimeName[]).filter((name) => !there.includes(name))

/** Starts the program in a runtime. */
export async function startRelay(name: RuntimeName, emulator: string, origins = 'https://app.example'): Promise<RelayServer> {
  const folder = mkdtempSync(join(tmpdir(), 'keyless-chat-relay-'))
  const script = await bundleWorker({ entry: fileURLToPath(new URL(`apps/${name}.ts`, import.meta.url)), file: join(folder, `${name}.mjs`) })
  const { engine, start } = RUNTIMES[name]
  const { url, pid, stop } = await start(script, emulator, origins)
  return {
    url,
    pid,
    engine,
    async stop() {
      await stop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Starts a process and waits until it says where it listens. */
async function startProcess(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Omit<RelayServer, 'engine'>> {
  const child = spawn(command, args, { cwd: tmpdir(), env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve())).then(() => process.off('exit', kill))
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    for (const output of [child.stdout, child.stderr]) {
      output.setEncoding('utf8').on('data', (text: string) => {
        said += text
        const address = /listening on (\S+)\n/.exec(said)?.[1]
        if (address) resolve(address)
      })
    }
    void ended.then(() => reject(new Error(`Cannot start ${command}: ${said}`)))
  })
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      kill()
      await ended
    },
  }
}
