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
  useFakeTimers(): never {
    throw new OnlyInVitest('needs a clock that Vitest sets')
  },
  useRealTimers(): void {},
}

/** What the configuration of Vitest has it do before each test. */
export function restore(): void {
  restoreAllMocks()
  vi.unstubAllGlobals()
}
