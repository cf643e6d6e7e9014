/**
 * The contract between a relay and whatever counts what a caller may still use.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/**
 * What a subject may use within a window of time, which begins with its first request.
 *
 * Quotas that share a store count apart where their windows or the units that they limit differ: `{ requests, windowMs: 60_000 }` beside
 * `{ tokens, windowMs: 86_400_000 }`. Those of the same window and the same units are one account, in whatever process they were made and
 * whatever their amounts are. Give one a store of its own where that is not meant.
 */
export interface QuotaLimits {
  /** Requests in a window. @defaultValue no limit */
  readonly requests?: number
  /** Tokens in a window, of prompts and answers together. @defaultValue no limit */
  readonly tokens?: number
  /** How long a window is, in milliseconds. */
  readonly windowMs: number
}

/** What is asked of a quota before a request is sent. */
export interface QuotaRequest {
  /** Who uses it up. */
  readonly subject: string
  /** Tokens that the request may use at most; they are held back until {@link QuotaGrant.settle} says how many it did use. */
  readonly tokens: number
  /** Limits for this subject, in place of the quota's own, and counted apart from them: in one account for each subject, even where they differ each time. */
  readonly limits?: QuotaLimits
}

/** A request that may be sent. */
export interface QuotaGrant {
  readonly granted: true
  /** The limits that apply, where the engine tells them. */
  readonly limits?: QuotaLimits
  /** What is left after this request. */
  readonly remaining?: { readonly requests?: number; readonly tokens?: number }
  /** Until the window ends, in milliseconds. */
  readonly resetMs?: number
  /**
   * Says how many tokens were used in truth; call it once. Never called, the whole reservation counts as used.
   *
   * @throws `RangeError` where that is not a finite number, 0 or above; the reservation stays.
   */
  readonly settle: (tokens: number) => Promise<void>
}

/** A request that must not be sent. */
export interface QuotaRefusal {
  readonly granted: false
  /** What is used up. */
  readonly limit: 'requests' | 'tokens'
  /** Until there is more, in milliseconds. */
  readonly retryAfterMs: number
}

/** Counts what callers use; one small interface over engines that differ in what they keep and where. */
export interface Quota {
  /** Whether it counts tokens, and takes limits of one subject alone: the budget of a token needs that. */
  readonly countsTokens: boolean
  /**
   * Reserves what a request may use. Granted as long as anything is left, so that what is overspent is one request at the most,
   * however many come at once.
   *
   * @throws `RangeError` where tokens are not a finite number, 0 or above, or a limit is not one above 0. Whatever the engine throws.
   */
  readonly reserve: (request: QuotaRequest) => Promise<QuotaGrant | QuotaRefusal>
}
