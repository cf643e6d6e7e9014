/**
 * Installs packages of Debian's, where that can be done without asking anybody.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'

/**
 * Installs packages and tells whether they are there now; `false` where this is no Debian, or not its root.
 * @param {...string} names
 * @returns {boolean}
 */
export function installFromDebian(...names) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false
  console.log(`${names.join(', ')}: installing with apt-get`)
  const options = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: 300_000 }
  if (spawnSync('apt-get', ['update', '-q'], options).status !== 0) return false
  return spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], options).status === 0
}
