/**
 * Deno as a process of its own, whose quotas look like any other's.
 * @module
 */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Quota, QuotaGrant, QuotaLimits, QuotaRefusal } from '../../src/quota/index.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const DENO = fileURLToPath(new URL('../../node_modules/.bin/deno', import.meta.url))
/** What Deno itself needs to know; nothing of the environment of the tests. */
export const DENO_ENV = { PATH: process.env['PATH'] ?? '', DENO_DIR: `${ROOT}node_modules/.cache/deno`, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' }

export interface DenoKv {
  /** Makes a quota there. Those with one prefix share their accounts. */
  makeQuota(limits: QuotaLimits, now: () => number, prefix?: string): Promise<Quota>
  /** What is stored under a prefix. */
  stored(prefix: string): Promise<readonly { readonly key: readonly string[]; readonly value: unknown }[]>
  /** Ends the process, and says with which status it ended and what it said of failures. */
  stop(): Promise<{ readonly status: number | null; readonly errors: string }>
}

/** Starts Deno with a database in memory, or in a file of a folder: it may read and write that folder alone. */
export function startDeno(folder?: string): DenoKv {
  const permissions = folder === undefined ? [] : [`--allow-read=${folder}`, `--allow-write=${folder}`]
  const args = ['run', '--unstable-kv', '--no-prompt', '--no-remote', '--no-config', '--no-lock', '--no-npm', ...permissions, 'test/quota/deno-kv.mjs']
  const child = spawn(DENO, folder === undefined ? args : [...args, `${folder}/quota.db`], { cwd: ROOT, env: DENO_ENV, stdio: 'pipe' })
  let errors = ''
  child.stderr.on('data', (text) => (errors += String(text)))
  const waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>()
  let last = 0
  let made = 0

  createInterface(child.stdout).on('line', (line) => {
    const { id, answer, error } = JSON.parse(line) as { id: number; answer?: never; error?: { name: string; message: string } }
    const { resolve, reject } = waiting.get(id) ?? {}
    if (error) reject?.(error.name === 'RangeError' ? new RangeError(error.message) : new Error(error.message))
    else resolve?.(answer as never)
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  void ended.then((status) => {
    for (const { reject } of waiting.values()) reject(new Error(`Deno ended with status ${status}: ${errors}`))
  })

  /** Sends at once, so that the order of calls is the order of lines. */
  function ask<Answer>(question: object): { readonly id: number; readonly answer: Promise<Answer> } {
    const id = ++last
    const answer = new Promise<Answer>((resolve, reject) => waiting.set(id, { resolve, reject }))
    child.stdin.write(`${JSON.stringify({ id, ...question })}\n`)
    return { id, answer }
  }

  return {
    async makeQuota(limits, now, prefix = `quota-${made++}`) {
      const { id: quota, answer } = ask({ make: limits, prefix })
      await answer
      return {
        countsTokens: true,
        async reserve(request) {
          const { id: grant, answer: verdict } = ask<QuotaGrant | QuotaRefusal>({ quota, reserve: request, now: now() })
          const reserved = await verdict
          return reserved.granted ? { ...reserved, settle: async (tokens) => ask<void>({ grant, settle: tokens }).answer } : reserved
        },
      }
    },
    stored: async (prefix) => ask<readonly { readonly key: readonly string[]; readonly value: unknown }[]>({ keys: prefix }).answer,
    async stop() {
      child.stdin.end()
      return { status: await ended, errors }
    },
  }
}
