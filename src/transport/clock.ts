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
  /** Starts a limit in place of the one before. */
  limit(code: TimeoutCode, milliseconds: number): void
  /** Stops the limit's time. @param anew - Whether it begins from 0 when it goes on. */
  pause(anew?: boolean): void
  /** Lets the limit's time go on. */
  go(): void
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
 *
 * One timer serves many reads: it fires at the earliest time at which the limit can be over, and then looks. One for each read took
 * a tenth of an answer's time.
 */
export function startClock(call: AbortController, caller: AbortSignal | undefined, totalMs: number): Clock {
  const { signal } = call
  const end = (code: TimeoutCode, limitMs: number) => call.abort(new ChatError(code, `Cannot get the answer: ${code} after ${limitMs} ms`, { limitMs }))
  const timer = (fire: () => void, delay: number) => (delay > MAX_DELAY_MS || signal.aborted ? undefined : setTimeout(fire, delay))
  const abort = () => call.abort(caller?.reason)
  const now = () => performance.now()

  let running: ReturnType<typeof timer>
  let code: TimeoutCode
  let limitMs: number
  /** Of the limit's time what had passed when it was let run last, and when that was; it stands still while this is `undefined`. */
  let passed: number
  let since: number | undefined

  function look(): void {
    running = undefined
    if (since === undefined) return
    const left = limitMs - passed - now() + since
    if (left > 0) running = timer(look, left)
    else end(code, limitMs)
  }

  function stop(): void {
    clearTimeout(total)
    clearTimeout(running)
    caller?.removeEventListener('abort', abort)
  }

  const total = timer(() => end('total-timeout', totalMs), totalMs)
  signal.addEventListener('abort', stop)
  caller?.addEventListener('abort', abort)
  if (caller?.aborted) abort()
  return {
    limit(name, milliseconds) {
      code = name
      limitMs = milliseconds
      passed = 0
      clearTimeout(running)
      running = undefined
      this.go()
    },
    pause(anew) {
      passed = anew ? 0 : passed + now() - (since ?? now())
      since = undefined
    },
    go() {
      since ??= now()
      running ??= timer(look, limitMs - passed)
    },
    stop,
  }
}
