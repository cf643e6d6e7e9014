/**
 * Limits in, a watch over somebody who may fall silent out.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** What is done about silence. */
export interface SilenceLimits {
  /** Longest silence, in milliseconds. */
  readonly idleMs: number
  /** Called once it is over that. */
  readonly onIdle: () => void
  /** After so much silence, and again after as much more, `onQuiet` is called, in milliseconds. */
  readonly quietMs: number
  readonly onQuiet: () => void
}

/** Watches waits, one at a time. */
export interface SilenceWatch {
  readonly waiting: () => void
  readonly heard: () => void
  readonly stop: () => void
}

/** Longest delay that timers take. */
const MAX_DELAY_MS = 2 ** 31 - 1

/** Starts a watch. One timer looks from time to time, as one for each wait would cost more than the wait. */
export function watchSilence({ idleMs, onIdle, quietMs, onQuiet }: SilenceLimits): SilenceWatch {
  /** Since when somebody waits; 0 where nobody does. */
  let since = 0
  let told = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function look(): void {
    const now = Date.now()
    const silence = since ? now - since : 0
    if (silence >= idleMs) return onIdle()
    const quiet = since ? now - Math.max(since, told) : 0
    if (quiet >= quietMs) {
      told = now
      onQuiet()
    }
    const next = Math.min(idleMs - silence, quiet < quietMs ? quietMs - quiet : quietMs)
    if (next <= MAX_DELAY_MS) timer = setTimeout(look, next)
  }

  look()
  return {
    waiting: () => (since = Date.now()),
    heard: () => (since = 0),
    stop: () => clearTimeout(timer),
  }
}
