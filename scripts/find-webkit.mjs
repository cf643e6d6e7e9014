/**
 * Finds WebKitGTK, its WebDriver and a display without a screen: Debian's packages webkit2gtk-driver and xvfb.
 * @module
 */
import { existsSync, globSync } from 'node:fs'
import { installFromDebian } from './debian.mjs'

const COMMANDS = { driver: '/usr/bin/WebKitWebDriver', display: '/usr/bin/Xvfb' }

/**
 * Finds what it takes to run WebKit, `undefined` where a part is missing.
 * @param {{ install?: boolean }} [options] Whether it may be installed.
 * @returns {{ driver: string, display: string, browser: string } | undefined} paths
 */
export function findWebkit({ install = false } = {}) {
  return parts() ?? (install && installFromDebian('webkit2gtk-driver', 'xvfb') ? parts() : undefined)
}

function parts() {
  // In a folder that is named by the machine's architecture.
  const [browser] = globSync('/usr/lib/*/webkit2gtk-4.1/MiniBrowser')
  return browser && Object.values(COMMANDS).every(existsSync) ? { ...COMMANDS, browser } : undefined
}
