import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { check as checkLayers } from '../../scripts/check-layers.mjs'

let src: string
beforeEach(() => void (src = mkdtempSync(join(tmpdir(), 'layers-'))))
afterEach(() => rmSync(src, { recursive: true }))

function write(files: Record<string, string>): void {
  for (const [name, source] of Object.entries(files)) {
    mkdirSync(dirname(join(src, name)), { recursive: true })
    writeFileSync(join(src, name), source)
  }
}

function check(files: Record<string, string>): string[] {
  write(files)
  return checkLayers(src).problems
}

/** What the command says and how it ends. */
function run(files: Record<string, string>): { status: number | null; text: string } {
  write(files)
  const script = fileURLToPath(new URL('../../scripts/check-layers.mjs', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, src], { encoding: 'utf8' })
  return { status, text: stdout + stderr }
}

const ERRORS = { 'errors.ts': 'export type Code = string\nexport class ChatError extends Error {}\n' }

describe('check-layers passes', () => {
  test('a house in order', () => {
    const result = run({
      ...ERRORS,
      'sse/decode.ts': `import { ChatError } from '../errors.ts'\nexport const decode = (): Error => new ChatError()\n`,
      'sse/index.ts': `export { decode } from './decode.ts'\n`,
      'transport/ky.ts': `import ky from 'ky'\nexport const send = ky\n`,
      'core.ts': `export { decode } from './sse/index.ts'\n`,
      'index.ts': `export { decode } from './core.ts'\n`,
    })
    expect(result.text).toBe('6 files in 5 rooms keep to the layer table\n')
    expect(result.status).toBe(0)
  })

  test('an import that only a comment or a string holds', () => {
    const problems = check({ 'errors.ts': `// import fs from 'node:fs'\n/** @example import ky from 'ky' */\nexport const code = "import 'ky'"\n` })
    expect(problems).toEqual([])
  })

  test('a type from a room that lends its types', () => {
    const problems = check({ 'schemas/a.ts': 'export interface A {}\n', 'endpoints/b.ts': `import type { A } from '../schemas/a.ts'\nexport const b: A = {}\n` })
    expect(problems).toEqual([])
  })
})

describe('check-layers fails on', () => {
  test.for<[name: string, files: Record<string, string>, message: string]>([
    ['a room above', { 'sse/a.ts': `import { b } from '../chat/b.ts'\nexport const a = b\n`, 'chat/b.ts': 'export const b = 1\n' }, 'src/sse/a.ts:1 imports src/chat/b.ts: sse may import errors'],
    ['a room above, for a type', { 'sse/a.ts': `\nimport type { B } from '../chat/b.ts'\nexport type A = B\n`, 'chat/b.ts': 'export type B = 1\n' }, 'src/sse/a.ts:2 imports src/chat/b.ts'],
    ['a room above, inside a type', { 'sse/a.ts': `export type A = import('../chat/b.ts').B\n`, 'chat/b.ts': 'export type B = 1\n' }, 'src/sse/a.ts:1 imports src/chat/b.ts'],
    ['a room above, re-exported', { 'sse/a.ts': `export * from '../chat/b.ts'\n`, 'chat/b.ts': 'export const b = 1\n' }, 'src/sse/a.ts:1 imports src/chat/b.ts'],
    ['a room above, later', { 'sse/a.ts': `export const a = () => import('../chat/b.ts')\n`, 'chat/b.ts': 'export const b = 1\n' }, 'src/sse/a.ts:1 imports src/chat/b.ts'],
    ['a value where a type is lent', { 'schemas/a.ts': 'export const a = 1\n', 'endpoints/b.ts': `import { a } from '../schemas/a.ts'\nexport const b = a\n` }, 'endpoints may only `import type` from schemas'],
    ['another file than the one lent', { 'sse/decode.ts': 'export const d = 1\n', 'emulator/a.ts': `import { d } from '../sse/decode.ts'\nexport const a = d\n` }, 'of sse, emulator may import src/sse/encode.ts alone'],
    ['ky outside its file', { 'transport/attempt.ts': `import ky from 'ky'\nexport const a = ky\n` }, 'src/transport/attempt.ts:1 imports ky: only src/transport/ky.ts may'],
    ['a package that is not for the room', { 'sse/a.ts': `import * as v from 'valibot'\nexport const a = v\n` }, 'sse may import nothing from outside'],
    ['Node', { 'edge/a.ts': `import { readFileSync } from 'node:fs'\nexport const a = readFileSync\n` }, 'imports node:fs: src runs where there is no Node'],
    ['a computed name', { 'edge/a.ts': `export const a = (name: string) => import(name)\n` }, 'imports a computed name'],
    ['a file outside src', { 'sse/a.ts': `export * from '../../test/b.ts'\n` }, 'which is outside src'],
    ['a file that is not there', { 'sse/a.ts': `export * from './b.ts'\n` }, 'imports ./b.ts, which is no file'],
    ['the own index', { 'sse/a.ts': `import type { B } from './index.ts'\nexport type A = B\n`, 'sse/index.ts': 'export type B = 1\n' }, "its own room's index"],
    ['a cycle of files', { 'sse/a.ts': `import type { B } from './b.ts'\nexport type A = B\n`, 'sse/b.ts': `import type { A } from './a.ts'\nexport type B = A\n` }, 'cycle between files: src/sse/a.ts → src/sse/b.ts → src/sse/a.ts'],
    ['a cycle of rooms', { 'sse/a.ts': `export * from '../chat/b.ts'\n`, 'chat/b.ts': 'export const b = 1\n', 'chat/c.ts': `export * from '../sse/d.ts'\n`, 'sse/d.ts': 'export const d = 1\n' }, 'cycle between rooms: '],
    ['a drawer', { 'sse/utils/a.ts': 'export const a = 1\n' }, 'is or is in "utils", a drawer'],
    ['a file that is a drawer', { 'sse/helpers.ts': 'export const a = 1\n' }, 'is or is in "helpers", a drawer'],
    ['an unknown room', { 'cellar/a.ts': 'export const a = 1\n' }, 'is in "cellar", which is no room of the table'],
    ['a long file', { 'sse/a.ts': 'export {}\n'.repeat(201) }, 'has 201 lines: a file over 200 lines has two jobs'],
    ['a file that is no module', { 'sse/a.js': 'export {}\n' }, 'is not a TypeScript module'],
    ['nothing to check', {}, 'nothing was checked'],
  ])('%s', ([, files, message]) => {
    expect(check(files).join('\n')).toContain(message)
  })

  test('any breach, with status 1', () => {
    const result = run({ 'sse/a.ts': `import 'node:fs'\n` })
    expect(result).toEqual({ status: 1, text: 'src/sse/a.ts:1 imports node:fs: src runs where there is no Node\n\n1 breach of the layer table in docs/design.md §2\n' })
  })
})
