// The listeners that a signal has, as they are added and removed.

export function listenersOf(signal: AbortSignal): ReadonlySet<unknown> {
  const listeners = new Set<unknown>()
  const { addEventListener, removeEventListener } = signal
  Object.assign(signal, {
    addEventListener: (...args: Parameters<typeof addEventListener>) => (listeners.add(args[1]), addEventListener.apply(signal, args)),
    removeEventListener: (...args: Parameters<typeof removeEventListener>) => (listeners.delete(args[1]), removeEventListener.apply(signal, args)),
  })
  return listeners
}
