/**
 * Quotas and a caller in, what may be used out; or the refusal that says when there is more.
 * Runtimes: all. Imports: `../quota` (types), `./caller.ts` (types), `./refusal.ts`.
 * @module
 */
import type { Quota, QuotaGrant, QuotaRequest } from '../quota/quota.ts'
import type { Caller } from './caller.ts'
import { Refusal, waitHeaders } from './refusal.ts'

/** What a request may use, of every quota. */
export interface Reservation {
  /** What the caller has left, as the services say it of themselves. */
  readonly headers: Readonly<Record<string, string>>
  /** Gives back what was not used. */
  readonly settle: (tokens: number) => Promise<void>
}

/** Clocks differ, and judges allow for that. */
const GRACE_MS = 120_000

/**
 * Reserves tokens of every quota, and of the budget of the caller's token.
 *
 * @throws `Refusal` 429, having given back what was reserved; 503 where an engine fails, as nothing is served uncounted
 */
export async function reserve(quotas: readonly Quota[], { subject, budget }: Caller, tokens: number, now: number): Promise<Reservation> {
  const grants: QuotaGrant[] = []
  const settle = async (used: number) => void (await Promise.allSettled(grants.map((grant) => grant.settle(used))))

  async function ask(quota: Quota, request: QuotaRequest, refusal: (limit: string, waitMs: number) => Refusal): Promise<void> {
    const verdict = await quota.reserve(request).catch(() => {
      throw new Refusal(503, 'quota_unavailable', 'Cannot serve the request as the quota cannot be counted', { headers: { 'retry-after': '5' } })
    })
    if (!verdict.granted) throw refusal(verdict.limit, verdict.retryAfterMs)
    grants.push(verdict)
  }

  try {
    for (const quota of quotas) {
      await ask(quota, { subject: `caller:${subject}`, tokens }, (limit, waitMs) => {
        const message = `Cannot serve the request as the caller's quota of ${limit} is used up. Please retry after ${Math.ceil(waitMs / 1000)} seconds.`
        return new Refusal(429, 'rate_limit_exceeded', message, { headers: { ...waitHeaders(waitMs), [`x-ratelimit-remaining-${limit}`]: '0', [`x-ratelimit-reset-${limit}`]: String(Math.ceil(waitMs / 1000)) } })
      })
    }
    if (budget) {
      const counter = quotas.find(({ countsTokens }) => countsTokens)
      if (!counter) throw new Refusal(500, 'relay_misconfigured', 'Cannot hold the token to its budget as the relay has no quota that counts tokens')
      // Longer than any judge of tokens lets one live whose time is over, as a window that ends before it would begin anew.
      const limits = { tokens: budget.tokens, windowMs: Math.max(0, budget.expiresAt - now) + GRACE_MS }
      const spent = () => new Refusal(429, 'insufficient_quota', "Cannot serve the request as the token's budget is used up")
      if (!(budget.tokens > 0)) throw spent()
      await ask(counter, { subject: `token:${budget.id}`, tokens, limits }, spent)
    }
  } catch (error) {
    await settle(0)
    throw error
  }
  return { headers: headersOf(grants), settle }
}

/** What is left of the tightest limit of each unit. */
function headersOf(grants: readonly QuotaGrant[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const unit of ['requests', 'tokens'] as const) {
    const [tightest] = grants.flatMap(({ limits, remaining, resetMs = 0 }) => {
      const [limit, left] = [limits?.[unit], remaining?.[unit]]
      return limit === undefined || left === undefined ? [] : { limit, left, resetMs }
    }).sort((a, b) => a.left - b.left)
    if (!tightest) continue
    headers[`x-ratelimit-limit-${unit}`] = String(tightest.limit)
    headers[`x-ratelimit-remaining-${unit}`] = String(tightest.left)
    headers[`x-ratelimit-reset-${unit}`] = String(Math.ceil(tightest.resetMs / 1000))
  }
  return headers
}
