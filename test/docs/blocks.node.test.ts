import { describe, expect, test } from 'vitest'
import { blocksOf } from '../../scripts/docs/blocks.mjs'
import { withoutTypes } from '../../scripts/docs/code.mjs'
import { parseDoc } from '../../scripts/docs/docstring.mjs'
import { slugOf } from '../../scripts/docs/html.mjs'

const fence = '```'

describe('blocksOf()', () => {
  test('tells language, mode, code and line', () => {
    const text = `# A page\n\n${fence}ts live\nconst a = 1\n${fence}\n\n- in a list:\n\n  ${fence}sh\n  npm ci\n    npm test\n  ${fence}\n`
    expect(blocksOf(text)).toMatchObject([
      { language: 'ts', mode: 'live', code: 'const a = 1\n', line: 3, run: undefined, throws: undefined, notRun: undefined },
      { language: 'sh', mode: '', code: 'npm ci\n  npm test\n', line: 9 },
    ])
  })

  test.for([
    ['<!-- run: await ask(foundry) -->', { run: 'await ask(foundry)', throws: undefined, notRun: undefined }],
    ['<!-- run: throws rate-limited -->', { run: undefined, throws: 'rate-limited', notRun: undefined }],
    ['<!-- run: throws truncated: await ask(foundry) -->', { run: 'await ask(foundry)', throws: 'truncated', notRun: undefined }],
    ['<!-- run: await ask(foundry) -->\n<!-- run: throws truncated -->', { run: 'await ask(foundry)', throws: 'truncated', notRun: undefined }],
    ['<!-- not run: Deno is not Node -->', { run: undefined, throws: undefined, notRun: 'Deno is not Node' }],
    ['\n<!-- run:\n  one()\n  two()\n-->', { run: 'one()\n  two()', throws: undefined, notRun: undefined }],
    ['Text. <!-- run: late() -->', { run: undefined, throws: undefined, notRun: undefined }],
  ] as const)('reads %j after a block', ([after, expected]) => {
    expect(blocksOf(`${fence}ts\na()\n${fence}\n${after}\n`)).toMatchObject([expected])
  })

  test('does not take a longer fence for the end of a shorter one, nor what is inside of it for a block', () => {
    expect(blocksOf(`${fence}\`md\n${fence}ts\na\n${fence}\n${fence}\`\n`).map(({ language }) => language)).toEqual(['md'])
  })

  test('refuses a block without an end', () => {
    expect(() => blocksOf(`text\n${fence}ts\na()\n`)).toThrow('Cannot read the code block of line 2 as it does not end')
  })
})

test.for([
  ["import type { A } from 'a'\nimport { b, type C } from 'd'\n\nb()\n", "import { b } from 'd'\n\nb()\n"],
  ['interface A {\n  b: string\n}\nconst a: A = { b }\n', 'const a = { b }\n'],
  ['export async function ask(foundry: Connection, text: string): Promise<string | null> {\n  return x as unknown as { a: string }\n}\n', 'export async function ask(foundry, text) {\n  return x\n}\n'],
  ["const plain = 'as string: yes' // as it is\n", "const plain = 'as string: yes' // as it is\n"],
] as const)('withoutTypes(%j)', ([typed, plain]) => {
  expect(withoutTypes(typed)).toBe(plain)
})

test('parseDoc() takes tags apart, within lines too, and leaves examples whole', () => {
  const doc = parseDoc('*\n * Does it.\n *\n * More, of `@azure/msal-browser`.\n *\n * @param url - Where.\n * @throws `ChatError` a\n * @throws `RangeError` b\n * @example\n * ```ts\n * // @throws is no tag here\n * ```\n')
  expect(doc).toMatchObject({ summary: 'Does it.', text: 'Does it.\n\nMore, of `@azure/msal-browser`.', params: [{ name: 'url', text: 'Where.' }], throws: ['`ChatError` a', '`RangeError` b'], examples: ['```ts\n// @throws is no tag here\n```'] })
  expect(parseDoc('* How long. @defaultValue `2` ')).toMatchObject({ summary: 'How long.', fallback: '`2`' })
})

test('slugOf() makes the anchors that GitHub makes', () => {
  const taken = new Map<string, number>()
  expect(['4. CORS', 'What `run()` gives: all', 'Größe & more', 'CORS', 'CORS'].map((text) => slugOf(text, taken))).toEqual(['4-cors', 'what-run-gives-all', 'größe--more', 'cors', 'cors-1'])
})
