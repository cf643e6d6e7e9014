/**
 * Runtimes that are a command: Node, Deno and Bun run the program beside the installed package.
 * @module
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { root } from '../../../scripts/entries.mjs'
import { findNode22 } from '../node22/find.ts'
import { startProcess } from './driver.ts'
import type { Driver, Found } from './driver.ts'

const BIN = join(root, 'node_modules/.bin')
// The matchers ask the environment whether to use colours; the package asks for nothing.
const DENO = ['run', '--no-prompt', '--no-remote', '--node-modules-dir=manual', '--no-lock', '--no-check', '--allow-net=127.0.0.1', '--allow-env']

function command(path: string | undefined, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Found | undefined {
  if (!path || !existsSync(path)) return undefined
  let version: string
  try {
    version = execFileSync(path, ['--version'], { encoding: 'utf8' }).replace(/^\D*(\S+)[^]*$/, '$1').trim()
  } catch {
    return undefined
  }
  return { version, start: async ({ file }) => startProcess(path, [...args, file], { cwd: dirname(file), env }) }
}

export const node22: Driver = { name: 'Node 22', id: 'node22', kind: 'package', byDefault: false, find: async (options) => command(findNode22(options)) }
export const node24: Driver = { name: 'Node 24', id: 'node24', kind: 'package', byDefault: true, find: async () => command(process.execPath) }
export const deno: Driver = { name: 'Deno', id: 'deno', kind: 'package', byDefault: true, find: async () => command(join(BIN, 'deno'), DENO, { DENO_NO_UPDATE_CHECK: '1' }) }
export const bun: Driver = { name: 'Bun', id: 'bun', kind: 'package', byDefault: true, find: async () => command(join(BIN, 'bun')) }
