// Each code of an error has a page, all pages have one form, and what they say of the error is what their program ends in.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blocksOf } from '../../scripts/docs/blocks.mjs'
import { ROOT, run } from './artifact.ts'

const PAGES = join(ROOT, 'docs/errors')
const SECTIONS = ['How it comes about', 'What to do', 'Fields', 'What the service said', 'Whether it is retried', 'Try it']
const [, listed = ''] = /interface FactsByCode \{\n([^]*?)\n\}/.exec(readFileSync(join(ROOT, 'src/errors.ts'), 'utf8')) ?? []
const codes = [...listed.matchAll(/^ {2}'?([a-z-]+)'?:/gm)].map(([, code = '']) => code)
const pageOf = (code: string) => readFileSync(join(PAGES, `${code}.md`), 'utf8')
// Inside of the package, so that its own name leads to `dist/`.
const folder = join(ROOT, 'build/error-docs')
const MARK = 'ended in '

let ends: Readonly<Record<string, Readonly<Record<string, unknown>>>>

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const code of codes) writeFileSync(join(folder, `${code}.ts`), blocksOf(pageOf(code)).findLast(({ language }) => language === 'ts')?.code ?? '')
  const main = `const ends = {}
for (const code of ${JSON.stringify(codes)}) await import('./' + code + '.ts').catch((error) => (ends[code] = { ...error, message: error.message }))
console.log(${JSON.stringify(MARK)} + JSON.stringify(ends))
process.exit(0)
`
  writeFileSync(join(folder, 'main.mjs'), main)
  const { output } = await run(process.execPath, ['--no-warnings', join(folder, 'main.mjs')], ROOT)
  const line = output.split('\n').find((one) => one.startsWith(MARK)) ?? `${MARK}{}`
  ends = JSON.parse(line.slice(MARK.length)) as typeof ends
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('docs/errors', () => {
  test('has a page for each code, and no other', () => {
    expect(codes.length).toBeGreaterThan(30)
    const names = readdirSync(PAGES).filter((name) => name !== 'index.md')
    expect(names.sort()).toEqual(codes.map((code) => `${code}.md`).sort())
  })

  test('has a list that says of each code, once, what its page says', () => {
    const list = readFileSync(join(PAGES, 'index.md'), 'utf8')
    const rows = [...list.matchAll(/^\| \[(.+)\]\((.+)\.md\) \| (.*) \|$/gm)].map(([, name, file, meaning]) => `${name} ${file} ${meaning}`)
    expect(rows.sort()).toEqual(codes.map((code) => `${code} ${code} ${pageOf(code).split('\n')[2]}`).sort())
  })

  test.for(codes)('%s.md has the form of all', (code) => {
    const page = pageOf(code)
    expect(page).toMatch(new RegExp(`^# ${code}\n\n[A-Z][^\n]+\\.\n\n## `))
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(SECTIONS)
    expect(blocksOf(page).findLast(({ language }) => language === 'ts')?.throws).toBe(code)
  })

  test.for(codes)('%s.md says what its program ends in', (code) => {
    const end = ends[code]
    expect(end?.['code']).toBe(code)
    expect(blocksOf(pageOf(code)).at(-1)?.code.trim()).toBe(end?.['message'])
    // Values that are neither cut nor rewritten for a reader.
    for (const [, field = '', shown = ''] of pageOf(code).matchAll(/^\| `(\w+)` \|.*\| (–|`(?:\d+|true|'[^'…\n]*')`) \|$/gm)) {
      const value = end?.[field]
      expect(value === undefined ? '–' : typeof value === 'string' ? `\`'${value}'\`` : `\`${String(value)}\``, field).toBe(shown)
    }
  })
})
