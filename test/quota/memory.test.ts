import { afterEach, describe, expect, test, vi } from 'vitest'
import { memoryQuota } from '../../src/quota/index.ts'
import type { Quota, QuotaLimits } from '../../src/quota/index.ts'
import { windowsSuite } from './store-suite.ts'
import { granted, NOW, quotaSuite } from './suite.ts'

quotaSuite('memoryQuota()', (limits, now) => memoryQuota(limits, { now }))
windowsSuite('memoryQuota()', () => (limits, now) => memoryQuota(limits, { now }))

afterEach(() => void vi.unstubAllGlobals())

/** A quota, and how many subjects it held at most and looked through in all. */
function watched(limits: QuotaLimits, now: () => number): { readonly quota: Quota; readonly seen: { most: number; visits: number } } {
  const seen = { most: 0, visits: 0 }
  class Watched<Key, Value> extends Map<Key, Value> {
    override set(key: Key, value: Value): this {
      super.set(key, value)
      seen.most = Math.max(seen.most, this.size)
      return this
    }

    override *[Symbol.iterator](): MapIterator<[Key, Value]> {
      for (const entry of super.entries()) {
        seen.visits++
        yield entry
      }
      return undefined
    }
  }
  vi.stubGlobal('Map', Watched)
  const quota = memoryQuota(limits, { now })
  vi.unstubAllGlobals()
  return { quota, seen }
}

const MANY = 100_000

describe('memoryQuota()', () => {
  test('takes its time from the clock when it is lent none', async () => {
    const quota = memoryQuota({ requests: 1, windowMs: 3600_000 })
    expect(granted(await quota.reserve({ subject: 'a', tokens: 1 })).resetMs).toBe(3600_000)
    expect(await quota.reserve({ subject: 'a', tokens: 1 })).toMatchObject({ granted: false, limit: 'requests' })
  })

  test('holds twice as many subjects at the most as have a window', async () => {
    let time = NOW
    const { quota, seen } = watched({ requests: 1, windowMs: 1000 }, () => time)
    for (let count = 0; count < MANY; count++, time++) granted(await quota.reserve({ subject: `${count}`, tokens: 1 }))
    expect(seen.most).toBeGreaterThan(999)
    expect(seen.most).toBeLessThanOrEqual(2001)
  })

  test('looks through a subject a few times at the most while all have a window, and lets go of none', async () => {
    const { quota, seen } = watched({ requests: 1, windowMs: 1000 }, () => NOW)
    for (let count = 0; count < MANY; count++) granted(await quota.reserve({ subject: `${count}`, tokens: 1 }))
    expect(seen.most).toBe(MANY)
    expect(seen.visits).toBeGreaterThan(0)
    expect(seen.visits).toBeLessThan(2 * MANY)
    for (const subject of ['0', '1000', `${MANY - 1}`]) expect(await quota.reserve({ subject, tokens: 1 })).toMatchObject({ granted: false })
  })

  test('lets go of windows from which its clock jumped back', async () => {
    let time = NOW
    const { quota, seen } = watched({ requests: 1, windowMs: 1000 }, () => time)
    for (let count = 0; count < 1000; count++) granted(await quota.reserve({ subject: `${count}`, tokens: 1 }))
    time -= 1_000_000
    for (let count = 0; count < 1000; count++) granted(await quota.reserve({ subject: `later ${count}`, tokens: 1 }))
    expect(seen.most).toBe(1000)
  })

  test('holds nothing for a settlement that finds no account', async () => {
    let time = NOW
    const { quota, seen } = watched({ requests: 1, tokens: 9, windowMs: 1000 }, () => time)
    const { settle } = granted(await quota.reserve({ subject: 'a', tokens: 1 }))
    time += 1000
    for (let count = 0; count < 1000; count++) granted(await quota.reserve({ subject: `${count}`, tokens: 1 }))
    await settle(0)
    expect(seen.most).toBe(1000)
  })
})
