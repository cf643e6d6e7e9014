/**
 * What a subject has used and what it asks for in, the new account and the verdict out; pure, so that every engine counts alike.
 * Runtimes: all. Imports: `./quota.ts` (types).
 * @module
 */
import type { Quota, QuotaLimits } from './quota.ts'

/** What a subject has used of one account in its window; plain data, as engines store it. */
export interface Ledger {
  /** When the window began, in milliseconds since 1970. */
  readonly start: number
  readonly windowMs: number
  readonly requests: number
  /** Reserved ones included. */
  readonly tokens: number
}

/** What is to be done with the ledger of an account; plain data, as it is sent to a Durable Object. */
export type LedgerEntry =
  | { readonly kind: 'reserve'; readonly account: string; readonly tokens: number; readonly limits: QuotaLimits; readonly now: number }
  /** `start` says in which window the tokens were reserved: one that is over is not touched. */
  | { readonly kind: 'settle'; readonly account: string; readonly start: number; readonly back: number }

/** What became of a reservation. */
export type LedgerAnswer =
  | { readonly granted: true; readonly start: number; readonly remaining: { readonly requests?: number; readonly tokens?: number }; readonly resetMs: number }
  | { readonly granted: false; readonly limit: 'requests' | 'tokens'; readonly retryAfterMs: number }

/**
 * Whether a window is over.
 *
 * A time before it began is within it: callers have clocks of their own, and what one of them sent first may come last. Only a clock that
 * jumped back by more than a window begins another, as it must not keep a subject out for long.
 */
export function isOver({ start, windowMs }: Ledger, now: number): boolean {
  return now >= start + windowMs || now < start - windowMs
}

/** Applies an entry to a ledger. `answer` is `undefined` for entries that ask nothing. */
export function enter(ledger: Ledger | undefined, entry: LedgerEntry): { readonly ledger: Ledger | undefined; readonly answer: LedgerAnswer | undefined } {
  if (entry.kind === 'settle') {
    return { ledger: ledger?.start === entry.start ? { ...ledger, tokens: Math.max(0, ledger.tokens - entry.back) } : ledger, answer: undefined }
  }
  const { tokens, limits, now } = entry
  const { windowMs, requests: maxRequests = Infinity, tokens: maxTokens = Infinity } = limits
  const current = ledger && !isOver(ledger, now) ? ledger : { start: now, windowMs, requests: 0, tokens: 0 }
  const resetMs = current.start + current.windowMs - now
  const limit = current.requests >= maxRequests ? 'requests' : current.tokens >= maxTokens ? 'tokens' : undefined
  if (limit) return { ledger: current, answer: { granted: false, limit, retryAfterMs: resetMs } }
  const next = { ...current, requests: current.requests + 1, tokens: current.tokens + tokens }
  const remaining = {
    ...(maxRequests < Infinity && { requests: Math.max(0, maxRequests - next.requests) }),
    ...(maxTokens < Infinity && { tokens: Math.max(0, maxTokens - next.tokens) }),
  }
  return { ledger: next, answer: { granted: true, start: next.start, remaining, resetMs } }
}

/** Enters into the ledger of one account of a subject, alone and at once: no other entry may come between reading and writing. */
export type Book = (subject: string, entry: LedgerEntry) => Promise<LedgerAnswer | undefined>

/** The account of limits that come with a reservation. The budget of a token is a window that is another number each time, and one account all the same. */
const GIVEN = 'given'

/**
 * Names the account in which a quota counts a subject, in at most 50 characters: where quotas share a store, the window of one must not refill another.
 *
 * Amounts are no part of it, as a limit that is raised must not forget what was used.
 */
function accountOf({ requests, tokens, windowMs }: QuotaLimits): string {
  return [requests !== undefined && 'requests', tokens !== undefined && 'tokens', windowMs].filter(Boolean).join(' ')
}

/**
 * Makes a quota of a book.
 *
 * @throws `RangeError` where a limit is not a finite number above 0. `reserve()` and `settle()` throw one too, for limits and tokens that cannot be counted.
 */
export function quotaOf(book: Book, own: QuotaLimits, now: () => number): Quota {
  checkLimits(own)
  return {
    countsTokens: true,
    async reserve({ subject, tokens, limits: given }) {
      const limits = given ?? own
      checkLimits(limits)
      checkTokens('reserve', tokens)
      const account = given ? GIVEN : accountOf(own)
      const answer = await book(subject, { kind: 'reserve', account, tokens, limits, now: now() })
      if (!answer) throw new Error('Cannot reserve as the engine gave no answer')
      if (!answer.granted) return answer
      const { start, remaining, resetMs } = answer
      let open = true
      return {
        granted: true,
        limits,
        remaining,
        resetMs,
        async settle(used) {
          checkTokens('settle', used)
          if (!open) return
          open = false
          if (used !== tokens) await book(subject, { kind: 'settle', account, start, back: tokens - used })
        },
      }
    },
  }
}

// Compared with a limit, NaN is never too much; and as JSON, which engines store, Infinity is null.
function checkLimits(limits: QuotaLimits): void {
  for (const [name, value] of Object.entries({ ...limits, windowMs: limits.windowMs })) {
    if (!(Number.isFinite(value) && value > 0)) throw new RangeError(`Cannot count as ${name} must be a finite number above 0: current value is ${value}`)
  }
}

function checkTokens(verb: 'reserve' | 'settle', tokens: number): void {
  if (!(Number.isFinite(tokens) && tokens >= 0)) throw new RangeError(`Cannot ${verb} as tokens must be a finite number, 0 or above: current value is ${tokens}`)
}
