import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, vi } from 'vitest'
import { ChatError } from '../../src/errors.ts'
import { kyRetrying } from '../../src/transport/ky.ts'
import { rateLimit, retryAfter } from '../../src/transport/retry-after.ts'
import { proveError } from './codes.ts'
import { holds } from './runs.ts'

const NOW = Date.UTC(2026, 10, 24)
const number = fc.oneof(fc.nat(200).map(String), fc.double({ min: 0, max: 1e6, noNaN: true }).map(String), fc.constantFrom('0', '1', '0.5', '-1', '1e3', '99999999999999999999', 'NaN', '', ' 7 ', '1,2', '0x10', 'soon'))
const date = fc.integer({ min: -1e9, max: 1e9 }).map((away) => new Date(Math.floor((NOW + away) / 1000) * 1000).toUTCString())
const told = fc.record({ 'retry-after': fc.oneof(number, date, fc.string({ maxLength: 8 })), 'retry-after-ms': number, 'x-ms-retry-after-ms': number }, { requiredKeys: [] })

function headersOf(values: Readonly<Record<string, string>>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(values)) if (/^[\x20-\x7e]*$/.test(value)) headers.set(name, value)
  return headers
}

describe('retryAfter()', () => {
  holds(
    'retryAfter() is never shorter than anything that was told, never negative, never NaN',
    fc.property(told, (values) => {
      const headers = headersOf(values)
      const wait = retryAfter(headers, NOW)
      expect(wait === undefined || wait >= 0).toBe(true)
      for (const [name, unitMs] of [['retry-after', 1000], ['retry-after-ms', 1], ['x-ms-retry-after-ms', 1]] as const) {
        const value = headers.get(name) ?? ''
        if (/^\d+(\.\d+)?$/.test(value)) expect(wait).toBeGreaterThanOrEqual(Number(value) * unitMs)
        else if (value.endsWith(' GMT')) expect(wait).toBeGreaterThanOrEqual(Date.parse(value) - NOW)
      }
    }),
  )

  holds(
    'rateLimit() tells numbers that are not negative, or nothing',
    fc.property(fc.record({ 'x-ratelimit-limit-requests': number, 'x-ratelimit-remaining-tokens': number, 'x-ratelimit-reset-tokens': number }, { requiredKeys: [] }), (values) => {
      for (const value of Object.values(rateLimit(headersOf(values)))) expect(value).toBeGreaterThanOrEqual(0)
    }),
  )
})

describe('kyRetrying()', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
  afterEach(() => void vi.useRealTimers())

  const failure = fc.record({ code: fc.constantFrom('rate-limited', 'rate-limited', 'server-error', 'network', 'quota-exceeded', 'bad-request', 'unauthorized'), status: fc.constantFrom(429, 408, 500, 502, 503, 504, 424, 400), waitMs: fc.option(fc.oneof(fc.nat(100_000), fc.constantFrom(0, 0.5, 60_000, 60_001, 2_147_483_647)), { nil: undefined }) })
  const RETRIED: readonly number[] = [408, 429, 500, 502, 503, 504]

  holds(
    'kyRetrying() waits at least what was told and at most what is obeyed, and tries no oftener than allowed',
    fc.asyncProperty(fc.array(failure, { minLength: 1, maxLength: 5 }), fc.nat(3), fc.oneof(fc.nat(120_000), fc.constantFrom(0, 60_000)), async (failures, retries, maxRetryWaitMs) => {
      const at: number[] = []
      const waits: number[] = []
      const attempt = () => {
        const next = failures[at.length]
        at.push(Date.now())
        if (!next) return Promise.resolve(new Response('ok'))
        const facts = { status: next.status, url: 'https://c.example', retryAfterMs: next.waitMs }
        return Promise.reject(next.code === 'network' ? new ChatError('network', 'Cannot reach it', { url: 'https://c.example', possibleCauses: [] }) : new ChatError(next.code as 'bad-request', 'Cannot get it', facts))
      }
      const asked = (index: number) => (failures[index]?.code === 'network' ? undefined : failures[index]?.waitMs)
      const retried = (index: number) => {
        const { code, status } = failures[index] ?? { code: '', status: 0 }
        return index < retries && (code === 'network' || ((code === 'rate-limited' || code === 'server-error') && RETRIED.includes(status))) && (asked(index) ?? 0) <= maxRetryWaitMs
      }
      const running = kyRetrying({ retries, maxRetryWaitMs, onRetry: ({ waitMs }) => waits.push(waitMs) })(attempt, 'https://c.example/chat', new AbortController().signal).then(
        () => undefined,
        (error: unknown) => proveError(error),
      )
      await vi.runAllTimersAsync()
      const error = await running
      for (const [index, waitMs] of waits.entries()) {
        expect(waitMs).toBeGreaterThanOrEqual(asked(index) ?? 0)
        expect(waitMs).toBeLessThanOrEqual(maxRetryWaitMs)
        // Timers have whole milliseconds.
        expect((at[index + 1] ?? 0) - (at[index] ?? 0)).toBeGreaterThanOrEqual(Math.floor(waitMs))
      }
      const last = at.length - 1
      for (let index = 0; index < last; index++) expect(retried(index)).toBe(true)
      if (!error) expect(at).toHaveLength(failures.length + 1)
      // Without a wait of the service's own it is half a second or more, which may be beyond what is obeyed.
      else if (asked(last) !== undefined || maxRetryWaitMs > 8000) expect(retried(last)).toBe(false)
    }),
    { cost: 2 },
  )
})
