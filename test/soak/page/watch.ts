/**
 * What a page can leave behind: timers, listeners, errors that nobody catches. Imported before the library, so that it sees all of them.
 * Runtime: browsers. Imports: `../../listeners.ts`.
 * @module
 */
import { listenersOf } from '../../listeners.ts'

const pending = new Set<unknown>()
const { setTimeout: set, clearTimeout: clear } = globalThis
/** The page's own timers, which nobody counts. */
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => void set(resolve, ms))

Object.assign(globalThis, {
  setTimeout(handler: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) {
    const timer = set(() => {
      pending.delete(timer)
      handler(...args)
    }, ms)
    pending.add(timer)
    return timer
  },
  clearTimeout(timer?: number) {
    pending.delete(timer)
    clear(timer)
  },
})

// The browser's own record of 250 requests would be what grows.
performance.setResourceTimingBufferSize(0)

const uncaught: string[] = []
addEventListener('unhandledrejection', ({ reason }) => uncaught.push(`unhandledrejection: ${String(reason)}`))
addEventListener('error', ({ message }) => uncaught.push(`error: ${message}`))

/** A clock that is put on: what the library reads of it is the dates of tokens. */
const real = Date.now.bind(Date)
let shiftMs = 0
Date.now = () => real() + shiftMs
export const clock = {
  get shiftMs(): number {
    return shiftMs
  },
  advance(ms: number): void {
    shiftMs += ms
  },
}

/** One signal for all calls that do not abort, and one for each that does. */
const shared = new AbortController()
const onShared = listenersOf(shared.signal)
let onOthers: ReadonlySet<unknown>[] = []

export function ownSignal(): AbortController {
  const controller = new AbortController()
  onOthers.push(listenersOf(controller.signal))
  return controller
}
export const sharedSignal: AbortSignal = shared.signal

export const timersLeft = (): number => pending.size
/** Forgets the signals of the calls before; what is left on them has been counted. */
export function listenersLeft(): number {
  const left = onShared.size + onOthers.reduce((sum, { size }) => sum + size, 0)
  onOthers = []
  return left
}
export const uncaughtSoFar = (): readonly string[] => uncaught
