/**
 * What holds of every engine that counts tokens.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { Quota, QuotaGrant, QuotaLimits, QuotaRefusal } from '../../src/quota/index.ts'

/** Makes a quota that has counted nothing; `now` is its clock. */
export type MakeQuota = (limits: QuotaLimits, now: () => number) => Quota | Promise<Quota>

export const NOW = 1_800_000_000_000

/** Narrows a verdict. */
export function granted(verdict: QuotaGrant | QuotaRefusal): QuotaGrant {
  if (!verdict.granted) throw new Error(`Cannot go on as ${verdict.limit} were refused for ${verdict.retryAfterMs} ms`)
  return verdict
}

const LONG = 'é'.repeat(1024)

/** Pairs that an engine could take for one: of names that objects have, of forms of a letter, of names too long for a key, of what UTF-8 cannot say. */
const SUBJECTS = [
  '', ' ', '\0', '\0\0', '/', '..', '__proto__', 'constructor', 'toString',
  'é', 'e\u0301', 'É', '日本語', '👩‍👩‍👧', '\uD83D\uDC69', '\uD83D', '\uDC69', '\uFFFD',
  LONG, `${LONG}a`, `a${LONG}`, 'x'.repeat(2048), 'x'.repeat(500), 'x'.repeat(501), `${'x'.repeat(100_000)}`,
]

/** Runs the suite over one engine. */
export function quotaSuite(name: string, makeQuota: MakeQuota): void {
  const make = async (limits: QuotaLimits, now: () => number = () => NOW): Promise<Quota> => makeQuota(limits, now)

  describe(name, () => {
    test('grants what the limits allow, and says what is left', async () => {
      const limits = { requests: 3, tokens: 100, windowMs: 1000 }
      let time = NOW
      const quota = await make(limits, () => time)
      expect(quota.countsTokens).toBe(true)
      expect(await quota.reserve({ subject: 'a', tokens: 30 })).toMatchObject({ granted: true, limits, remaining: { requests: 2, tokens: 70 }, resetMs: 1000 })
      time += 400
      expect(await quota.reserve({ subject: 'a', tokens: 90 })).toMatchObject({ granted: true, limits, remaining: { requests: 1, tokens: 0 }, resetMs: 600 })
    })

    test('says nothing of what it does not limit', async () => {
      const tokens = granted(await (await make({ tokens: 100, windowMs: 1000 })).reserve({ subject: 'a', tokens: 30 }))
      expect(tokens.remaining).toEqual({ tokens: 70 })
      const requests = granted(await (await make({ requests: 5, windowMs: 1000 })).reserve({ subject: 'b', tokens: 30 }))
      expect(requests.remaining).toEqual({ requests: 4 })
    })

    test('refuses when requests are used up, until the window ends', async () => {
      let time = NOW
      const quota = await make({ requests: 2, tokens: 100, windowMs: 1000 }, () => time)
      for (let count = 0; count < 2; count++) granted(await quota.reserve({ subject: 'a', tokens: 1 }))
      time += 999
      expect(await quota.reserve({ subject: 'a', tokens: 1 })).toEqual({ granted: false, limit: 'requests', retryAfterMs: 1 })
      time += 1
      expect(granted(await quota.reserve({ subject: 'a', tokens: 1 })).remaining).toEqual({ requests: 1, tokens: 99 })
    })

    test('refuses when tokens are used up, until the window ends', async () => {
      let time = NOW
      const quota = await make({ tokens: 100, windowMs: 1000 }, () => time)
      granted(await quota.reserve({ subject: 'a', tokens: 100 }))
      time += 250
      expect(await quota.reserve({ subject: 'a', tokens: 1 })).toEqual({ granted: false, limit: 'tokens', retryAfterMs: 750 })
      time += 750
      expect(granted(await quota.reserve({ subject: 'a', tokens: 1 })).remaining).toEqual({ tokens: 99 })
    })

    test('overspends by one reservation at the most when 100 come at once', async () => {
      const quota = await make({ tokens: 1000, windowMs: 60_000 })
      const verdicts = await Promise.all(Array.from({ length: 100 }, () => quota.reserve({ subject: 'a', tokens: 300 })))
      // 900 are not 1000, so that a fourth may come; a fifth may not.
      expect(verdicts.filter((verdict) => verdict.granted)).toHaveLength(4)
      expect(await quota.reserve({ subject: 'a', tokens: 0 })).toMatchObject({ granted: false, limit: 'tokens' })
    })

    test('grants as many requests as it says when 100 come at once with clocks that differ', async () => {
      let calls = 0
      const quota = await make({ requests: 10, windowMs: 60_000 }, () => NOW - calls++)
      const verdicts = await Promise.all(Array.from({ length: 100 }, () => quota.reserve({ subject: 'a', tokens: 1 })))
      expect(verdicts.filter((verdict) => verdict.granted)).toHaveLength(10)
    })

    test('takes back what a request did not use, once, however often and at once it is said', async () => {
      const quota = await make({ tokens: 100, windowMs: 1000 })
      const { settle } = granted(await quota.reserve({ subject: 'a', tokens: 60 }))
      granted(await quota.reserve({ subject: 'a', tokens: 40 }))
      expect(await quota.reserve({ subject: 'a', tokens: 1 })).toMatchObject({ granted: false })
      await Promise.all([settle(50), settle(0), settle(0)])
      await settle(0)
      expect(granted(await quota.reserve({ subject: 'a', tokens: 1 })).remaining).toEqual({ tokens: 9 })
    })

    test('counts what a request used beyond its reservation', async () => {
      const quota = await make({ tokens: 100, windowMs: 1000 })
      await granted(await quota.reserve({ subject: 'a', tokens: 10 })).settle(99)
      granted(await quota.reserve({ subject: 'a', tokens: 10 }))
      expect(await quota.reserve({ subject: 'a', tokens: 1 })).toMatchObject({ granted: false, limit: 'tokens' })
    })

    test('loses nothing when 50 settle at once', async () => {
      const quota = await make({ tokens: 1000, windowMs: 60_000 })
      const grants = await Promise.all(Array.from({ length: 50 }, async () => granted(await quota.reserve({ subject: 'a', tokens: 10 }))))
      await Promise.all(grants.map(async ({ settle }, index) => settle(index % 10)))
      // 0 to 9, five times.
      expect(granted(await quota.reserve({ subject: 'a', tokens: 0 })).remaining).toEqual({ tokens: 1000 - 225 })
    })

    test('takes nothing back in a later window', async () => {
      let time = NOW
      const quota = await make({ tokens: 100, windowMs: 1000 }, () => time)
      const { settle } = granted(await quota.reserve({ subject: 'a', tokens: 100 }))
      time += 1000
      granted(await quota.reserve({ subject: 'a', tokens: 50 }))
      await settle(0)
      expect(granted(await quota.reserve({ subject: 'a', tokens: 0 })).remaining).toEqual({ tokens: 50 })
    })

    test("holds a subject to its own limits in place of the quota's", async () => {
      const quota = await make({ requests: 1, tokens: 10, windowMs: 1000 })
      const limits = { tokens: 500, windowMs: 5000 }
      const grant = await quota.reserve({ subject: 'a', tokens: 200, limits })
      expect(grant).toMatchObject({ granted: true, limits, resetMs: 5000 })
      expect(granted(grant).remaining).toEqual({ tokens: 300 })
      granted(await quota.reserve({ subject: 'a', tokens: 300, limits }))
      expect(await quota.reserve({ subject: 'a', tokens: 1, limits })).toEqual({ granted: false, limit: 'tokens', retryAfterMs: 5000 })
    })

    test('counts each subject apart, whatever it is called', async () => {
      const quota = await make({ tokens: 10, windowMs: 60_000 })
      // One after another, so that the first pair that shares an account is named.
      for (const subject of SUBJECTS) {
        const label = `${JSON.stringify(subject).slice(0, 20)} (${subject.length})`
        expect(await quota.reserve({ subject, tokens: 10 }), label).toMatchObject({ granted: true })
        expect(await quota.reserve({ subject, tokens: 10 }), label).toMatchObject({ granted: false, limit: 'tokens' })
      }
    })

    test.each([0, -1, Number.NaN, Infinity])('refuses limits of %s', async (value) => {
      for (const limits of [{ windowMs: value }, { windowMs: 1000, requests: value }, { windowMs: 1000, tokens: value }]) {
        await expect(make(limits)).rejects.toThrow(RangeError)
        await expect((await make({ windowMs: 1000 })).reserve({ subject: 'a', tokens: 1, limits })).rejects.toThrow(RangeError)
      }
    })

    test('refuses limits without a window', async () => {
      await expect(make({ tokens: 100 } as unknown as QuotaLimits)).rejects.toThrow('Cannot count as windowMs must be a finite number above 0: current value is undefined')
    })

    test.each([-1, Number.NaN, Infinity])('refuses to reserve %s tokens, and counts nothing', async (tokens) => {
      const quota = await make({ requests: 1, tokens: 100, windowMs: 1000 })
      await expect(quota.reserve({ subject: 'a', tokens })).rejects.toThrow(RangeError)
      expect(granted(await quota.reserve({ subject: 'a', tokens: 1 })).remaining).toEqual({ requests: 0, tokens: 99 })
    })

    test.each([-1, Number.NaN, Infinity])('refuses to settle %s tokens, and counts the whole reservation until it is settled', async (used) => {
      const quota = await make({ tokens: 100, windowMs: 1000 })
      const { settle } = granted(await quota.reserve({ subject: 'a', tokens: 60 }))
      await expect(settle(used)).rejects.toThrow(RangeError)
      expect(granted(await quota.reserve({ subject: 'a', tokens: 0 })).remaining).toEqual({ tokens: 40 })
      await settle(10)
      expect(granted(await quota.reserve({ subject: 'a', tokens: 0 })).remaining).toEqual({ tokens: 90 })
    })
  })
}
