/**
 * Limits in, a watch over two who may keep each other waiting out.
 * Runtimes: all. Imports: `../transport`.
 * @module
 */
import { MAX_DELAY_MS } from '../transport/clock.ts'

/** What is done about silence. */
export interface SilenceLimits {
  /** Longest wait for the upstream, in milliseconds. */
  readonly idleMs: number
  readonly onIdle: () => void
  /** After so long a wait, and again after as much more, `onQuiet` is called, in milliseconds. */
  readonly quietMs: number
  readonly onQuiet: () => void
  /** Longest wait for the reader, in milliseconds. */
  readonly unreadMs: number
  readonly onUnread: () => void
}

/** Watches who is waited for: one of both, always. */
export interface SilenceWatch {
  readonly waitForUpstream: () => void
  readonly waitForReader: () => void
  readonly stop: () => void
}

/** Starts a watch. One timer looks from time to time, as one for each wait would cost more than the wait. */
export function watchSilence({ idleMs, onIdle, quietMs, onQuiet, unreadMs, onUnread }: SilenceLimits): SilenceWatch {
  let since = Date.now()
  let reading = false
  let told = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function look(): void {
    const now = Date.now()
    const waited = now - since
    if (waited >= (reading ? idleMs : unreadMs)) return reading ? onIdle() : onUnread()
    const quiet = reading ? now - Math.max(since, told) : 0
    if (quiet >= quietMs) {
      told = now
      onQuiet()
    }
    const next = Math.min((reading ? idleMs : unreadMs) - waited, reading && quiet < quietMs ? quietMs - quiet : quietMs, idleMs)
    if (next <= MAX_DELAY_MS) timer = setTimeout(look, next)
  }

  function wait(forUpstream: boolean): void {
    reading = forUpstream
    since = Date.now()
  }

  look()
  return {
    waitForUpstream: () => wait(true),
    waitForReader: () => wait(false),
    stop: () => clearTimeout(timer),
  }
}
