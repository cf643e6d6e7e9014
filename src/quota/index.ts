/**
 * Quotas for a relay and a broker: requests and tokens by subject and window, counted by an engine that exists.
 * Runtimes: all; `durableObjectQuota()` and `rateLimiterQuota()` on Workers, `denoKvQuota()` on Deno. Imports: nothing.
 * @module
 */
export { denoKvQuota } from './deno-kv.ts'
export type { KvDatabase, KvTransaction } from './deno-kv.ts'
export { durableObjectQuota, QuotaObject } from './durable-object.ts'
export type { ObjectNamespace, ObjectState } from './durable-object.ts'
export { memoryQuota } from './memory.ts'
export type { Quota, QuotaGrant, QuotaLimits, QuotaRefusal, QuotaRequest } from './quota.ts'
export { rateLimiterQuota } from './rate-limiter.ts'
export type { RateLimiterBinding } from './rate-limiter.ts'
