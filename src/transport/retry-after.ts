/**
 * The headers of an answer in, what they say of waiting and of limits out.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** Requests and tokens left, where the headers are readable. */
export interface RateLimit {
  readonly limitRequests?: number
  readonly remainingRequests?: number
  readonly resetRequests?: number
  readonly limitTokens?: number
  readonly remainingTokens?: number
  readonly resetTokens?: number
}

/**
 * How long the service asks to wait, in milliseconds: the longest of all it says, as a recorded answer says
 * `retry-after: 1` and `retry-after-ms: 0` at once.
 *
 * @returns `undefined` where it says nothing, or a script may not read it: Azure OpenAI exposes none of these headers.
 * @see https://github.com/Azure/azure-rest-api-specs/issues/24904
 */
export function retryAfter(headers: Headers, now: number = Date.now()): number | undefined {
  const seconds = number(headers, 'retry-after')
  const waits = [
    number(headers, 'retry-after-ms'),
    number(headers, 'x-ms-retry-after-ms'),
    // A date is what is no number: `Date.parse('1')` is in 2001.
    isNaN(seconds) ? Math.max(0, Date.parse(headers.get('retry-after') ?? '') - now) : seconds * 1000,
  ].filter((wait) => wait >= 0 && wait < Infinity)
  return waits.length ? Math.max(...waits) : undefined
}

/** The first request id that can be read, in the order that Microsoft's support asks for them; `x-ms-client-request-id` is but an echo of what a client sent. */
export function requestId(headers: Headers): string | undefined {
  return ['apim-request-id', 'x-request-id', 'x-ms-request-id'].map((name) => headers.get(name)).find(Boolean) as string | undefined
}

/** The rate limits that the headers tell. */
export function rateLimit(headers: Headers): RateLimit {
  const limits: Record<string, number> = {}
  for (const what of ['limit', 'remaining', 'reset']) {
    for (const unit of ['Requests', 'Tokens']) {
      const value = number(headers, `x-ratelimit-${what}-${unit}`)
      if (value >= 0) limits[what + unit] = value
    }
  }
  return limits
}

function number(headers: Headers, name: string): number {
  return Number(headers.get(name) || NaN)
}
