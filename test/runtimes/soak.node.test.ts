/**
 * Two hundred calls of the soak: every kind of it once. `npm run soak` makes two thousand, and is what tells of the heap.
 * Runtime of this file: Node.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { found } from '../demo/browser.ts'
import { CHECK_NAMES } from '../soak/checks.ts'
import { MET } from '../soak/faults.ts'
import { soak } from '../soak/soak.ts'
import type { SoakReport } from '../soak/soak.ts'

describe.skipIf(!found)('a page that chats for hours', () => {
  let report: SoakReport | undefined
  beforeAll(async () => {
    report = await soak({ calls: 200, seed: 1, warmUp: 100, sampleEvery: 10 })
  })

  test.each(CHECK_NAMES)('%s', (name) => {
    expect(report?.checks.find((check) => check.name === name)).toMatchObject({ passed: true })
  })

  test('meets every fault, and expiries of tokens', () => {
    const kinds = new Set(report?.seen.done.map(({ call }) => call.kind))
    expect(Object.keys(MET).filter((fault) => !kinds.has(fault))).toEqual([])
    expect(report?.seen.batches.reduce((sum, { expired }) => sum + expired, 0)).toBeGreaterThan(5)
  })
})
