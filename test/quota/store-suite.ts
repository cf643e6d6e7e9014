/**
 * What holds of quotas that stand side by side.
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { QuotaGrant } from '../../src/quota/index.ts'
import { granted, NOW } from './suite.ts'
import type { MakeQuota } from './suite.ts'

/** Opens a store that has counted nothing; what it gives makes quotas over it. */
export type OpenStore = () => MakeQuota

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const MINUTE = { requests: 60, windowMs: MINUTE_MS }
const DAY = { tokens: 1000, windowMs: DAY_MS }

/** Whether the quotas share a store or have one each. */
export function windowsSuite(name: string, openStore: OpenStore): void {
  describe(`${name} of two windows`, () => {
    test.each([
      ['the minute first', [MINUTE, DAY]],
      ['the day first', [DAY, MINUTE]],
    ])("spends a day's tokens once, while the minute's requests come back: %s", async (_, both) => {
      let time = NOW
      const make = openStore()
      const quotas = await Promise.all(both.map(async (limits) => make(limits, () => time)))
      let served = 0
      // Each 10 s for half an hour. 10 tokens each, of 20 that are reserved.
      for (let count = 0; count < 180; count++, time += 10_000) {
        const grants: QuotaGrant[] = []
        for (const quota of quotas) {
          const verdict = await quota.reserve({ subject: 'a', tokens: 20 })
          if (verdict.granted) grants.push(verdict)
          else expect(verdict, `request ${count}`).toEqual({ granted: false, limit: 'tokens', retryAfterMs: NOW + DAY_MS - time })
        }
        const minute = grants.find(({ limits }) => limits?.requests)
        expect(minute, `request ${count}`).toMatchObject({ remaining: { requests: 59 - (count % 6) }, resetMs: MINUTE_MS - (count % 6) * 10_000 })
        const isServed = grants.length === quotas.length
        if (isServed) served++
        await Promise.all(grants.map(async ({ settle }) => settle(isServed ? 10 : 0)))
      }
      expect(served).toBe(100)
      time = NOW + DAY_MS
      for (const quota of quotas) expect(Object.values(granted(await quota.reserve({ subject: 'a', tokens: 1 })).remaining ?? {})).toEqual([quota === quotas[both.indexOf(DAY)] ? 999 : 59])
    })

    test('settles in the account in which it reserved, though both windows began at once', async () => {
      const make = openStore()
      const [short, long] = [await make({ tokens: 100, windowMs: MINUTE_MS }, () => NOW), await make(DAY, () => NOW)]
      const given = { tokens: 500, windowMs: DAY_MS }
      const ask = async (tokens: number) => [
        granted(await short.reserve({ subject: 'a', tokens })),
        granted(await long.reserve({ subject: 'a', tokens })),
        granted(await long.reserve({ subject: 'a', tokens, limits: given })),
      ]
      const left = async () => (await ask(0)).map(({ remaining }) => remaining?.tokens)
      const grants = await ask(50)
      expect(await left()).toEqual([50, 950, 450])
      await grants[0]?.settle(10)
      expect(await left()).toEqual([90, 950, 450])
      await grants[1]?.settle(20)
      expect(await left()).toEqual([90, 980, 450])
      await grants[2]?.settle(60)
      expect(await left()).toEqual([90, 980, 440])
    })

    test('counts limits that are given in one account, whatever their window is each time, and the first tells when it ends', async () => {
      let time = NOW
      const quota = await openStore()({ tokens: 10, windowMs: MINUTE_MS }, () => time)
      // As the budget of a token is: it ends when the token does.
      const spend = async (tokens: number) => quota.reserve({ subject: 'a', tokens, limits: { tokens: 100, windowMs: NOW + 600_000 - time } })
      for (const left of [70, 40, 10]) {
        expect(granted(await spend(30))).toMatchObject({ remaining: { tokens: left }, resetMs: NOW + 600_000 - time })
        time += 100_001
      }
      await granted(await spend(30)).settle(10)
      expect(await spend(1)).toEqual({ granted: false, limit: 'tokens', retryAfterMs: NOW + 600_000 - time })
      // The quota's own are spent by none of it.
      expect(granted(await quota.reserve({ subject: 'a', tokens: 1 })).remaining).toEqual({ tokens: 9 })
      time = NOW + 599_999
      expect(await spend(1)).toMatchObject({ granted: false, retryAfterMs: 1 })
    })
  })
}

/** Where quotas that were made apart share a store: isolates do. */
export function sharingSuite(name: string, openStore: OpenStore): void {
  describe(`${name} over a shared store`, () => {
    test('counts quotas of the same window and units in one account, whatever their amounts are', async () => {
      const make = openStore()
      const [one, same, raised] = [await make(DAY, () => NOW), await make({ ...DAY }, () => NOW), await make({ ...DAY, tokens: 1500 }, () => NOW)]
      const { settle } = granted(await one.reserve({ subject: 'a', tokens: 900 }))
      expect(granted(await same.reserve({ subject: 'a', tokens: 50 })).remaining).toEqual({ tokens: 50 })
      await settle(950)
      expect(await same.reserve({ subject: 'a', tokens: 1 })).toMatchObject({ granted: false, limit: 'tokens' })
      expect(granted(await raised.reserve({ subject: 'a', tokens: 0 })).remaining).toEqual({ tokens: 500 })
    })

    test('counts quotas of other units apart, though their windows are the same', async () => {
      const make = openStore()
      const quotas = [await make({ requests: 10, windowMs: DAY_MS }, () => NOW), await make(DAY, () => NOW), await make({ requests: 10, tokens: 1000, windowMs: DAY_MS }, () => NOW)]
      for (const [requests, tokens] of [[9, 900], [8, 800]]) {
        const remaining = []
        for (const quota of quotas) remaining.push(granted(await quota.reserve({ subject: 'a', tokens: 100 })).remaining)
        expect(remaining).toEqual([{ requests }, { tokens }, { requests, tokens }])
      }
    })

    test('counts limits that are given in one account, by whichever quota', async () => {
      const make = openStore()
      const [short, long] = [await make({ tokens: 10, windowMs: MINUTE_MS }, () => NOW), await make(DAY, () => NOW)]
      expect(granted(await short.reserve({ subject: 'a', tokens: 60, limits: { tokens: 100, windowMs: 5000 } })).remaining).toEqual({ tokens: 40 })
      await granted(await long.reserve({ subject: 'a', tokens: 60, limits: { tokens: 100, windowMs: 4000 } })).settle(40)
      expect(await short.reserve({ subject: 'a', tokens: 1, limits: { tokens: 100, windowMs: 3000 } })).toEqual({ granted: false, limit: 'tokens', retryAfterMs: 5000 })
    })
  })
}
