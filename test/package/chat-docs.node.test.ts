// What docs/chat.md shows compiles against the built package, by its name.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { ROOT, run } from './artifact.ts'

const document = readFileSync(join(ROOT, 'docs/chat.md'), 'utf8')
const programs = [...document.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code)
// Inside of the package, so that its own name leads to `dist/`.
const folder = join(ROOT, 'build/chat-docs')

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  programs.forEach((code, index) => writeFileSync(join(folder, `program-${index}.ts`), code))
  const compilerOptions = { target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'], module: 'nodenext', strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: true, types: [] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('docs/chat.md', () => {
  test('shows programs that compile', async () => {
    expect(programs.length).toBeGreaterThan(5)
    const { status, text } = await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], ROOT)
    expect(text).toBe('')
    expect(status).toBe(0)
  })

  test.for(['tools', 'structured', 'responses', 'content', 'conversation', 'embeddings'])('shows how keyless-chat/%s is used', (entry) => {
    expect(Object.keys(manifest.exports)).toContain(`./${entry}`)
    expect(programs.some((code) => code.includes(`'keyless-chat/${entry}'`))).toBe(true)
  })
})
