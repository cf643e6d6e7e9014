// Looks for secrets in all that a console, JSON or a curious person finds in a value.
import { expect } from 'vitest'
import { everythingIn } from '../../everything.ts'

/** Whole secrets and their beginnings, as they are and as forms write them. */
export function expectNone(value: unknown, ...secrets: readonly string[]): void {
  const found = everythingIn(value)
  expect(secrets.length).toBeGreaterThan(0)
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret), new URLSearchParams({ '': secret }).toString().slice(1)]) expect(found).not.toContain(form.slice(0, 20))
  }
}
