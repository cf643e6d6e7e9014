import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { durableObjectQuota, QuotaObject } from '../../src/quota/index.ts'
import type { ObjectNamespace } from '../../src/quota/index.ts'
import { granted, NOW, quotaSuite } from './suite.ts'

/** A namespace of its own for each quota: objects outlive the test that made them. */
let made = 0
function fresh(): ObjectNamespace {
  const scope = `${made++}:`
  return { idFromName: (name) => env.QUOTA.idFromName(scope + name), get: (id) => env.QUOTA.get(id) }
}

quotaSuite('durableObjectQuota()', (limits, now) => durableObjectQuota(fresh(), limits, { now }))

const LIMITS = { tokens: 100, windowMs: 60_000 }
const storedIn = (object: ReturnType<ObjectNamespace['get']>) =>
  runInDurableObject(object, async (_, { storage }) => ({ entries: [...(await storage.list()).values()], alarm: await storage.getAlarm() }))

describe('QuotaObject', () => {
  test('keeps one account, and removes it by its alarm when the window is over', async () => {
    const namespace = fresh()
    const object = namespace.get(namespace.idFromName('a'))
    const quota = durableObjectQuota(namespace, LIMITS)
    const before = Date.now()
    const { settle } = granted(await quota.reserve({ subject: 'a', tokens: 60 }))
    await settle(40)
    const { entries, alarm } = await storedIn(object)
    expect(entries).toEqual([{ start: expect.any(Number), windowMs: 60_000, requests: 1, tokens: 40 }])
    expect(alarm).toBeGreaterThanOrEqual(before + 60_000)
    expect(alarm).toBeLessThanOrEqual(Date.now() + 60_000)

    expect(await runDurableObjectAlarm(object)).toBe(true)
    expect(await storedIn(object)).toEqual({ entries: [], alarm: null })
    expect(granted(await quota.reserve({ subject: 'a', tokens: 0 })).remaining).toEqual({ tokens: 100 })
  })

  test('keeps a later window from the alarm of an earlier one', async () => {
    const namespace = fresh()
    const object = namespace.get(namespace.idFromName('a'))
    let time = NOW
    const quota = durableObjectQuota(namespace, LIMITS, { now: () => time })
    granted(await quota.reserve({ subject: 'a', tokens: 10 }))
    const first = (await storedIn(object)).alarm
    await new Promise((resolve) => setTimeout(resolve, 5))
    granted(await quota.reserve({ subject: 'a', tokens: 10 }))
    expect((await storedIn(object)).alarm).toBe(first)
    time += LIMITS.windowMs
    granted(await quota.reserve({ subject: 'a', tokens: 10 }))
    expect((await storedIn(object)).alarm).toBeGreaterThan(Number(first))
  })

  test('has its alarm ring by itself', async () => {
    const namespace = fresh()
    const object = namespace.get(namespace.idFromName('a'))
    granted(await durableObjectQuota(namespace, { tokens: 100, windowMs: 20.5 }).reserve({ subject: 'a', tokens: 10 }))
    await expect.poll(() => storedIn(object)).toEqual({ entries: [], alarm: null })
  })

  test('stores nothing for a settlement that finds no account', async () => {
    const namespace = fresh()
    const object = namespace.get(namespace.idFromName('a'))
    const quota = durableObjectQuota(namespace, LIMITS)
    const { settle } = granted(await quota.reserve({ subject: 'a', tokens: 60 }))
    await runDurableObjectAlarm(object)
    await settle(0)
    expect(await storedIn(object)).toEqual({ entries: [], alarm: null })
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
          setAlarm: async (time) => storage.setAlarm(time),
          deleteAll: async () => storage.deleteAll(),
        },
      })
      const body = JSON.stringify({ kind: 'reserve', tokens: 1, limits: { requests: 1, windowMs: 60_000 }, now: NOW })
      const ask = async (): Promise<unknown> => (await object.fetch(new Request('https://quota/', { method: 'POST', body }))).json()
      return [await ask(), await ask()]
    })
    expect(answers).toMatchObject([{ granted: true }, { granted: false }])
    expect(written).toEqual([{ start: NOW, windowMs: 60_000, requests: 1, tokens: 1 }])
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
