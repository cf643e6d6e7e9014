// Looks for secrets in all that a console, JSON or a curious person finds in a value.
import { expect } from 'vitest'

function everythingIn(value: unknown): string {
  const seen = new Set<unknown>()
  const parts: string[] = []
  const look = (it: unknown): void => {
    if (typeof it === 'string') parts.push(it)
    if ((typeof it !== 'object' && typeof it !== 'function') || it === null || seen.has(it)) return
    seen.add(it)
    if (it instanceof Headers || it instanceof URLSearchParams) parts.push(JSON.stringify([...it]))
    if (it instanceof Map || it instanceof Set) for (const entry of it) look(entry)
    for (const key of Reflect.ownKeys(it)) {
      parts.push(String(key))
      const descriptor = Object.getOwnPropertyDescriptor(it, key)
      if (descriptor && 'value' in descriptor) look(descriptor.value)
    }
  }
  look(value)
  try {
    parts.push(JSON.stringify(value) ?? '')
  } catch {
    // Circular: the walk above has seen it all.
  }
  return [...parts, String(value)].join('\n')
}

/** Whole secrets and their beginnings, as they are and as forms write them. */
export function expectNone(value: unknown, ...secrets: readonly string[]): void {
  const found = everythingIn(value)
  expect(secrets.length).toBeGreaterThan(0)
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret), new URLSearchParams({ '': secret }).toString().slice(1)]) expect(found).not.toContain(form.slice(0, 20))
  }
}
