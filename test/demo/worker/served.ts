/**
 * The demo's Worker as a user starts it: a process of its own, workerd and the emulator on free ports.
 * @module
 */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { EmulatorCall } from '../../../src/emulator/index.ts'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface ServedWorker {
  /** The Worker's origin, and so the page's and the relay's. */
  readonly origin: string
  readonly emulator: string
  /** Whose process it is. */
  readonly pid: number
  /** What has come over standard error: the Worker's own log, line by line. */
  readonly log: () => readonly string[]
  /** Chats that have come to the emulator. */
  readonly calls: () => Promise<readonly EmulatorCall[]>
  /** Ends it, and says how it ended. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<{ readonly status: number | null; readonly signal: string | null }>
}

/** Starts it and waits until it has said its addresses. */
export function serveWorker(env: Readonly<Record<string, string>> = {}): Promise<ServedWorker> {
  const child = spawn(process.execPath, ['demo/worker/serve.mjs'], { cwd: ROOT, env: { ...process.env, PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<{ status: number | null; signal: string | null }>((resolve) => child.once('exit', (status, signal) => resolve({ status, signal })))
  let output = ''
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  return new Promise((resolve, reject) => {
    void ended.then(() => reject(new Error(`The Worker has ended: ${output}${errors}`)))
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const [, origin, emulator] = /Worker is at\s+(\S+)\/\s[^]*emulator is at\s+(\S+)\/\s/.exec(output) ?? []
      if (!origin || !emulator) return
      resolve({
        origin,
        emulator,
        pid: child.pid ?? 0,
        log: () => errors.split('\n').filter(Boolean),
        async calls() {
          const calls = (await (await fetch(`${emulator}/test/calls`)).json()) as EmulatorCall[]
          return calls.filter(({ method }) => method === 'POST')
        },
        stop(signal = 'SIGTERM') {
          child.kill(signal)
          return ended
        },
      })
    })
  })
}

/** Opens the page without a browser: the session's cookie, as the next request sends it. */
export async function cookieOf(origin: string): Promise<string> {
  const response = await fetch(`${origin}/`)
  return response.headers.get('set-cookie')?.split(';')[0] ?? ''
}

/** Asks the broker, as the page would, with what differs. */
export function askToken(origin: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${origin}/token`, { method: 'POST', headers: { 'content-type': 'application/json', origin, ...headers }, body: '{"scopes":[]}' })
}
