import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { rateLimiterQuota } from '../../src/quota/index.ts'

// As vitest.config.ts has it; what is used up here stays so for other tests.
const LIMIT = 10

describe('rateLimiterQuota()', () => {
  test('grants as many requests as the binding does, and then none', async () => {
    const quota = rateLimiterQuota(env.LIMITER)
    expect(quota.countsTokens).toBe(false)
    for (let count = 0; count < LIMIT; count++) {
      const verdict = await quota.reserve({ subject: 'limited', tokens: 1_000_000 })
      expect(verdict).toEqual({ granted: true, settle: expect.any(Function) })
      // Nothing is given back.
      if (verdict.granted) await verdict.settle(0)
    }
    expect(await quota.reserve({ subject: 'limited', tokens: 0 })).toEqual({ granted: false, limit: 'requests', retryAfterMs: 60_000 })
    expect(await rateLimiterQuota(env.LIMITER, { periodMs: 10_000 }).reserve({ subject: 'limited', tokens: 0 })).toMatchObject({ retryAfterMs: 10_000 })
  })

  test.each([
    ['letters', 'é', 'e\u0301'],
    ['names of objects', '__proto__', 'constructor'],
    ['halves of surrogate pairs', '\uD83D', '\uDC69'],
    ['long names', 'x'.repeat(2048), `${'x'.repeat(2048)}y`],
  ])('counts subjects apart: %s', async (_, used, other) => {
    const quota = rateLimiterQuota(env.LIMITER)
    for (let count = 0; count < LIMIT; count++) expect(await quota.reserve({ subject: used, tokens: 1 })).toMatchObject({ granted: true })
    expect(await quota.reserve({ subject: used, tokens: 1 })).toMatchObject({ granted: false })
    expect(await quota.reserve({ subject: other, tokens: 1 })).toMatchObject({ granted: true })
  })

  test('gives the binding a key of 2 KiB at the most', async () => {
    const keys: string[] = []
    const quota = rateLimiterQuota({ limit: async (options) => (keys.push(options.key), env.LIMITER.limit(options)) })
    for (const length of [499, 500, 501, 100_000]) await quota.reserve({ subject: '語'.repeat(length), tokens: 1 })
    expect(keys.map((key) => new TextEncoder().encode(key).length)).toEqual([1497, 1500, 72, 72])
  })

  test('throws where the binding does', async () => {
    const quota = rateLimiterQuota({ limit: async () => Promise.reject(new Error('down')) })
    await expect(quota.reserve({ subject: 'a', tokens: 1 })).rejects.toThrow('down')
  })
})
