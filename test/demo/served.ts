/**
 * The demo as a user starts it: a process of its own, on free ports.
 * @module
 */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { EmulatorCall } from '../../src/emulator/index.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Served {
  readonly page: string
  readonly emulator: string
  /** What has come over standard error. */
  readonly errors: () => string
  /** Chats asked for so far, preflights left out. */
  readonly calls: () => Promise<readonly EmulatorCall[]>
  readonly stop: () => Promise<void>
}

/** Starts the demo and waits until it has said its addresses. */
export function serveDemo(env: Readonly<Record<string, string>> = {}): Promise<Served> {
  const child = spawn(process.execPath, ['demo/serve.mjs'], { cwd: ROOT, env: { ...process.env, PORT: '0', EMULATOR_PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let output = ''
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  return new Promise((resolve, reject) => {
    void ended.then(() => reject(new Error(`The demo has ended: ${output}${errors}`)))
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const [, page, emulator] = /demo is at\s+(\S+)\/\s[^]*emulator is at\s+(\S+)\/\s/.exec(output) ?? []
      if (!page || !emulator) return
      resolve({
        page,
        emulator,
        errors: () => errors,
        async calls() {
          const calls = (await (await fetch(`${page}/emulator/calls`)).json()) as EmulatorCall[]
          return calls.filter(({ method }) => method === 'POST')
        },
        async stop() {
          child.kill()
          await ended
        },
      })
    })
  })
}
