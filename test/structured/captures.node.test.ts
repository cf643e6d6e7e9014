// The cases by which the AI SDK tests its own parser of unfinished JSON: it completes the text, so its numbers and literals are guesses.
import { describe, expect, test } from 'vitest'
import { partialJson } from '../../src/structured/index.ts'
import { captures, haveCaptures, readCaptureText } from '../captures.ts'
import { isPrefix } from './prefix.ts'

interface Case {
  readonly test: string
  readonly input: string
  readonly expected: string
}

const cases = haveCaptures ? (JSON.parse(readCaptureText('partial-json-cases.json')) as Case[]) : []
/** Ends in a number or a literal that may go on. */
const OPEN = /(^|[\s[:,])([-\d][\d.eE+-]*|[a-z]+)$/

describe.skipIf(!haveCaptures)(captures, () => {
  test.each(cases)('$test: $input', ({ input, expected }) => {
    const value = partialJson().push(input)
    const completed: unknown = expected === '' ? undefined : JSON.parse(expected)
    expect(isPrefix(value, completed)).toBe(true)
    if (!OPEN.test(input)) expect(value).toStrictEqual(completed)
  })

  test('most of the cases are not open to guesses', () => {
    expect(cases.filter(({ input }) => !OPEN.test(input)).length).toBeGreaterThan(30)
  })
})
