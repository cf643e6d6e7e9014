/**
 * Finds a Chromium to test in, or brings one.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { installFromDebian } from './debian.mjs'
import { root } from './entries.mjs'

/**
 * Flags that keep the browser from calling out: it resolves no name but this machine's, and uses no proxy.
 * `@sparticuz/chromium` has flags of its own, which are not used: they switch web security off.
 */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-proxy-server',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
]

const { env, platform, arch } = process
const INSTALLED = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable', '/usr/bin/google-chrome', '/usr/bin/microsoft-edge-stable', '/usr/bin/microsoft-edge', '/opt/google/chrome/chrome'],
  darwin: ['/Applications', join(homedir(), 'Applications')].flatMap((folder) => [
    `${folder}/Google Chrome.app/Contents/MacOS/Google Chrome`,
    `${folder}/Chromium.app/Contents/MacOS/Chromium`,
    `${folder}/Microsoft Edge.app/Contents/MacOS/Microsoft Edge`,
  ]),
  win32: [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']].filter(Boolean).flatMap((folder) => [
    `${folder}\\Google\\Chrome\\Application\\chrome.exe`,
    `${folder}\\Microsoft\\Edge\\Application\\msedge.exe`,
  ]),
}

/**
 * Says where a Chromium is and whose; `undefined` where there is none and none can be had.
 * With `install: false` it takes what is there already, the one in node_modules included.
 * @throws `Error` where the variable CHROMIUM names a browser that does not run.
 * @param {{ install?: boolean }} [options]
 * @returns {Promise<{ path: string, from: string } | undefined>}
 */
export async function findChromium({ install = true } = {}) {
  if (env['CHROMIUM']) {
    if (!runs(env['CHROMIUM'])) throw new Error(`Cannot use CHROMIUM: ${env['CHROMIUM']} does not run`)
    return { path: env['CHROMIUM'], from: 'the variable CHROMIUM' }
  }
  const installed = (INSTALLED[platform] ?? []).find(runs)
  if (installed) return { path: installed, from: 'this machine' }

  const sources = [
    ['Playwright', playwrights],
    ['@sparticuz/chromium', unpacked],
    ...(install ? [['apt-get', fromDebian], ['playwright install', downloaded]] : []),
  ]
  for (const [from, find] of sources) {
    try {
      const path = await find()
      if (path && runs(path)) return { path, from }
    } catch (cause) {
      console.warn(`chromium: not from ${from}: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
  }
}

/** Windows' browsers open a window when asked for their version: there, being a file is enough. */
function runs(path) {
  if (!existsSync(path)) return false
  return platform === 'win32' || spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0
}

async function playwrights() {
  const { chromium } = await import('playwright')
  return chromium.executablePath()
}

/**
 * Unpacks the Chromium that came with `npm ci`, once, below node_modules. The package itself unpacks to the temporary
 * folder and takes whatever it finds there, a half-written file of another process included: so it gets a folder of its
 * own, which takes its final name only when complete.
 */
async function unpacked() {
  if (platform !== 'linux' || arch !== 'x64') return
  const manifest = createRequire(import.meta.url).resolve('@sparticuz/chromium').replace(/(@sparticuz[/\\]chromium)[/\\].*$/, '$1/package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  const folder = join(root, 'node_modules', '.cache', 'keyless-chat', `chromium-${version}`)
  const path = join(folder, 'chromium')
  if (existsSync(path)) return path

  await mkdir(dirname(folder), { recursive: true })
  const staging = await mkdtemp(`${folder}-`)
  const before = env['TMPDIR']
  try {
    env['TMPDIR'] = staging
    const { default: chromium } = await import('@sparticuz/chromium')
    await chromium.executablePath()
    await rename(staging, folder)
  } catch (cause) {
    // Another process was first.
    if (!existsSync(path)) throw cause
  } finally {
    if (before === undefined) delete env['TMPDIR']
    else env['TMPDIR'] = before
    await rm(staging, { recursive: true, force: true })
  }
  return path
}

function fromDebian() {
  return installFromDebian('chromium') ? '/usr/bin/chromium' : undefined
}

function downloaded() {
  console.log('chromium: downloading it with Playwright')
  spawnSync(process.execPath, [join(root, 'node_modules', 'playwright', 'cli.js'), 'install', 'chromium'], { stdio: ['ignore', 'ignore', 'inherit'] })
  return playwrights()
}
