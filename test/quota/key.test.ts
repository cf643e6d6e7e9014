import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyOf } from '../../src/quota/key.ts'

/** As it is stored. */
const bytesOf = (key: string): Uint8Array => new TextEncoder().encode(key)
/** Strings of UTF-16 units, halves of surrogate pairs among them. */
const units = fc.array(fc.oneof(fc.constantFrom(0xd83d, 0xdc69, 0xfffd, 0x61), fc.integer({ min: 0, max: 0xffff })), { maxLength: 700 }).map((codes) => String.fromCharCode(...codes))

describe('keyOf()', () => {
  test('is a short subject itself', async () => {
    for (const subject of ['', 'caller:a', '__proto__', '👩‍👩‍👧', '語'.repeat(500)]) expect(await keyOf(subject)).toBe(subject)
  })

  test('tells subjects apart in at most 1500 bytes, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(units, units, async (one, other) => {
        const [first, second] = [bytesOf(await keyOf(one)), bytesOf(await keyOf(other))]
        expect(Math.max(first.length, second.length)).toBeLessThanOrEqual(1500)
        expect(first.join() === second.join()).toBe(one === other)
      }),
    )
  })

  test.each([
    ['halves of surrogate pairs', '\uD83D', '\uDC69'],
    ['a half and what is written for it', '\uD83D', '\uFFFD'],
    ['long ones with halves', `${'a'.repeat(600)}\uD83D`, `${'a'.repeat(600)}\uDC69`],
    ['long ones', 'a'.repeat(501), 'a'.repeat(502)],
  ])('tells subjects apart: %s', async (_, one, other) => {
    expect(bytesOf(await keyOf(one))).not.toEqual(bytesOf(await keyOf(other)))
  })

  test('gives no subject the key of another that is long', async () => {
    const key = await keyOf('a'.repeat(501))
    expect(key).toMatch(/^sha-256:[0-9a-f]{64}$/)
    expect(await keyOf(key)).not.toBe(key)
  })
})
