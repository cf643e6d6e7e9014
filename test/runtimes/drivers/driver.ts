/**
 * What a driver is: a runtime that is given a program and starts it.
 * @module
 */
import { spawn } from 'node:child_process'
import process from 'node:process'
import type { Kind } from '../suite/bundle.ts'

export interface Driver {
  /** As tables say it. */
  readonly name: string
  /** What it is asked for by. */
  readonly id: string
  /** Which program it runs. */
  readonly kind: Kind
  /** Whether it is here with `npm ci` alone, or must be found or installed. */
  readonly byDefault: boolean
  /** Finds the runtime; `undefined` where this machine cannot have it. */
  readonly find: (options: { readonly install: boolean }) => Promise<Found | undefined>
}

export interface Found {
  readonly version: string
  readonly start: (program: Program) => Promise<Running>
}

export interface Program {
  /** The program in a file. */
  readonly file: string
  /** A page that loads it. */
  readonly page: string
}

export interface Running {
  /** Settles where the runtime ends of its own, with why. */
  readonly ended: Promise<string>
  readonly stop: () => Promise<void>
}

/** How much an error repeats of what a process said. */
const SAID_CHARS = 2000

/** Starts a process whose end before its report is a failure. */
export function startProcess(command: string, args: readonly string[], options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {}): Running {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: options.cwd, env: { ...process.env, NO_COLOR: '1', ...options.env } })
  let said = ''
  for (const output of [child.stdout, child.stderr]) output.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-SAID_CHARS)))
  const ended = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(message))
    child.once('close', (status, signal) => resolve(`it ended with ${signal ?? `status ${status}`}: ${said.trim()}`))
  })
  return {
    ended,
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
