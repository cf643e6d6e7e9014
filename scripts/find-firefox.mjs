/**
 * Finds the Firefox that Playwright drives over WebDriver BiDi: Debian's ESR is the one that is known to work.
 * @module
 */
import { existsSync } from 'node:fs'
import { env } from 'node:process'
import { installFromDebian } from './debian.mjs'

const PATH = '/usr/bin/firefox-esr'

/**
 * Finds Firefox, `undefined` where there is none.
 * @param {{ install?: boolean }} [options] Whether it may be installed.
 * @returns {string | undefined}
 */
export function findFirefox({ install = false } = {}) {
  if (env['FIREFOX']) return env['FIREFOX']
  if (existsSync(PATH) || (install && installFromDebian('firefox-esr'))) return PATH
}
