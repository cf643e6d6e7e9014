/**
 * The caller's signal and the time limits in, one aborted call out.
 * Runtimes: all. Imports: `../errors.ts`.
 * @module
 */
import { ChatError } from '../errors.ts'

/** Time limits in milliseconds; `Infinity` switches one off. */
export interface Timeouts {
  /** From the call to the response's headers, the token included; each attempt anew. @defaultValue `30_000` */
  readonly connectMs?: number
  /** From the headers to the first event, and from the request to the whole of an answer that is not streamed. @defaultValue `120_000` */
  readonly firstEventMs?: number
  /** From one event to the next; comments do not count, nor does the time in which nobody reads. @defaultValue `60_000` */
  readonly idleMs?: number
  /** The whole call with its retries and waits. @defaultValue `Infinity` */
  readonly totalMs?: number
}

type TimeoutCode = 'connect-timeout' | 'first-event-timeout' | 'idle-timeout' | 'total-timeout'

/** The limits of one call. */
export interface Clock {
  /** Starts a limit in place of the one before, or what is left of it. */
  limit(code: TimeoutCode, milliseconds: number, left?: number): void
  /** Ends the running limit. */
  pause(): void
  /** Ends all limits and lets go of the caller's signal. */
  stop(): void
}

/** Longest delay that timers take; beyond it they fire at once. */
export const MAX_DELAY_MS: number = 2_147_483_647

/**
 * Starts the clock of one call, which aborts it with the caller's own reason or with a timeout's error, and stops when it is aborted.
 *
 * Listens to the caller's signal by itself: `AbortSignal.any` is missing before Safari 17.4 and keeps a listener on
 * signals that outlive the call (https://github.com/nodejs/node/issues/54614).
 */
export function startClock(call: AbortController, caller: AbortSignal | undefined, totalMs: number): Clock {
  const timer = (code: TimeoutCode, limitMs: number, left = limitMs) =>
    left > MAX_DELAY_MS
      ? undefined
      : setTimeout(() => call.abort(new ChatError(code, `Cannot get the answer: ${code} after ${limitMs} ms`, { limitMs })), left)
  const abort = () => call.abort(caller?.reason)
  const pause = () => clearTimeout(running)
  function stop(): void {
    clearTimeout(total)
    pause()
    caller?.removeEventListener('abort', abort)
  }
  const total = timer('total-timeout', totalMs)
  let running: ReturnType<typeof timer>
  call.signal.addEventListener('abort', stop)
  caller?.addEventListener('abort', abort)
  if (caller?.aborted) abort()
  return {
    limit(code, milliseconds, left) {
      pause()
      // A limit started after the end would outlive the call.
      if (!call.signal.aborted) running = timer(code, milliseconds, left)
    },
    pause,
    stop,
  }
}
