// Waits from the Azure SDK's and openai-node's own tests.
import { describe, expect, test } from 'vitest'
import { retryAfter } from '../../src/transport/retry-after.ts'
import { captures, haveCaptures, readCaptureText } from '../captures.ts'

interface Case { headers: Record<string, string>; expectedDelaySeconds?: number; nowDate?: string }

const cases = haveCaptures ? (JSON.parse(readCaptureText('retry-after-cases.json')) as Case[]).filter((it) => it.expectedDelaySeconds !== undefined) : []

describe.skipIf(!haveCaptures)(captures, () => {
  test.each(cases.map((it) => [JSON.stringify(it.headers), it] as const))('retryAfter() reads %s', (_, it) => {
    const now = it.nowDate && !it.nowDate.startsWith('(') ? Date.parse(it.nowDate) : Date.now()
    expect(retryAfter(new Headers(it.headers), now)).toBe((it.expectedDelaySeconds ?? 0) * 1000)
  })

  test('there are some', () => expect(cases.length).toBeGreaterThan(8))
})
