/**
 * Attempts in, ky's retries around them out.
 * Runtimes: all. Imports: `../abort.ts`, `../errors.ts`, ky.
 * @module
 */
import ky from 'ky'
import { abortable } from '../abort.ts'
import { ChatError, isChatError } from '../errors.ts'
import type { AnyChatError } from '../errors.ts'
import type { Retrying } from './transport.ts'

/** How failed requests are repeated. */
export interface RetryOptions {
  /** Attempts after the first; 0 for pages that must not pay twice. @defaultValue `2` */
  readonly retries?: number
  /** Longest wait that is obeyed; where the service asks for a longer one, the call fails at once with `retryAfterMs`. @defaultValue `60_000` */
  readonly maxRetryWaitMs?: number
  /** Called before each wait. */
  readonly onRetry?: (retry: RetryInfo) => void
}

/** What {@link RetryOptions.onRetry} is told. */
export interface RetryInfo {
  readonly error: AnyChatError
  /** Counts from 1. */
  readonly retry: number
  readonly waitMs: number
}

const STATUSES: readonly unknown[] = [408, 429, 500, 502, 503, 504]

/**
 * Repeats attempts that failed before the first byte of an answer, with ky's loop and its waits.
 *
 * ky never sees the token: it is added below, by the attempt. Nor does an error of ky's get out, as those hold the
 * request: attempts throw `ChatError`s, which ky passes on as they are.
 *
 * @throws `ChatError` `invalid-request` where `retries` is no integer from 0, or `maxRetryWaitMs` below 0.
 */
export function kyRetrying({ retries = 2, maxRetryWaitMs = 60_000, onRetry }: RetryOptions): Retrying {
  if (!Number.isInteger(retries) || retries < 0 || !(maxRetryWaitMs >= 0)) {
    throw new ChatError('invalid-request', `Cannot connect as retries must be an integer from 0 and maxRetryWaitMs not below 0: they are ${retries} and ${maxRetryWaitMs}`)
  }
  return async function retrying(attempt, url, signal) {
    let waitMs = 0
    const response = ky(url, {
      method: 'post',
      fetch: attempt,
      timeout: false,
      throwHttpErrors: false,
      // ky combines signals by `AbortSignal.any`, which Safari has from 17.4 on.
      ...('any' in AbortSignal ? { signal } : {}),
      retry: {
        limit: retries,
        methods: ['post'],
        delay: () => waitMs,
        shouldRetry({ error, retryCount }) {
          if (!isChatError(error) || !canRetry(error)) return false
          const asked = 'retryAfterMs' in error ? error.retryAfterMs : undefined
          // Half a second, doubled, up to 8; a quarter of it at random, so that many clients do not come back at once.
          waitMs = asked ?? Math.min(8000, 250 * 2 ** retryCount) * (1 - Math.random() / 4)
          if (waitMs > maxRetryWaitMs) return false
          onRetry?.({ error, retry: retryCount, waitMs })
          return true
        },
      },
    })
    return abortable(response, signal)
  }
}

function canRetry(error: AnyChatError): boolean {
  return error.code === 'network' || ((error.code === 'rate-limited' || error.code === 'server-error') && STATUSES.includes(error.status))
}
