/**
 * A promise and a signal in, whichever comes first out.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/**
 * Waits for a promise, but no longer than until the signal aborts.
 *
 * Neither `AbortSignal.any` nor a listener that outlives the wait is used: the former is missing before Safari 17.4,
 * the latter leaks on a signal that serves many calls.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
