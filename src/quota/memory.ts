/**
 * Limits in, a quota that counts in this process's memory out.
 * Runtimes: all. Imports: `./ledger.ts`, `./quota.ts` (types).
 * @module
 */
import { enter, quotaOf } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import type { Quota, QuotaLimits } from './quota.ts'

/** Above so many subjects, those whose windows are over are let go of. */
const MANY = 1000

/**
 * Counts in memory: exact within one process, gone when it ends, unknown to any other.
 *
 * For development, and for a server that is one process. On Workers each isolate would count for itself: use
 * `durableObjectQuota()` there, and `denoKvQuota()` on Deno Deploy.
 *
 * @param options.now - Clock in milliseconds. @defaultValue `Date.now`
 * @throws `RangeError` where a limit is not above 0.
 * @example
 * ```ts
 * const quota = memoryQuota({ requests: 60, tokens: 100_000, windowMs: 60_000 })
 * ```
 */
export function memoryQuota(limits: QuotaLimits, { now = () => Date.now() }: { readonly now?: () => number } = {}): Quota {
  const ledgers = new Map<string, Ledger>()

  function forget(): void {
    const time = now()
    for (const [subject, { start, windowMs }] of ledgers) if (time >= start + windowMs) ledgers.delete(subject)
  }

  return quotaOf(
    async (subject, entry) => {
      if (ledgers.size >= MANY && !ledgers.has(subject)) forget()
      const { ledger, answer } = enter(ledgers.get(subject), entry)
      if (ledger) ledgers.set(subject, ledger)
      return answer
    },
    limits,
    now,
  )
}
