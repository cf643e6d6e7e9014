import { expect, test } from 'vitest'
import { createPace, rateOf, tokensShown } from '../../demo/pace.ts'

test('createPace() counts pieces from the first one on', () => {
  const pace = createPace()
  expect([pace.chunks, pace.firstMs, pace.lastMs, pace.curve]).toEqual([0, undefined, undefined, []])
  for (const at of [500, 510, 590, 700, 950]) pace.take(at)
  expect([pace.chunks, pace.firstMs, pace.lastMs]).toEqual([5, 500, 950])
  // Parts of 100 ms: three pieces, none, one, none, one.
  expect(pace.curve).toEqual([30, 0, 10, 0, 10])
})

test('createPace() keeps its curve small, and all that was counted in it', () => {
  const pace = createPace()
  for (let at = 0; at < 600_000; at += 20) pace.take(at)
  expect(pace.curve.length).toBeGreaterThan(24)
  expect(pace.curve.length).toBeLessThanOrEqual(48)
  // Fifty per second, all the time, but for the part that has just begun.
  expect(pace.curve.slice(0, -1).every((figure) => figure === 50)).toBe(true)
  // A long silence is a part of the curve too.
  pace.take(3_600_000)
  expect(pace.curve.length).toBeLessThanOrEqual(48)
  expect(pace.curve.at(-2)).toBe(0)
})

test('rateOf() says nothing of what came at once', () => {
  const pace = createPace()
  expect(rateOf(pace, 100)).toBeUndefined()
  for (const at of [100, 101, 149]) pace.take(at)
  expect(rateOf(pace, 300)).toBeUndefined()
  pace.take(2100)
  expect(rateOf(pace, 300)).toBe(150)
  expect(rateOf(pace, pace.chunks)).toBe(2)
})

test('tokensShown() leaves out thoughts that nobody saw', () => {
  const usage = { prompt_tokens: 5, completion_tokens: 100, total_tokens: 105, completion_tokens_details: { reasoning_tokens: 64 } }
  expect(tokensShown(usage, false)).toBe(36)
  expect(tokensShown(usage, true)).toBe(100)
  expect(tokensShown({ prompt_tokens: 5, completion_tokens: 100, total_tokens: 105 }, false)).toBe(100)
})
