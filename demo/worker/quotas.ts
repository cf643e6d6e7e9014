/**
 * Bindings and limits in, what a request must be granted by out.
 * @module
 */
import { durableObjectQuota, rateLimiterQuota } from 'keyless-chat/quota'
import type { Quota } from 'keyless-chat/quota'
import type { Settings } from './settings.ts'

const HOUR_MS = 3_600_000

/** Makes the quotas, the cheapest first: the rate limiter where it is bound, then tokens of one session, then tokens of all. */
export function createQuotas({ limiter, counters, sessionTokensPerHour, allTokensPerDay }: Pick<Settings, 'limiter' | 'counters' | 'sessionTokensPerHour' | 'allTokensPerDay'>): readonly Quota[] {
  return [
    ...(limiter ? [rateLimiterQuota(limiter)] : []),
    durableObjectQuota(counters, { tokens: sessionTokensPerHour, windowMs: HOUR_MS }),
    // Sessions cost nothing, so that a limit of one bounds no bill.
    shared(durableObjectQuota(counters, { tokens: allTokensPerDay, windowMs: 24 * HOUR_MS })),
  ]
}

/** One account for everybody. It does not tell callers what is left in it. */
function shared(quota: Quota): Quota {
  return {
    // The budget of a single token is no matter of this account.
    countsTokens: false,
    async reserve({ tokens }) {
      const verdict = await quota.reserve({ subject: 'everybody', tokens })
      return verdict.granted ? { granted: true, settle: verdict.settle } : verdict
    },
  }
}
