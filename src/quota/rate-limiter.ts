/**
 * Cloudflare's rate limiting binding in, a quota of requests out.
 * Runtimes: Workers. Imports: `./key.ts`, `./quota.ts` (types).
 * @module
 */
import { keyOf } from './key.ts'
import type { Quota } from './quota.ts'

/** As much of a `RateLimit` binding as is needed. */
export interface RateLimiterBinding {
  limit(options: { key: string }): Promise<{ readonly success: boolean }>
}

/**
 * Counts requests by Cloudflare's rate limiting binding: no storage and no latency, but each location counts for itself and
 * nothing is exact. Good as a first gate before an exact quota of tokens.
 *
 * @param options.periodMs - The binding's `period`, which it does not tell: 10 or 60 seconds. @defaultValue `60_000`
 * @example
 * ```ts
 * const quota = [rateLimiterQuota(env.LIMITER), durableObjectQuota(env.QUOTA, { tokens: 100_000, windowMs: 3_600_000 })] // of `createRelay()`
 * ```
 * @see https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
export function rateLimiterQuota(binding: RateLimiterBinding, { periodMs = 60_000 }: { readonly periodMs?: number } = {}): Quota {
  return {
    countsTokens: false,
    async reserve({ subject }) {
      const { success } = await binding.limit({ key: await keyOf(subject) })
      return success ? { granted: true, settle: async () => {} } : { granted: false, limit: 'requests', retryAfterMs: periodMs }
    },
  }
}
