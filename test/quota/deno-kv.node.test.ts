import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { denoKvQuota } from '../../src/quota/index.ts'
import type { KvDatabase, KvTransaction } from '../../src/quota/index.ts'
import { startDeno } from './deno.ts'
import type { DenoKv } from './deno.ts'
import { sharingSuite, windowsSuite } from './store-suite.ts'
import { granted, NOW, quotaSuite } from './suite.ts'

describe('a database in memory', () => {
  let deno: DenoKv
  beforeAll(() => void (deno = startDeno()))
  afterAll(async () => {
    expect(await deno.stop()).toEqual({ status: 0, errors: '' })
  })

  quotaSuite('denoKvQuota()', async (limits, now) => deno.makeQuota(limits, now))

  let opened = 0
  for (const suite of [windowsSuite, sharingSuite]) {
    suite('denoKvQuota()', () => {
      const prefix = `store-${opened++}`
      return async (limits, now) => deno.makeQuota(limits, now, prefix)
    })
  }

  test('denoKvQuota() has room in its keys for the longest subject, the longest account and 400 bytes of prefix', async () => {
    const prefix = 'p'.repeat(400)
    const quota = await deno.makeQuota({ requests: 1, tokens: 100, windowMs: 1_234_567.890123456 }, () => NOW, prefix)
    for (const subject of ['語'.repeat(500), '\0'.repeat(500), '語'.repeat(700)]) await granted(await quota.reserve({ subject, tokens: 30 })).settle(20)
    expect(await deno.stored(prefix)).toHaveLength(3)
  })

  test('denoKvQuota() keeps one entry for each account of a subject, under its prefix', async () => {
    const quota = await deno.makeQuota({ tokens: 100, windowMs: 60_000 }, () => NOW, 'prefix')
    for (const subject of ['a', 'b', 'b']) await granted(await quota.reserve({ subject, tokens: 30 })).settle(20)
    await granted(await quota.reserve({ subject: 'a', tokens: 30, limits: { tokens: 100, windowMs: 1000 } })).settle(10)
    expect(await deno.stored('prefix')).toEqual([
      { key: ['prefix', 'a', 'given'], value: { start: NOW, windowMs: 1000, requests: 1, tokens: 10 } },
      { key: ['prefix', 'a', 'tokens 60000'], value: { start: NOW, windowMs: 60_000, requests: 1, tokens: 20 } },
      { key: ['prefix', 'b', 'tokens 60000'], value: { start: NOW, windowMs: 60_000, requests: 2, tokens: 40 } },
    ])
  })
})

describe('a database in a file', () => {
  let folder: string
  let both: readonly DenoKv[]
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyless-chat-test-'))
    both = [startDeno(folder), startDeno(folder)]
  })
  afterAll(async () => {
    const ended = await Promise.all(both.map(async (deno) => deno.stop()))
    rmSync(folder, { recursive: true })
    expect(ended).toEqual([{ status: 0, errors: '' }, { status: 0, errors: '' }])
  })

  test('denoKvQuota() is exact while two processes reserve and settle at once', async () => {
    let calls = 0
    const quotas = await Promise.all(both.map(async (deno) => deno.makeQuota({ tokens: 1000, windowMs: 3600_000 }, () => NOW - calls++, 'race')))
    const verdicts = await Promise.all(quotas.flatMap((quota) => Array.from({ length: 50 }, () => quota.reserve({ subject: 'a', tokens: 30 }))))
    const grants = verdicts.filter((verdict) => verdict.granted)
    // 33 are 990, so that one more may come.
    expect(grants).toHaveLength(34)
    await Promise.all(grants.map(async ({ settle }) => settle(10)))
    for (const quota of quotas) expect(granted(await quota.reserve({ subject: 'a', tokens: 0 })).remaining).toEqual({ tokens: 660 })
  }, 60_000)
})

test('denoKvQuota() has the database remove what it stored', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyless-chat-test-'))
  try {
    const first = startDeno(folder)
    granted(await (await first.makeQuota({ tokens: 100, windowMs: 20.5 }, () => NOW, 'expires')).reserve({ subject: 'a', tokens: 30 }))
    granted(await (await first.makeQuota({ tokens: 100, windowMs: 3600_000 }, () => NOW, 'stays')).reserve({ subject: 'a', tokens: 30 }))
    expect(await first.stop()).toMatchObject({ status: 0 })
    // It looks for what has expired when it opens a file, and once a minute.
    const second = startDeno(folder)
    await expect.poll(async () => second.stored('expires'), { timeout: 30_000 }).toEqual([])
    expect(await second.stored('stays')).toHaveLength(1)
    expect(await second.stop()).toMatchObject({ status: 0 })
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 60_000)

// What no database can be brought to do at will.
function staged(value: unknown, commit: () => Promise<{ readonly ok: boolean }>): KvDatabase {
  const transaction: KvTransaction = { check: () => transaction, set: () => transaction, commit }
  return { get: async (key) => ({ key, value, versionstamp: null }), atomic: () => transaction }
}

test('denoKvQuota() gives up on a key that others write without end', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const commit = vi.fn(async () => ({ ok: false }))
  const quota = denoKvQuota(staged(null, commit), { tokens: 1, windowMs: 1000 })
  await expect(quota.reserve({ subject: 'a', tokens: 1 })).rejects.toThrow('Cannot count as the key of one subject was written 500 times meanwhile')
  expect(commit).toHaveBeenCalledTimes(500)
})

test('denoKvQuota() throws what the database throws, and does not try again, as it may have written', async () => {
  const commit = vi.fn(async () => Promise.reject(new Error('down')))
  await expect(denoKvQuota(staged(null, commit), { tokens: 1, windowMs: 1000 }).reserve({ subject: 'a', tokens: 1 })).rejects.toThrow('down')
  expect(commit).toHaveBeenCalledOnce()
})

test('denoKvQuota() writes nothing for a refusal', async () => {
  const commit = vi.fn(async () => ({ ok: true }))
  const quota = denoKvQuota(staged({ start: NOW, windowMs: 1000, requests: 1, tokens: 1 }, commit), { requests: 1, windowMs: 1000 }, { now: () => NOW })
  expect(await quota.reserve({ subject: 'a', tokens: 1 })).toMatchObject({ granted: false })
  expect(commit).not.toHaveBeenCalled()
})
