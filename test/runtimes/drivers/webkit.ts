/**
 * WebKitGTK, by WebDriver: Playwright drives no WebKit but its own build.
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { findWebkit } from '../../../scripts/find-webkit.mjs'
import { startProcess } from './driver.ts'
import type { Driver, Running } from './driver.ts'

type Parts = NonNullable<ReturnType<typeof findWebkit>>

interface Session {
  readonly browserVersion: string
  readonly open: (url: string) => Promise<void>
  readonly running: Running
}

export const webkit: Driver = {
  name: 'WebKit',
  id: 'webkit',
  kind: 'page',
  byDefault: false,
  async find(options) {
    const parts = findWebkit(options)
    if (!parts) return undefined
    const { browserVersion, running } = await startSession(parts)
    await running.stop()
    return {
      version: browserVersion,
      async start({ page }) {
        const session = await startSession(parts)
        await session.open(page)
        return session.running
      },
    }
  },
}

async function startSession({ driver, display, browser }: Parts): Promise<Session> {
  const screen = await startDisplay(display)
  const port = await freePort()
  // What is drawn is drawn in software, and settings are kept nowhere.
  const env = { DISPLAY: screen.name, WEBKIT_DISABLE_COMPOSITING_MODE: '1', LIBGL_ALWAYS_SOFTWARE: '1', GSETTINGS_BACKEND: 'memory' }
  const server = startProcess(driver, [`--port=${port}`], { env })
  const stopAll = async (): Promise<void> => {
    await server.stop()
    screen.stop()
  }
  const call = async (path: string, body?: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, body ? { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {})
    const { value } = (await response.json()) as { value: Record<string, unknown> }
    if (!response.ok) throw new Error(`Cannot drive WebKit as ${path} answered with status ${response.status}: ${JSON.stringify(value)}`)
    return value
  }
  try {
    await untilReady(() => call('/status'))
    const { sessionId, capabilities } = await call('/session', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] } } } })
    const session = `/session/${String(sessionId)}`
    return {
      browserVersion: String((capabilities as { browserVersion?: string }).browserVersion),
      open: async (url) => void (await call(`${session}/url`, { url })),
      running: {
        ended: server.ended,
        async stop() {
          // The browser is no child of the driver's that would end with it.
          await fetch(`http://127.0.0.1:${port}${session}`, { method: 'DELETE' }).catch(() => {})
          await stopAll()
        },
      },
    }
  } catch (error) {
    await stopAll()
    throw error
  }
}

/** A display without a screen, which picks a free number itself and tells it. */
async function startDisplay(path: string): Promise<{ readonly name: string; readonly stop: () => void }> {
  const child = spawn(path, ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const stop = (): void => void child.kill()
  process.once('exit', stop)
  const [number] = (await once(child.stdio[3] as Readable, 'data')) as [Buffer]
  return { name: `:${String(number).trim()}`, stop }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function untilReady(call: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await call()
      return
    } catch (error) {
      if (tries > 200) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
