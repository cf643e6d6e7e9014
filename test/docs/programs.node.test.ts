// Every code block of the documentation compiles against the built package, by its name, and runs without a network: pages in Chromium, servers in Node.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { ROOT } from '../package/artifact.ts'
import { found, openPages } from './in-chromium.ts'
import type { Pages } from './in-chromium.ts'
import { runInNode } from './in-node.ts'
import { blocks, compile, FOLDER, pagesOf, PROGRAM, programs } from './programs.ts'
import type { Program } from './programs.ts'
import type { Outcome } from './scope.ts'

/** What a reader sees in a terminal, a file or a review; nothing of it is a program. */
const TEXTS = ['', 'sh', 'http', 'css', 'json', 'html', 'txt', 'text', 'diff', 'xml', 'nginx', 'toml', 'jsonc']
const notRun = blocks.filter((block) => block.notRun !== undefined)
const inNode = programs.filter(({ mode, notRun: reason }) => mode === 'server' && reason === undefined)
const inPages = programs.filter(({ mode, notRun: reason }) => mode !== 'server' && reason === undefined)
const scripts = blocks.filter(({ language, code, notRun: reason }) => language === 'html' && code.includes('<script') && reason === undefined)

let complaints: ReadonlyMap<string, string>
let outcomes: ReadonlyMap<string, Outcome>
let pages: Pages | undefined

beforeAll(async () => {
  complaints = await compile()
  // What does not compile is told below, and keeps the others from nothing.
  const compiled = (list: readonly Program[]) => list.filter(({ file }) => !complaints.has(file))
  outcomes = await runInNode(compiled(inNode))
  if (found) pages = await openPages(compiled(inPages))
})
afterAll(async () => {
  await pages?.close()
  rmSync(FOLDER, { recursive: true, force: true })
  const inChromium = found ? inPages.length : 0
  console.log(`docs: ${programs.length} programs compiled, ${inChromium} run in Chromium, ${inNode.length} in Node, ${notRun.length} not run`)
  for (const { where, notRun: reason } of notRun) console.log(`docs: not run: ${where}: ${reason}`)
})

function judge({ throws }: Program, outcome: Outcome | undefined): void {
  if (throws === undefined) expect(outcome?.error).toBeUndefined()
  else expect(outcome?.code, outcome?.error ?? 'It ended well').toBe(throws)
}

describe('the code blocks of the documentation', () => {
  test('are in languages that are run, or that are known to be texts', () => {
    const unknown = blocks.filter(({ language, mode }) => !(PROGRAM.test(language) ? ['', 'server', 'live'] : TEXTS).includes(PROGRAM.test(language) ? mode : language))
    expect(unknown.map(({ where, language, mode }) => `${where} ${language} ${mode}`)).toEqual([])
  })

  test('are run where they export something, or say why not', () => {
    // What the README shows is loaded, at least.
    const silent = programs.filter(({ page, exports, run, throws, notRun: reason }) => page !== 'README.md' && exports && run === undefined && throws === undefined && reason === undefined)
    expect(silent.map(({ where }) => where)).toEqual([])
  })

  test('that are not run give a reason', () => {
    for (const { where, notRun: reason } of notRun) expect(reason, where).toMatch(/\S+ \S+/)
  })

  test('that are JSON can be parsed', () => {
    for (const { code, where } of blocks.filter(({ language }) => language === 'json')) expect(() => JSON.parse(code) as unknown, where).not.toThrow()
  })

  test.for(inPages.map((program) => [program.where, program] as const))('%s, in a page', { timeout: 20_000 }, async ([, program], { skip }) => {
    expect(complaints.get(program.file) ?? '').toBe('')
    if (!pages) return skip('There is no Chromium')
    judge(program, await pages.run(program))
  })

  test.for(inNode.map((program) => [program.where, program] as const))('%s, in Node', ([, program]) => {
    expect(complaints.get(program.file) ?? '').toBe('')
    judge(program, outcomes.get(program.file))
  })

  test.for(programs.filter(({ notRun: reason }) => reason !== undefined).map((program) => [program.where, program] as const))('%s, not run', ([, program]) => {
    expect(complaints.get(program.file) ?? '').toBe('')
  })

  test.for(scripts.map((block) => [block.where, block] as const))('%s, a page', async ([, { code }], { skip }) => {
    if (!pages) return skip('There is no Chromium')
    expect(await pages.load(code)).toEqual([])
  })
})

describe('the README', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const first = programs.find(({ page }) => page === 'README.md')

  test('begins with a program that says something, in Node too', async () => {
    const outcome = first && (await runInNode([first])).get(first.file)
    expect(outcome?.error).toBeUndefined()
    expect(outcome?.said.length).toBeGreaterThan(100)
  })

  test('has that program in twelve lines by line 20', () => {
    const lines = first?.code.trim().split('\n') ?? []
    expect(lines.length).toBeLessThanOrEqual(13)
    expect(readme.split('\n').indexOf(lines.at(-1) ?? '') + 1).toBeLessThanOrEqual(20)
  })
})

describe('docs/chat.md', () => {
  test.for(['tools', 'structured', 'responses', 'content', 'conversation', 'embeddings'])('shows how keyless-chat/%s is used', (entry) => {
    expect(pagesOf()).toContain('docs/chat.md')
    expect(Object.keys(manifest.exports)).toContain(`./${entry}`)
    expect(programs.some(({ page, code }) => page === 'docs/chat.md' && code.includes(`'keyless-chat/${entry}'`))).toBe(true)
  })
})
