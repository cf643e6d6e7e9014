/**
 * A Deno KV database in, a quota that is exact over all of Deno Deploy's isolates out.
 * Runtimes: Deno. Imports: `./key.ts`, `./ledger.ts`, `./quota.ts` (types).
 * @module
 */
import { keyOf } from './key.ts'
import { enter, quotaOf } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import type { Quota, QuotaLimits } from './quota.ts'

/** As much of a `Deno.Kv` as is needed. */
export interface KvDatabase {
  get(key: readonly string[]): Promise<{ readonly key: readonly unknown[]; readonly value: unknown; readonly versionstamp: string | null }>
  atomic(): KvTransaction
}

/** As much of a `Deno.AtomicOperation` as is needed. */
export interface KvTransaction {
  check(entry: { key: string[]; versionstamp: string | null }): KvTransaction
  set(key: string[], value: unknown, options?: { expireIn?: number }): KvTransaction
  commit(): Promise<{ readonly ok: boolean }>
}

/** Each round of writers has a winner, so that as many rounds serve as many callers at once. */
const ROUNDS = 500
/** Writers that lost wait up to so long, at random, in milliseconds. */
const PAUSE_MS = 10

/**
 * Counts in Deno KV: exact, as an entry is written only over the version that was read.
 *
 * Quotas of one prefix share their accounts, as {@link QuotaLimits} says.
 *
 * @param options.prefix - The first part of its keys, before the subject and the account. Keys have room for 2 KiB, and 400 bytes of them are
 * the prefix's: with a longer one, `reserve()` throws for long subjects. @defaultValue `'keyless-chat-quota'`
 * @param options.now - Clock in milliseconds. @defaultValue `Date.now`
 * @throws `RangeError` where a limit is not a finite number above 0. `reserve()` and `settle()` throw where the database fails.
 * @example
 * ```ts
 * const quota = denoKvQuota(await Deno.openKv(), { requests: 60, tokens: 100_000, windowMs: 60_000 })
 * ```
 * @see https://docs.deno.com/deploy/kv/transactions/
 */
export function denoKvQuota(kv: KvDatabase, limits: QuotaLimits, { prefix = 'keyless-chat-quota', now = () => Date.now() }: { readonly prefix?: string; readonly now?: () => number } = {}): Quota {
  return quotaOf(
    async (subject, entry) => {
      const key = [prefix, await keyOf(subject), entry.account]
      for (let round = 0; round < ROUNDS; round++) {
        const { value, versionstamp } = await kv.get(key)
        const before = (value ?? undefined) as Ledger | undefined
        const { ledger, answer } = enter(before, entry)
        if (!ledger || ledger === before) return answer
        // Only whole milliseconds are taken.
        if (await committed(kv.atomic().check({ key, versionstamp }).set(key, ledger, { expireIn: Math.ceil(ledger.windowMs) }))) return answer
        await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_MS))
      }
      throw new Error(`Cannot count as the key of one subject was written ${ROUNDS} times meanwhile`)
    },
    limits,
    now,
  )
}

async function committed(transaction: KvTransaction): Promise<boolean> {
  try {
    return (await transaction.commit()).ok
  } catch (error) {
    // Another process was writing to the same file, and this one has written nothing (Deno 2.9).
    if (error instanceof Error && error.message.includes('database is locked')) return false
    throw error
  }
}
