/**
 * A request in; its report, its way to close the upstream, and its one end out.
 * Runtimes: all. Imports: `./report.ts`.
 * @module
 */
import { openReport } from './report.ts'
import type { RelayHooks, Report } from './report.ts'

/** As much of a Worker's context as is used. */
export interface RelayContext {
  waitUntil(promise: Promise<unknown>): void
}

/** One request on its way through. */
export interface Exchange {
  readonly report: Report
  /** Milliseconds since the request came. */
  readonly elapsed: () => number
  /** Closes the connection to the upstream; aborts by itself where the caller leaves. */
  readonly upstream: AbortController
  /** Runs something of the user's, or a settlement, whose failure must not reach the caller; it is waited for where the runtime can. */
  readonly run: (work: () => unknown) => void
  /** Keeps the request alive for something that other requests wait for, too, where the runtime can. */
  readonly keep: (promise: Promise<unknown>) => void
  /** Runs something when the exchange ends, or now where it has ended. */
  readonly onEnd: (work: () => unknown) => void
  /** Ends the exchange, once: no byte will come any more. */
  readonly end: () => void
}

/** Opens an exchange, which must be ended on every way. */
export function openExchange(request: Request, { onFinish }: RelayHooks, context: RelayContext | undefined, now: () => number): Exchange {
  const started = now()
  const report = openReport()
  const upstream = new AbortController()
  const ends: (() => unknown)[] = []
  let ended = false
  // Held as a whole, as undici lets go of a request's signal together with the request: https://github.com/nodejs/undici/issues/1926
  const caller = request
  const leave = () => upstream.abort(caller.signal.reason)
  caller.signal.addEventListener('abort', leave)
  if (caller.signal.aborted) leave()

  function keep(promise: Promise<unknown>): void {
    context?.waitUntil(promise.catch(() => {}))
  }

  function run(work: () => unknown): void {
    const running = (async () => work())()
    running.catch(() => {})
    keep(running)
  }

  function onEnd(work: () => unknown): void {
    if (ended) run(work)
    else ends.push(work)
  }

  if (context) context.waitUntil(new Promise<void>((resolve) => onEnd(resolve)))
  if (onFinish) onEnd(() => onFinish(report))
  return {
    report,
    elapsed: () => now() - started,
    upstream,
    run,
    keep,
    onEnd,
    end() {
      if (ended) return
      ended = true
      caller.signal.removeEventListener('abort', leave)
      report.timings.totalMs = now() - started
      // The hook was there first and comes last: what ran before it has its part in the report.
      for (const work of ends.reverse()) run(work)
    },
  }
}
