/**
 * What the name `vitest` leads to in the bundles that other runtimes are given.
 * Runtimes: all.
 * @module
 */
export { afterAll, afterEach, beforeAll, beforeEach, describe, test } from './collect.ts'
export { expect } from './expect.ts'
export { vi } from './mocks.ts'

/** What stands before the bundle, in the same file. */
declare const PROVIDED: Readonly<Record<string, string>>

export function inject(name: string): string {
  const value = PROVIDED[name]
  if (value === undefined) throw new Error(`Cannot inject ${name}: nobody provides it`)
  return value
}
