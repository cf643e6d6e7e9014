import { describe, expect, test } from 'vitest'
import { failureFrom } from '../../src/schemas/failure.ts'
import { rateLimit, requestId, retryAfter } from '../../src/transport/retry-after.ts'

const NOW = Date.parse('Wed, 21 Oct 2015 07:20:00 GMT')

describe('retryAfter()', () => {
  test.each([
    [{}, undefined],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '10' }, 10_000],
    [{ 'retry-after': ' 2.5 ' }, 2500],
    [{ 'retry-after-ms': '0' }, 0],
    [{ 'retry-after-ms': '1500' }, 1500],
    [{ 'x-ms-retry-after-ms': '700' }, 700],
    [{ 'retry-after': '1', 'retry-after-ms': '0' }, 1000],
    [{ 'retry-after': '1', 'retry-after-ms': '3000', 'x-ms-retry-after-ms': '2000' }, 3000],
    [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 480_000],
    [{ 'retry-after': 'Wed, 21 Oct 2015 07:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after-ms': 'NaN', 'retry-after': '3' }, 3000],
  ])('%o is %s ms', (headers, expected) => {
    expect(retryAfter(new Headers(headers as Record<string, string>), NOW)).toBe(expected)
  })
})

describe('the wait in the words of a failure', () => {
  const context = { status: 429, url: 'https://c/x', attempts: 1 }
  const tokens = { scopes: [], redact: (text: string) => text }
  const wait = (message: string, retryAfterMs?: number) => (failureFrom({ error: { code: '429', message } }, tokens, { ...context, retryAfterMs }) as { retryAfterMs?: number }).retryAfterMs

  test.each([
    ['Requests have exceeded token rate limit. Please retry after 20 seconds. Please go here: https://aka.ms/x', 20_000],
    ['Please retry after 86400 seconds.', 86_400_000],
    ['Please retry after 1 second.', 1000],
    ['Rate limit is exceeded. Try again in 2 seconds.', 2000],
    ['The system is currently experiencing high demand. Please retry your request after 20 seconds', 20_000],
    ['Try again in 350ms.', 350],
    ['Please retry after 2 minutes', 120_000],
    ['too many requests', undefined],
    ['Limit of 5 requests a minute', undefined],
  ])('%s', (message, expected) => expect(wait(message)).toBe(expected))

  test('the longest of words and headers counts', () => {
    expect(wait('Please retry after 2 seconds.', 5000)).toBe(5000)
    expect(wait('Please retry after 2 seconds.', 0)).toBe(2000)
  })
})

describe('rateLimit() and requestId()', () => {
  test('read what is there', () => {
    const headers = new Headers({ 'x-ratelimit-limit-tokens': '250000', 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-remaining-requests': '249', 'x-ratelimit-reset-requests': '1', 'x-ratelimit-limit-requests': 'X-HIDDEN', 'x-request-id': 'b' })
    expect(rateLimit(headers)).toEqual({ limitTokens: 250_000, remainingTokens: 0, remainingRequests: 249, resetRequests: 1 })
    expect(requestId(headers)).toBe('b')
    expect(requestId(new Headers({ 'x-request-id': 'b', 'apim-request-id': 'a' }))).toBe('a')
    expect(requestId(new Headers())).toBeUndefined()
    expect(rateLimit(new Headers())).toEqual({})
  })
})
