/** SECURITY.md says what is guaranteed; here it is held to tests that there are, and to mutations that they must notice. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { mutations } from '../mutations/security.mjs'
import { ROOT } from './artifact.ts'

const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')
/** `| `id` | sentence | `file`: “name”, “name”; `file`: “name” |` */
const rows = [...text.matchAll(/^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, id = '', sentence = '', tests = '']) => ({
  id,
  sentence,
  tests: tests.split(/; (?=`)/).map((part) => ({ file: /^`([^`]+)`: /.exec(part)?.[1] ?? part, names: [...part.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name) })),
}))

test('SECURITY.md has guarantees, each once', () => {
  expect(rows.length).toBeGreaterThan(35)
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  // No row is passed over for being written otherwise.
  const guaranteed = text.slice(text.indexOf('## What is guaranteed'), text.indexOf('## What comes with it'))
  expect(guaranteed.split('\n').filter((line) => line.startsWith('| ') && !/^\| (id|---) /.test(line)).length).toBe(rows.length)
})

describe.each(rows)('$id', ({ id, tests }) => {
  test('names tests that there are', () => {
    expect(tests.length).toBeGreaterThan(0)
    for (const { file, names } of tests) {
      expect(file).toMatch(/^test\/.*\.test\.ts$/)
      const source = readFileSync(join(ROOT, file), 'utf8')
      expect(names.length, file).toBeGreaterThan(0)
      for (const name of names) expect(source.replaceAll("\\'", "'"), `${file} has no “${name}”`).toContain(name)
    }
  })

  test('is broken on purpose by a mutation, which its own tests must notice', () => {
    const own = mutations.filter(({ guard }) => guard === id)
    expect(own.length).toBeGreaterThan(0)
    for (const mutation of own) for (const file of mutation.tests) expect(tests.map((one) => one.file), `${id} does not name ${file}`).toContain(file)
  })
})

test('each mutation is of a guarantee that there is', () => {
  const ids = rows.map(({ id }) => id)
  for (const { guard } of mutations) expect(ids).toContain(guard)
})

test.each(mutations.map(({ guard, file, from }) => [guard, file, from] as const))('%s can be broken in %s', (_, file, from) => {
  expect(existsSync(join(ROOT, file))).toBe(true)
  expect(readFileSync(join(ROOT, file), 'utf8').split(from)).toHaveLength(2)
})

test('SECURITY.md links to places that there are', () => {
  for (const [, file = '', anchor] of text.matchAll(/\]\((?!https:)([^)#]+)(?:#([^)]+))?\)/g)) {
    expect(existsSync(join(ROOT, file)), file).toBe(true)
    if (anchor === undefined) continue
    const anchors = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading.toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-'))
    expect(anchors, file).toContain(anchor)
  }
})
