// What of a value somebody could see, for tests that look for secrets in it.

/** Everything that a string, JSON, a console or a curious person finds in a value, its causes and hidden fields included. */
export function everythingIn(value: unknown): string {
  const seen = new Set<unknown>()
  const parts: string[] = []
  const look = (it: unknown): void => {
    if (typeof it === 'string') parts.push(it)
    if ((typeof it !== 'object' && typeof it !== 'function') || it === null || seen.has(it)) return
    seen.add(it)
    if (it instanceof Headers || it instanceof URLSearchParams) parts.push(JSON.stringify([...it]))
    if (it instanceof Map || it instanceof Set) for (const entry of it) look(entry)
    parts.push(String(typeof it === 'function' ? it : Object.prototype.toString.call(it)))
    for (const key of Reflect.ownKeys(it)) {
      parts.push(String(key))
      const descriptor = Object.getOwnPropertyDescriptor(it, key)
      if (descriptor && 'value' in descriptor) look(descriptor.value)
    }
  }
  look(value)
  parts.push(String(value))
  try {
    parts.push(JSON.stringify(value) ?? '')
  } catch {
    // Circular: the walk above has seen it all.
  }
  return parts.join('\n')
}
