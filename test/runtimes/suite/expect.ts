/**
 * Vitest's own matchers, from the package that Vitest has them from, with what Vitest adds itself: `poll`, `soft`, `unreachable`.
 * Runtimes: all. Imports: `@vitest/expect`, chai.
 * @module
 */
import { ASYMMETRIC_MATCHERS_OBJECT, ChaiStyleAssertions, customMatchers, JestAsymmetricMatchers, JestChaiExpect, JestExtend, getState, setState } from '@vitest/expect'
import type { ExpectStatic } from '@vitest/expect'
import * as chai from 'chai'

for (const plugin of [JestExtend, JestChaiExpect, ChaiStyleAssertions, JestAsymmetricMatchers]) chai.use(plugin)

const POLL_MS = 1000
const POLL_INTERVAL_MS = 20

// Before a test replaces them.
const { setTimeout, performance } = globalThis

export const expect: ExpectStatic = Object.assign(
  (value: unknown, message?: string) => {
    const { assertionCalls } = getState(expect)
    setState({ assertionCalls: assertionCalls + 1 }, expect)
    return chai.expect(value, message)
  },
  chai.expect,
  (globalThis as unknown as Record<symbol, object>)[ASYMMETRIC_MATCHERS_OBJECT as unknown as symbol],
  {
    getState: () => getState(expect),
    setState: (state: object) => setState(state, expect),
    // The first failure ends a test here, as it does with every other expectation.
    soft: (value: unknown, message?: string) => expect(value, message),
    poll: (read: () => unknown, options: { timeout?: number; interval?: number; message?: string } = {}) => polled(read, options, []),
    unreachable: (message?: string) => chai.assert.fail(`expected${message ? ` "${message}" ` : ' '}not to be reached`),
  },
) as unknown as ExpectStatic

setState({ assertionCalls: 0, isExpectingAssertions: false, isExpectingAssertionsError: null, expectedAssertionsNumber: null, expectedAssertionsNumberErrorGen: null }, expect)
;(chai.expect as unknown as { extend: (target: unknown, matchers: object) => void }).extend(expect, customMatchers)

/** `expect.poll(read).not.toBe(1)`: a chain of names and a call, tried until it passes or the time is over. */
function polled(read: () => unknown, options: { timeout?: number; interval?: number; message?: string }, path: readonly string[]): unknown {
  const { timeout = POLL_MS, interval = POLL_INTERVAL_MS, message } = options
  return new Proxy(() => {}, {
    get: (_, name) => (name === 'then' ? undefined : polled(read, options, [...path, String(name)])),
    async apply(_, __, args: unknown[]) {
      const end = performance.now() + timeout
      for (;;) {
        try {
          let target: unknown = expect(await read(), message)
          let assertion: unknown = target
          for (const name of path) [target, assertion] = [assertion, (assertion as Record<string, unknown>)[name]]
          return await (assertion as (...args: unknown[]) => unknown).apply(target, args)
        } catch (error) {
          if (performance.now() > end) throw error
          await new Promise((resolve) => setTimeout(resolve, interval))
        }
      }
    },
  })
}
