/**
 * Finds Node 22, which `npm ci` installs beside this file, and not with the rest: it is as large as all the rest.
 * Runtime: Node.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const WINDOWS = process.platform === 'win32'
const PATH = join(import.meta.dirname, `node_modules/node-${WINDOWS ? 'win' : process.platform}-${process.arch}/bin/node${WINDOWS ? '.exe' : ''}`)

/** Says where Node 22 is; `undefined` where there is none and none can be had. */
export function findNode22({ install }: { readonly install: boolean }): string | undefined {
  if (install && !existsSync(PATH)) {
    console.log('node22: installing it with npm ci')
    spawnSync('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: import.meta.dirname, stdio: ['ignore', 'ignore', 'inherit'], shell: WINDOWS, timeout: 300_000 })
  }
  return existsSync(PATH) ? PATH : undefined
}
