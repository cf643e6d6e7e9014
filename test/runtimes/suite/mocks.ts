/**
 * Vitest's `vi`, as much of it as the suite uses.
 * Runtimes: all. Imports: `@vitest/spy`, by way of `@vitest/expect`'s own copy.
 * @module
 */
import { fn, restoreAllMocks, spyOn } from '@vitest/spy'

/** Thrown where a test needs what only Vitest has. */
export class OnlyInVitest extends Error {}

const WAIT_MS = 1000
const WAIT_INTERVAL_MS = 20

// Before a test replaces them.
const { setTimeout, performance } = globalThis

const stubbed = new Map<string, PropertyDescriptor | undefined>()

let time = 0

class FakeDate extends Date {
  constructor(...args: [] | [number]) {
    super(...(args.length > 0 ? (args as [number]) : ([time] as const)))
  }

  static override now(): number {
    return time
  }
}

export const vi = {
  fn,
  spyOn,
  stubGlobal(name: string, value: unknown): void {
    if (!stubbed.has(name)) stubbed.set(name, Object.getOwnPropertyDescriptor(globalThis, name))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true })
  },
  unstubAllGlobals(): void {
    for (const [name, before] of stubbed) {
      if (before) Object.defineProperty(globalThis, name, before)
      else Reflect.deleteProperty(globalThis, name)
    }
    stubbed.clear()
  },
  async waitFor<T>(read: () => T, { timeout = WAIT_MS, interval = WAIT_INTERVAL_MS }: { timeout?: number; interval?: number } = {}): Promise<T> {
    const end = performance.now() + timeout
    for (;;) {
      try {
        return await read()
      } catch (error) {
        if (performance.now() > end) throw error
        await new Promise((resolve) => setTimeout(resolve, interval))
      }
    }
  },
  /** Of clocks there is `Date` alone, which stands still until it is set. */
  useFakeTimers({ toFake }: { toFake?: readonly string[] } = {}): void {
    if (String(toFake) !== 'Date') throw new OnlyInVitest('needs timers that Vitest sets')
    time = Date.now()
    vi.stubGlobal('Date', FakeDate)
  },
  setSystemTime(milliseconds: number): void {
    time = milliseconds
  },
  useRealTimers(): void {
    vi.unstubAllGlobals()
  },
}

/** What the configuration of Vitest has it do before each test. */
export function restore(): void {
  restoreAllMocks()
  vi.unstubAllGlobals()
}
