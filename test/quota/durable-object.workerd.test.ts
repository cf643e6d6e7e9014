import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { durableObjectQuota, QuotaObject } from '../../src/quota/index.ts'
import type { ObjectNamespace } from '../../src/quota/index.ts'
import type { Ledger } from '../../src/quota/ledger.ts'
import { sharingSuite, windowsSuite } from './store-suite.ts'
import { granted, NOW, quotaSuite } from './suite.ts'

/** A namespace of its own for each quota: objects outlive the test that made them. */
let made = 0
function fresh(): ObjectNamespace {
  const scope = `${made++}:`
  return { idFromName: (name) => env.QUOTA.idFromName(scope + name), get: (id) => env.QUOTA.get(id) }
}

quotaSuite('durableObjectQuota()', (limits, now) => durableObjectQuota(fresh(), limits, { now }))

for (const suite of [windowsSuite, sharingSuite]) {
  suite('durableObjectQuota()', () => {
    const namespace = fresh()
    return (limits, now) => durableObjectQuota(namespace, limits, { now })
  })
}

const LIMITS = { tokens: 100, windowMs: 60_000 }
const HOUR = { tokens: 1000, windowMs: 3600_000 }
type Stub = ReturnType<ObjectNamespace['get']>
const storedIn = (object: Stub) =>
  runInDurableObject(object, async (_, { storage }) => ({ entries: Object.fromEntries(await storage.list()), alarm: await storage.getAlarm() }))
const kept = (object: Stub, account: string) => runInDurableObject(object, async (_, { storage }) => (await storage.get(account)) as { removableAt: number; ledger: Ledger } | undefined)

describe('QuotaObject', () => {
  test('keeps one account, and sets its alarm for when the window is over', async () => {
    const namespace = fresh()
    const object = namespace.get(namespace.idFromName('a'))
    const quota = durableObjectQuota(namespace, LIMITS)
    const before = Date.now()
    const { settle } = granted(await quota.reserve({ subject: 'a', tokens: 60 }))
    await settle(40)
    const { entries, alarm } = await storedIn(object)
    expect(entries).toEqual({ 'tokens 60000': { ledger: { start: expect.any(Number), windowMs: 60_000, requests: 1, tokens: 40 }, removableAt: alarm } })
    expect(alarm).toBeGreaterThanOrEqual(before + 60_000)
    expect(alarm).toBeLessThanOrEqual(Date.now() + 60_000)
  })

  // A clock that the object does not share, as that of a caller may be.
  test.each([0, NOW, 4e12])('keeps what is not over from an alarm that rings before, and sets it again: clock at %s', async (time) => {
    const namespace = fresh()
    const object = namespace.get(namespace.idFromName('a'))
    const quotas = [LIMITS, HOUR, { tokens: 9000, windowMs: 86_400_000 }].map((limits) => durableObjectQuota(namespace, limits, { now: () => time }))
    for (const quota of quotas) granted(await quota.reserve({ subject: 'a', tokens: 60 }))
    const before = await storedIn(object)
    expect(Object.keys(before.entries)).toEqual(['tokens 3600000', 'tokens 60000', 'tokens 86400000'])
    expect(await runDurableObjectAlarm(object)).toBe(true)
    expect(await storedIn(object)).toEqual(before)
  })

  test('keeps a later window from the alarm of an earlier one', async () => {
    const namespace = fresh()
    const object = namespace.get(namespace.idFromName('a'))
    let time = NOW
    const quota = durableObjectQuota(namespace, LIMITS, { now: () => time })
    granted(await quota.reserve({ subject: 'a', tokens: 10 }))
    const first = await kept(object, 'tokens 60000')
    await new Promise((resolve) => setTimeout(resolve, 5))
    granted(await quota.reserve({ subject: 'a', tokens: 10 }))
    expect(await kept(object, 'tokens 60000')).toMatchObject({ removableAt: first?.removableAt })
    time += LIMITS.windowMs
    granted(await quota.reserve({ subject: 'a', tokens: 10 }))
    const second = await kept(object, 'tokens 60000')
    expect(second?.removableAt).toBeGreaterThan(Number(first?.removableAt))
    expect(await storedIn(object)).toMatchObject({ alarm: first?.removableAt })
    await runDurableObjectAlarm(object)
    expect(await storedIn(object)).toEqual({ entries: { 'tokens 60000': second }, alarm: second?.removableAt })
  })

  const SHORT = { requests: 5, windowMs: 30 }
  test.each([
    ['the shorter first', [SHORT, HOUR]],
    ['the longer first', [HOUR, SHORT]],
  ])('has its alarm remove of two windows the one that is over, and then ring for the other: %s', async (_, both) => {
    const namespace = fresh()
    const object = namespace.get(namespace.idFromName('a'))
    const quotas = both.map((limits) => durableObjectQuota(namespace, limits))
    for (const quota of quotas) granted(await quota.reserve({ subject: 'a', tokens: 10 }))
    const hour = await kept(object, 'tokens 3600000')
    expect(hour).toMatchObject({ ledger: { tokens: 10 } })
    await expect.poll(() => storedIn(object), { timeout: 4000 }).toEqual({ entries: { 'tokens 3600000': hour }, alarm: hour?.removableAt })
    // And again, with the hour's alarm set.
    for (const quota of quotas) granted(await quota.reserve({ subject: 'a', tokens: 10 }))
    await expect.poll(() => storedIn(object), { timeout: 4000 }).toEqual({ entries: { 'tokens 3600000': { ...hour, ledger: { ...hour?.ledger, requests: 2, tokens: 20 } } }, alarm: hour?.removableAt })
  })

  test('counts the same without its alarm, and sets it with the next window', async () => {
    const namespace = fresh()
    const object = namespace.get(namespace.idFromName('a'))
    let time = NOW
    const quotas = [LIMITS, HOUR].map((limits) => durableObjectQuota(namespace, limits, { now: () => time }))
    for (const quota of quotas) granted(await quota.reserve({ subject: 'a', tokens: 100 }))
    await runInDurableObject(object, async (_, { storage }) => storage.deleteAlarm())
    time += LIMITS.windowMs
    expect((await Promise.all(quotas.map((quota) => quota.reserve({ subject: 'a', tokens: 10 })))).map((verdict) => granted(verdict).remaining)).toEqual([{ tokens: 90 }, { tokens: 890 }])
    expect(await storedIn(object)).toMatchObject({ alarm: (await kept(object, 'tokens 60000'))?.removableAt })
  })

  test('has its alarm ring by itself', async () => {
    const namespace = fresh()
    const object = namespace.get(namespace.idFromName('a'))
    granted(await durableObjectQuota(namespace, { tokens: 100, windowMs: 20.5 }).reserve({ subject: 'a', tokens: 10 }))
    await expect.poll(() => storedIn(object)).toEqual({ entries: {}, alarm: null })
    // Nor does it keep what it stored of itself, as one that holds an account does.
    granted(await durableObjectQuota(namespace, HOUR).reserve({ subject: 'b', tokens: 10 }))
    const [ended, open] = await Promise.all([object, namespace.get(namespace.idFromName('b'))].map((one) => runInDurableObject(one, async (_, { storage }) => storage.sql.databaseSize)))
    expect(ended).toBeLessThan(Number(open))
  })

  test('stores nothing for a settlement that finds no account', async () => {
    const namespace = fresh()
    const object = namespace.get(namespace.idFromName('a'))
    const quota = durableObjectQuota(namespace, LIMITS)
    const { settle } = granted(await quota.reserve({ subject: 'a', tokens: 60 }))
    await runInDurableObject(object, async (_, { storage }) => {
      await storage.deleteAlarm()
      await storage.deleteAll()
    })
    await settle(0)
    expect(await storedIn(object)).toEqual({ entries: {}, alarm: null })
  })

  test('writes nothing for a refusal', async () => {
    const namespace = fresh()
    const written: unknown[] = []
    const answers = await runInDurableObject(namespace.get(namespace.idFromName('a')), async (_, { storage }) => {
      const object = new QuotaObject({
        storage: {
          get: async (key) => storage.get(key),
          put: async (key, value) => {
            written.push(value)
            await storage.put(key, value)
          },
          list: async () => storage.list(),
          delete: async (key) => storage.delete(key),
          getAlarm: async () => storage.getAlarm(),
          setAlarm: async (time) => storage.setAlarm(time),
          deleteAll: async () => storage.deleteAll(),
        },
      })
      const body = JSON.stringify({ kind: 'reserve', account: 'a', tokens: 1, limits: { requests: 1, windowMs: 60_000 }, now: NOW })
      const ask = async (): Promise<unknown> => (await object.fetch(new Request('https://quota/', { method: 'POST', body }))).json()
      return [await ask(), await ask()]
    })
    expect(answers).toMatchObject([{ granted: true }, { granted: false }])
    expect(written).toMatchObject([{ ledger: { start: NOW, windowMs: 60_000, requests: 1, tokens: 1 } }])
  })

  test('remembers a reservation when it was evicted', async () => {
    const namespace = fresh()
    const object = namespace.get(namespace.idFromName('a'))
    const quota = durableObjectQuota(namespace, LIMITS)
    const { settle } = granted(await quota.reserve({ subject: 'a', tokens: 100 }))
    const instance = () => runInDurableObject(object, async (it) => ((it as { seen?: boolean }).seen ?? ((it as { seen?: boolean }).seen = true, false)))
    expect([await instance(), await instance()]).toEqual([false, true])
    await evictDurableObject(object)
    expect(await instance()).toBe(false)
    expect(await quota.reserve({ subject: 'a', tokens: 1 })).toMatchObject({ granted: false, limit: 'tokens' })
    await settle(30)
    expect(granted(await quota.reserve({ subject: 'a', tokens: 0 })).remaining).toEqual({ tokens: 70 })
  })
})

test('durableObjectQuota() throws where the object answers with a failure', async () => {
  const quota = durableObjectQuota({ idFromName: (name) => name, get: () => ({ fetch: async () => new Response('down', { status: 500 }) }) }, LIMITS)
  await expect(quota.reserve({ subject: 'a', tokens: 1 })).rejects.toThrow('Cannot count as the Durable Object answered with status 500')
})
