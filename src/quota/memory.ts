/**
 * Limits in, a quota that counts in this process's memory out.
 * Runtimes: all. Imports: `./ledger.ts`, `./quota.ts` (types).
 * @module
 */
import { enter, isOver, quotaOf } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import type { Quota, QuotaLimits } from './quota.ts'

/** With fewer accounts nothing is looked through. */
const MANY = 1000

/**
 * Counts in memory: exact within one process, gone when it ends, unknown to any other. It holds a small record for each account of a
 * subject whose window is not over, and lets go of the others before it holds twice as many.
 *
 * For development, and for a server that is one process. On Workers each isolate would count for itself: use
 * `durableObjectQuota()` there, and `denoKvQuota()` on Deno Deploy.
 *
 * @param options.now - Clock in milliseconds. @defaultValue `Date.now`
 * @throws `RangeError` where a limit is not a finite number above 0.
 * @example
 * ```ts
 * const quota = memoryQuota({ requests: 60, tokens: 100_000, windowMs: 60_000 })
 * ```
 */
export function memoryQuota(limits: QuotaLimits, { now = () => Date.now() }: { readonly now?: () => number } = {}): Quota {
  const ledgers = new Map<string, Ledger>()
  let many = MANY

  /** Twice as many must come before it looks through them again, so that its cost for each account is constant. */
  function forget(): void {
    const time = now()
    for (const [key, ledger] of ledgers) if (isOver(ledger, time)) ledgers.delete(key)
    many = Math.max(MANY, 2 * ledgers.size)
  }

  return quotaOf(
    async (subject, entry) => {
      // No account is named with a slash.
      const key = `${entry.account}/${subject}`
      const before = ledgers.get(key)
      const { ledger, answer } = enter(before, entry)
      if (ledger && ledger !== before) {
        if (ledgers.size >= many) forget()
        ledgers.set(key, ledger)
      }
      return answer
    },
    limits,
    now,
  )
}
