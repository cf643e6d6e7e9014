/**
 * Starts the service of `server.mjs` and talks to it.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** @returns what a measure over loopback needs: where to ask, how to set what is answered, and when a connection has closed. */
export async function startServer() {
  const child = fork(join(import.meta.dirname, 'server.mjs'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [{ port }] = await once(child, 'message')

  return {
    endpoint: `http://127.0.0.1:${port}`,
    /** Resolves once it holds. */
    async set(mode) {
      const set = new Promise((resolve) => {
        child.on('message', function heard(message) {
          if (message.mode !== mode) return
          child.off('message', heard)
          resolve()
        })
      })
      child.send({ mode })
      await set
    },
    /** When the next connection closes, in nanoseconds of the monotonic clock that all processes share; `undefined` if not in time. */
    closed(patienceMs) {
      return new Promise((resolve) => {
        const timer = setTimeout(() => settle(), patienceMs)
        function heard({ closed }) {
          if (closed) settle(BigInt(closed))
        }
        function settle(at) {
          clearTimeout(timer)
          child.off('message', heard)
          resolve(at)
        }
        child.on('message', heard)
      })
    },
    async stop() {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}
