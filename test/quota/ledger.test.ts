import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { enter, quotaOf } from '../../src/quota/ledger.ts'
import type { Ledger, LedgerAnswer, LedgerEntry } from '../../src/quota/ledger.ts'
import type { Quota, QuotaGrant, QuotaLimits } from '../../src/quota/quota.ts'

const NOW = 1_800_000_000_000

/** One account, whatever its name is, which shows what was entered. */
class Account {
  ledger: Ledger | undefined
  readonly entries: LedgerEntry[] = []
  readonly quota: Quota
  time = NOW

  constructor(limits: QuotaLimits) {
    const book = async (_: string, entry: LedgerEntry): Promise<LedgerAnswer | undefined> => {
      this.entries.push(entry)
      const { ledger, answer } = enter(this.ledger, entry)
      // As engines store it.
      this.ledger = structuredClone(ledger)
      return answer
    }
    this.quota = quotaOf(book, limits, () => this.time)
  }

  /** Reserves; `undefined` where that is refused. */
  async reserve(tokens: number, limits?: QuotaLimits): Promise<QuotaGrant | undefined> {
    const verdict = await this.quota.reserve({ subject: 'a', tokens, ...(limits && { limits }) })
    return verdict.granted ? verdict : undefined
  }
}

interface Step {
  readonly kind: 'reserve' | 'settle' | 'wait'
  /** Tokens to reserve, or milliseconds to wait. */
  readonly amount: number
  /** Which of the open reservations is settled, and how much of it was used: from 0 to 1. */
  readonly which: number
  readonly share: number
}

const unit = fc.double({ min: 0, max: 1, noNaN: true })
const steps = fc.array(fc.record<Step>({ kind: fc.constantFrom('reserve', 'reserve', 'settle', 'wait'), amount: fc.integer({ min: 0, max: 400 }), which: unit, share: unit }), { maxLength: 60 })
const limit = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0.01, max: 50, noNaN: true }))

describe('quotaOf()', () => {
  test('never overspends by more than one reservation, whatever the order of reserves and settles', async () => {
    await fc.assert(
      fc.asyncProperty(limit, steps, async (tokens, all) => {
        const account = new Account({ tokens, windowMs: 1000 })
        /** What a window has used and still holds back; the witness, kept in another way than the ledger. */
        let charged: number[] = []
        let start = NOW
        const open: { readonly grant: QuotaGrant; readonly amount: number; readonly charge: number; readonly start: number }[] = []
        for (const { kind, amount, which, share } of all) {
          if (kind === 'wait') account.time += amount
          else if (kind === 'reserve') {
            const before = charged.reduce((sum, value) => sum + value, 0)
            if (account.time >= start + 1000) start = NaN
            const grant = await account.reserve(amount)
            if (!grant) continue
            if (Number.isNaN(start) || charged.length === 0) [start, charged] = [account.time, []]
            else expect(before).toBeLessThan(tokens)
            open.push({ grant, amount, charge: charged.push(amount) - 1, start })
          } else {
            const [reservation] = open.splice(Math.floor(which * open.length), 1)
            if (!reservation) continue
            const used = Math.floor(reservation.amount * share)
            await reservation.grant.settle(used)
            if (reservation.start === start) charged[reservation.charge] = used
          }
          const sum = charged.reduce((total, value) => total + value, 0)
          expect(sum).toBeLessThan(tokens + 400)
          if (!Number.isNaN(start)) expect(account.ledger?.tokens ?? 0).toBe(sum)
        }
      }),
    )
  })

  test('grants no more requests than their limit, whatever is settled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), steps, async (requests, all) => {
        const account = new Account({ requests, tokens: 1e9, windowMs: 1000 })
        const grants: QuotaGrant[] = []
        for (const { kind, amount, which } of all) {
          if (kind !== 'settle') grants.push(...[(await account.reserve(amount)) ?? []].flat())
          else await grants[Math.floor(which * grants.length)]?.settle(0)
        }
        expect(grants).toHaveLength(Math.min(requests, all.filter(({ kind }) => kind !== 'settle').length))
      }),
    )
  })

  test('settles each reservation once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 10 }), async (uses) => {
        const account = new Account({ tokens: 1000, windowMs: 1000 })
        await account.reserve(100)
        const grant = await account.reserve(100)
        await Promise.all(uses.map(async (used) => grant?.settle(used)))
        expect(account.ledger?.tokens).toBe(100 + (uses[0] ?? Number.NaN))
        expect(account.entries.filter(({ kind }) => kind === 'settle').length).toBe(uses[0] === 100 ? 0 : 1)
      }),
    )
  })

  test('asks nothing of the engine when a request used all that it reserved', async () => {
    const account = new Account({ tokens: 1000, windowMs: 1000 })
    const grant = await account.reserve(100)
    await grant?.settle(100)
    await grant?.settle(0)
    expect(account.entries.map(({ kind }) => kind)).toEqual(['reserve'])
  })

  test('changes nothing in a later window when it settles', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1000, max: 1e9 }), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 1e6 }), async (later, reserved, used) => {
        const account = new Account({ tokens: 1000, windowMs: 1000 })
        const grant = await account.reserve(reserved)
        account.time += later
        await account.reserve(70)
        const before = account.ledger
        await grant?.settle(used)
        expect(account.ledger).toEqual(before)
      }),
    )
  })

  test('never keeps a subject out for longer than two windows, wherever its clock jumps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: -1e9, max: 1e9 }), async (windowMs, jump) => {
        const account = new Account({ requests: 1, windowMs })
        await account.reserve(1)
        account.time += jump
        const verdict = await account.quota.reserve({ subject: 'a', tokens: 1 })
        expect(verdict.granted).toBe(jump >= windowMs || jump < -windowMs)
        if (verdict.granted) return
        expect(verdict.retryAfterMs).toBeGreaterThan(0)
        expect(verdict.retryAfterMs).toBeLessThanOrEqual(2 * windowMs)
      }),
    )
  })

  test('grants no more when callers whose clocks differ come in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -499, max: 499 }), { minLength: 1, maxLength: 50 }), async (clocks) => {
        const account = new Account({ requests: 3, windowMs: 1000 })
        let count = 0
        for (const clock of clocks) {
          account.time = NOW + clock
          if (await account.reserve(1)) count++
        }
        expect(count).toBe(Math.min(3, clocks.length))
      }),
    )
  })

  test('says exactly when there is more', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 1e6 }), unit, fc.constantFrom<'requests' | 'tokens'>('requests', 'tokens'), async (windowMs, share, what) => {
        const account = new Account({ [what]: 1, windowMs })
        await account.reserve(1)
        account.time += Math.floor(share * (windowMs - 1))
        const refusal = await account.quota.reserve({ subject: 'a', tokens: 1 })
        if (refusal.granted) throw new Error('was granted')
        expect(refusal.limit).toBe(what)
        account.time += refusal.retryAfterMs - 1
        expect(await account.reserve(1)).toBeUndefined()
        account.time += 1
        expect(await account.reserve(1)).toMatchObject({ resetMs: windowMs })
      }),
    )
  })

  test("holds a subject to its own limits in place of the quota's, and says which", async () => {
    await fc.assert(
      fc.asyncProperty(limit, limit, async (own, other) => {
        const account = new Account({ tokens: own, windowMs: 1000 })
        const limits = { tokens: other, windowMs: 3000 }
        const grant = await account.reserve(1, limits)
        expect(grant).toMatchObject({ limits, remaining: { tokens: Math.max(0, other - 1) }, resetMs: 3000 })
        let count = 1
        while (await account.reserve(1, limits)) count++
        expect(count).toBe(Math.ceil(other))
      }),
      { numRuns: 30 },
    )
  })

  test('never says that less than nothing remains', async () => {
    await fc.assert(
      fc.asyncProperty(limit, limit, steps, async (requests, tokens, all) => {
        const account = new Account({ requests, tokens, windowMs: 1000 })
        const grants: QuotaGrant[] = []
        for (const { kind, amount, which, share } of all) {
          if (kind === 'wait') account.time += (which < 0.3 ? -5 : 1) * amount
          else if (kind === 'settle') await grants[Math.floor(which * grants.length)]?.settle(Math.floor(amount * share * 3))
          else {
            const grant = await account.reserve(amount)
            if (!grant) continue
            grants.push(grant)
            for (const left of Object.values(grant.remaining ?? {})) expect(left).toBeGreaterThanOrEqual(0)
          }
          expect(account.ledger?.tokens ?? 0).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })

  test.each<[QuotaLimits, string]>([
    [{ tokens: 5, requests: 1, windowMs: 60_000 }, 'requests tokens 60000'],
    [{ requests: 1, windowMs: 6e4, tokens: 500 }, 'requests tokens 60000'],
    [{ requests: 1, windowMs: 60_000 }, 'requests 60000'],
    [{ tokens: 1, windowMs: 20.5 }, 'tokens 20.5'],
    [{ windowMs: 1000 }, '1000'],
    [{ tokens: 1, windowMs: 1000, ['x'.repeat(9000)]: 1 }, 'tokens 1000'],
  ])('names the account by the units and the window, and settles where it reserved: %j', async (limits, name) => {
    const account = new Account(limits)
    await (await account.reserve(5))?.settle(4)
    expect(account.entries).toMatchObject([{ kind: 'reserve', account: name }, { kind: 'settle', account: name }])
  })

  test('names one account for all limits that are given, the very ones of the quota too', async () => {
    const own = { tokens: 100, windowMs: 1000 }
    const account = new Account(own)
    for (const limits of [own, { tokens: 100, windowMs: 999 }, { requests: 1000, windowMs: 1000 }]) await (await account.reserve(5, limits))?.settle(4)
    expect(account.entries.map((entry) => entry.account)).toEqual(Array(6).fill('given'))
  })

  test('throws where the engine gives no answer', async () => {
    const quota = quotaOf(async () => undefined, { tokens: 1, windowMs: 1 }, () => NOW)
    await expect(quota.reserve({ subject: 'a', tokens: 1 })).rejects.toThrow('Cannot reserve as the engine gave no answer')
  })

  test('does not say twice what it could not settle', async () => {
    let down = false
    let settled = 0
    const quota = quotaOf(
      async (_, entry) => {
        if (entry.kind === 'settle') settled++
        if (down) throw new Error('down')
        return enter(undefined, entry).answer
      },
      { tokens: 10, windowMs: 1000 },
      () => NOW,
    )
    const verdict = await quota.reserve({ subject: 'a', tokens: 5 })
    if (!verdict.granted) throw new Error('was refused')
    down = true
    await expect(verdict.settle(1)).rejects.toThrow('down')
    await verdict.settle(1)
    // It may have been counted before the engine failed.
    expect(settled).toBe(1)
  })
})

describe('enter()', () => {
  test('takes back no more than an account holds', () => {
    const ledger = { start: NOW, windowMs: 1000, requests: 1, tokens: 5 }
    expect(enter(ledger, { kind: 'settle', account: 'a', start: NOW, back: 6 }).ledger).toEqual({ ...ledger, tokens: 0 })
  })

  test('keeps the same ledger for what changes nothing, so that engines need not write', () => {
    const { ledger } = enter(undefined, { kind: 'reserve', account: 'a', tokens: 5, limits: { requests: 1, windowMs: 1000 }, now: NOW })
    expect(enter(ledger, { kind: 'reserve', account: 'a', tokens: 5, limits: { requests: 1, windowMs: 1000 }, now: NOW }).ledger).toBe(ledger)
    expect(enter(ledger, { kind: 'settle', account: 'a', start: NOW - 1, back: 5 }).ledger).toBe(ledger)
    expect(enter(undefined, { kind: 'settle', account: 'a', start: NOW, back: 5 })).toEqual({ ledger: undefined, answer: undefined })
  })

  test('enters and answers what survives JSON, as it is sent to a Durable Object', () => {
    const entry: LedgerEntry = { kind: 'reserve', account: 'a', tokens: 5, limits: { requests: 1, tokens: 9, windowMs: 1000 }, now: NOW }
    const entered = enter(undefined, JSON.parse(JSON.stringify(entry)) as LedgerEntry)
    expect(JSON.parse(JSON.stringify(entered))).toEqual(enter(undefined, entry))
  })
})
