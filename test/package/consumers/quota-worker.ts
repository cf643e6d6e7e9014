// Quotas of a Worker, with Cloudflare's own types of its bindings.
import { durableObjectQuota, QuotaObject, rateLimiterQuota } from 'keyless-chat/quota'
import type { Quota } from 'keyless-chat/quota'

interface Env {
  readonly QUOTA: DurableObjectNamespace
  /** As `wrangler types` writes it. */
  readonly NAMED: DurableObjectNamespace<QuotaObject>
  readonly LIMITER: RateLimit
}

const limits = { tokens: 100_000, windowMs: 3_600_000 }

export const quotas = ({ QUOTA, NAMED, LIMITER }: Env): readonly Quota[] => [rateLimiterQuota(LIMITER, { periodMs: 10_000 }), durableObjectQuota(QUOTA, limits), durableObjectQuota(NAMED, limits)]

// As the runtime makes it.
export const make = (state: DurableObjectState): DurableObject => new QuotaObject(state)

export { QuotaObject }
