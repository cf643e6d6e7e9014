// What the README shows compiles against the built package, by its name, and its first program runs.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT, run } from './artifact.ts'

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
const programs = [...readme.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code)
// Inside of the package, so that its own name leads to `dist/`.
const folder = join(ROOT, 'build/readme')

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  programs.forEach((code, index) => writeFileSync(join(folder, `program-${index}.ts`), `${code}\nexport {}\n`))
  const compilerOptions = { target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'], module: 'nodenext', strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false, types: [] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the README', () => {
  test('shows programs that compile', async () => {
    expect(programs.length).toBeGreaterThan(2)
    const { status, text } = await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], ROOT)
    expect(text).toBe('')
    expect(status).toBe(0)
  })

  test('begins with one that runs', async () => {
    const { status, text } = await run(process.execPath, [join(folder, 'program-0.ts')], ROOT)
    expect(status, text).toBe(0)
    expect(text.length).toBeGreaterThan(100)
  })

  test('has that program in twelve lines by line 20', () => {
    const lines = programs[0]?.trim().split('\n') ?? []
    expect(lines.length).toBeLessThanOrEqual(13)
    expect(readme.split('\n').indexOf(lines.at(-1) ?? '') + 1).toBeLessThanOrEqual(20)
  })
})
