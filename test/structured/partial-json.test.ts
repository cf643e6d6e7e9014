// The incremental parser: what it shows is a beginning of what JSON.parse() gives, wherever the text is cut.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { partialJson } from '../../src/structured/index.ts'
import { hasHalf, isPrefix, isSame } from './prefix.ts'

/** What is shown after a text that came at once. */
const after = (text: string): unknown => partialJson().push(text)

/** Cuts a text into pieces of the given lengths, over and over. */
function pieces(text: string, lengths: readonly number[]): string[] {
  const cut: string[] = []
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1
    cut.push(text.slice(at, at + length))
    at += length
  }
  return cut
}

/** Pushes piece by piece; a state is copied where `changes` tells of one, and must be as it was where not. */
function statesOf(cut: readonly string[]): { readonly states: unknown[]; readonly end: unknown } {
  const parser = partialJson()
  const states: unknown[] = [undefined]
  let seen = 0
  for (const piece of cut) {
    const value = structuredClone(parser.push(piece))
    expect(isSame(value, states.at(-1))).toBe(parser.changes === seen)
    if (parser.changes !== seen) states.push(value)
    seen = parser.changes
  }
  return { states, end: parser.end() }
}

const blank = fc.stringMatching(/^[ \t\r\n]{0,3}$/)
/** A character of a string, in one of the ways in which JSON may write it. */
const unit = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3 }).map((text) => JSON.stringify(text).slice(1, -1)),
  fc.integer({ min: 0, max: 0xffff }).map((code) => `\\u${code.toString(16).padStart(4, '0')}`),
  fc.constantFrom('\\n', '\\"', '\\\\', '\\/', '\\b', '😀', '\\ud83d\\ude00', '\ud83d\\ude00', '\\uD83D\ude00', '\\ud83d', '\\ude00', 'é'),
)
const quoted = fc.array(unit, { maxLength: 8 }).map((units) => `"${units.join('')}"`)
const scalar = fc.oneof(quoted, fc.constantFrom('true', 'false', 'null', '0', '-0', '-1.5e+3', '1E2', '12', '1e999', '0.1e-7'), fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)))
/** Keys without a backslash: where V8 has met a key that is one, JSON.parse() takes escapes in other keys for it. https://github.com/nodejs/node/issues/63785 */
const name = fc.oneof(quoted.filter((text) => !(JSON.parse(text) as string).includes('\\')), fc.constantFrom('"__proto__"', '"constructor"', '"length"', '"0"', '""'))
/** Texts of JSON, with blanks, escapes and lone surrogates; no key comes twice. */
const { json } = fc.letrec<{ json: string; value: string }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, list('[', ']', tie('value')), fc.uniqueArray(fc.tuple(name, tie('value'), blank), { maxLength: 4, selector: ([key]) => JSON.parse(key) as string }).chain((members) => list('{', '}', ...members.map(([key, value, space]) => fc.constant(`${key}${space}:${space}${value}`))))),
  json: fc.tuple(blank, tie('value'), blank).map((parts) => parts.join('')),
}))

function list(open: string, close: string, ...items: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  const inside = open === '[' ? fc.array(items[0] ?? fc.constant('0'), { maxLength: 4 }) : fc.tuple(...items)
  return fc.tuple(inside, blank, blank).map(([found, before, behind]) => `${open}${before}${found.join(`${behind},${before}`)}${behind}${close}`)
}

describe('partialJson()', () => {
  test('shows beginnings alone and ends as JSON.parse() does, for any JSON cut anywhere', () => {
    fc.assert(
      fc.property(json, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }), (text, lengths) => {
        const whole: unknown = JSON.parse(text)
        for (const cut of [[text], [...pieces(text, [1])], pieces(text, lengths)]) {
          const { states, end } = statesOf(cut)
          states.push(structuredClone(end))
          expect(isSame(end, whole)).toBe(true)
          states.forEach((state, at) => {
            expect(isPrefix(state, whole)).toBe(true)
            if (at > 0) expect(isPrefix(states[at - 1], state)).toBe(true)
          })
        }
      }),
      { numRuns: 300 },
    )
  })

  test('never throws and never shrinks, whatever comes', () => {
    const garbage = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', 'u', 'd83d', '1', '-', 'e', '.', 'true', 'nul', ' ', '\n', '"a"', '__proto__'), { maxLength: 30 }).map((parts) => parts.join('')))
    fc.assert(
      fc.property(garbage, fc.integer({ min: 1, max: 5 }), (text, length) => {
        const parser = partialJson()
        let known: unknown
        for (const piece of pieces(text, [length])) {
          const value = structuredClone(parser.push(piece))
          if (!/"(.*)".*"\1"/s.test(text)) expect(isPrefix(known, value)).toBe(true)
          known = value
        }
        const whole = partialJson()
        whole.push(text)
        // What is shown does not depend on where the text is cut.
        expect(isSame(parser.end(), whole.end())).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    ['', undefined],
    [' \n\t\r', undefined],
    ['{', {}],
    ['{"ke', {}],
    ['{"key"', {}],
    ['{"key":', {}],
    ['{"key": "', { key: '' }],
    ['{"key": [', { key: [] }],
    ['{"key": tru', {}],
    ['{"key": true', { key: true }],
    ['{"key": 12', {}],
    ['{"key": 12 ', { key: 12 }],
    ['[1,2', [1]],
    ['[-1.5e3]', [-1500]],
    ['["a\\', ['a']],
    ['["a\\u00e', ['a']],
    ['["a\\u00e9', ['aé']],
    ['["\\ud83d', ['']],
    ['["\\ud83d\\ude0', ['']],
    ['["\\ud83d\\ude00', ['😀']],
    ['["\\ud83dx', ['\ud83dx']],
    ['["\\ud83d"', ['\ud83d']],
    ['["\ud83d', ['']],
  ])('shows of %j what is known: %j', (text, value) => {
    expect(after(text)).toStrictEqual(value)
    expect(hasHalf(after(text))).toBe(text.endsWith('"') && text.includes('\\ud83d'))
  })

  test.each(['[1 2', '[1}', '{"a":1]', '[,', '{,', '[1,]', '{"a" 1', '{1', '[01', '[1.', '[-]', '[+1', '[nulx', '[truex', '["a\nb', '["a\\x', '["\\u00zz', '{"a":1,}', '{"a":1 "b":2', '1 2', '{} {', '[] ]', 'NaN', 'undefined', '\ufeff[1'])('stops growing at %j', (text) => {
    const parser = partialJson()
    parser.push(text)
    const known = structuredClone(parser.end())
    const { changes } = parser
    expect(isSame(parser.push('", "more": [1, 2, true], "x": "y"}] {"z": [1]}'), known)).toBe(true)
    expect(parser.changes).toBe(changes)
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
  })

  test('end() shows a number that nothing follows, and nothing of what is not whole', () => {
    const number = partialJson()
    expect(number.push('12')).toBe(undefined)
    expect(number.end()).toBe(12)
    const text = partialJson()
    expect(text.push('"abc')).toBe('abc')
    expect(text.end()).toBe('abc')
    const literal = partialJson()
    literal.push('tru')
    expect(literal.end()).toBe(undefined)
  })

  test('__proto__ is a property as any other, and pollutes nothing', () => {
    const value = after('{"__proto__": {"polluted": "yes"}, "a": {"__proto__": "te') as object
    expect(Object.keys(value)).toEqual(['__proto__', 'a'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(value).toStrictEqual(JSON.parse('{"__proto__": {"polluted": "yes"}, "a": {"__proto__": "te"}}'))
    expect(Reflect.get({}, 'polluted')).toBe(undefined)
  })

  test('a key may hold any escape', () => {
    expect(after(String.raw`{"\\": 1, "\"\u00e9": 2, "c`)).toStrictEqual({ '\\': 1, '"é': 2 })
  })

  test('of a key that comes twice the last value counts', () => {
    expect(after('{"a": "long", "a": {"b": 1}, "a": [2]}')).toStrictEqual({ a: [2] })
  })

  test('the value is one object that grows: nothing that has come is copied', () => {
    const parser = partialJson()
    const root = parser.push('{"list": [{"a": "') as { list: { a: string }[] }
    const { list } = root
    const [item] = list
    for (let at = 0; at < 1000; at++) parser.push('x')
    expect(parser.push('"}, {"b": [1]}], "more": 1}')).toBe(root)
    expect(root.list).toBe(list)
    expect(list[0]).toBe(item)
    expect(item?.a).toHaveLength(1000)
  })

  test('changes counts what can be seen, and that alone', () => {
    const parser = partialJson()
    const counts = [' ', '{', '"a"', ':', ' "', 'x', '\\', 'n', '"', ' ,', '"b":', '1', '2', '}', ' '].map((piece) => {
      const before = parser.changes
      parser.push(piece)
      return parser.changes > before
    })
    expect(counts).toEqual([false, true, false, false, true, true, false, true, false, false, false, false, false, true, false])
  })

  test('looks at no character twice: a number, a string and a key are assembled from single characters, however long', () => {
    // A parser that read what it holds for each character would take hours for these.
    const digits = '1'.repeat(300_000)
    const parser = partialJson()
    for (const char of `{"${'k'.repeat(300_000)}": ["${'😀\\n'.repeat(100_000)}", ${digits} ]}`) parser.push(char)
    const value = parser.end() as Record<string, [string, number]>
    const [key = ''] = Object.keys(value)
    expect(key).toHaveLength(300_000)
    expect(value[key]).toEqual(['😀\n'.repeat(100_000), Infinity])
  })

  test('takes a document of 5 MB in pieces of 1 kB', () => {
    const document = Array.from({ length: 40_000 }, (_, id) => ({ id, name: `name "${id}" 😀`, tags: ['a', null, true, id / 3], about: 'x'.repeat(40) }))
    const text = JSON.stringify(document)
    expect(text.length).toBeGreaterThan(5_000_000)
    const parser = partialJson()
    for (let at = 0; at < text.length; at += 1024) parser.push(text.slice(at, at + 1024))
    expect(JSON.stringify(parser.end())).toBe(text)
  })

  test('depth is no limit', () => {
    const parser = partialJson()
    let value = parser.push('['.repeat(200_000) + ']'.repeat(200_000))
    let depth = 0
    for (; Array.isArray(value); depth++) value = value[0] as unknown
    expect(depth).toBe(200_000)
    expect(parser.push('[')).toHaveLength(1)
  })
})
