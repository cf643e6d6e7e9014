// Every code block of the documentation, and every example of a docstring, compiles against the built package, by its name, and runs without a network: pages in Chromium, servers in Node.
import { globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { entriesOf } from '../../scripts/entries.mjs'
import { ROOT } from '../package/artifact.ts'
import { examples, symbols } from './docstrings.ts'
import { EXAMPLES } from './examples.ts'
import { found, openPages } from './in-chromium.ts'
import type { Pages } from './in-chromium.ts'
import { runInNode } from './in-node.ts'
import { blocks, compile, FOLDER, pagesOf, PROGRAM, programs } from './programs.ts'
import type { Program } from './programs.ts'
import type { Outcome } from './scope.ts'

/** What a reader sees in a terminal, a file or a review; nothing of it is a program. */
const TEXTS = ['', 'sh', 'http', 'css', 'json', 'html', 'txt', 'text', 'diff', 'xml', 'nginx', 'toml', 'jsonc']
const notRun = [...blocks, ...examples].filter((block) => block.notRun !== undefined)
const isRun = ({ notRun: reason }: Program) => reason === undefined
const inNode = (list: readonly Program[]) => list.filter((program) => isRun(program) && program.mode === 'server')
const inPages = (list: readonly Program[]) => list.filter((program) => isRun(program) && program.mode !== 'server')
const all = [...programs, ...examples]
const scripts = blocks.filter(({ language, code, notRun: reason }) => language === 'html' && code.includes('<script') && reason === undefined)

let complaints: ReadonlyMap<string, string>
let outcomes: ReadonlyMap<string, Outcome>
let pages: Pages | undefined

beforeAll(async () => {
  complaints = await compile(all)
  // What does not compile is told below, and keeps the others from nothing.
  const compiled = all.filter(({ file }) => !complaints.has(file))
  const [ended, opened] = await Promise.all([runInNode(inNode(compiled)), found && openPages(inPages(compiled))])
  outcomes = ended
  pages = opened
})
afterAll(async () => {
  await pages?.close()
  rmSync(FOLDER, { recursive: true, force: true })
  for (const [what, list] of [['programs', programs], ['examples of docstrings', examples]] as const) {
    console.log(`docs: ${list.length} ${what} compiled, ${found ? inPages(list).length : 0} run in Chromium, ${inNode(list).length} in Node, ${list.filter((one) => !isRun(one)).length} not run`)
  }
  for (const { where, notRun: reason } of notRun) console.log(`docs: not run: ${where}: ${reason}`)
})

function judge({ throws }: Program, outcome: Outcome | undefined): void {
  if (throws === undefined) expect(outcome?.error).toBeUndefined()
  else expect(outcome?.code, outcome?.error ?? 'It ended well').toBe(throws)
}

/** One test for each program. */
function prove(list: readonly Program[]): void {
  const named = (some: readonly Program[]) => some.map((program) => [program.where, program] as const)

  test.for(named(inPages(list)))('%s, in a page', { timeout: 20_000 }, async ([, program], { skip }) => {
    expect(complaints.get(program.file) ?? '').toBe('')
    if (!pages) return skip('There is no Chromium')
    judge(program, await pages.run(program))
  })

  test.for(named(inNode(list)))('%s, in Node', ([, program]) => {
    expect(complaints.get(program.file) ?? '').toBe('')
    judge(program, outcomes.get(program.file))
  })

  test.for(named(list.filter((program) => !isRun(program))))('%s, not run', ([, program]) => {
    expect(complaints.get(program.file) ?? '').toBe('')
  })
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

  prove(programs)

  test.for(scripts.map((block) => [block.where, block] as const))('%s, a page', async ([, { code }], { skip }) => {
    if (!pages) return skip('There is no Chromium')
    expect(await pages.load(code)).toEqual([])
  })
})

describe('the examples of docstrings', () => {
  // Whatever can be called or read is shown in use; the built package says what that is, and not the reference.
  test.for(entriesOf(manifest).map((entry) => [entry.specifier, entry] as const))('there is one for every value of %s', async ([specifier, { bundle }]) => {
    const values = Object.keys((await import(pathToFileURL(join(ROOT, bundle)).href)) as object)
    // Two entries may have one of a name; what an entry hands on is shown where it is described.
    const shown = (name: string) => {
      const named = symbols.filter((symbol) => symbol.name === name)
      const own = named.filter((symbol) => symbol.specifier === specifier)
      return (own.length > 0 ? own : named).some(({ doc }) => doc.examples.length > 0)
    }
    expect(values.length, specifier).toBeGreaterThan(0)
    expect(values.filter((name) => !shown(name))).toEqual([])
  })

  test('are those that the source has, and no other', () => {
    const sources = globSync('src/**/*.ts', { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), 'utf8').match(/@example\b/g)?.length ?? 0)
    expect(examples.length).toBe(sources.reduce((sum, count) => sum + count, 0))
    expect(examples.filter(({ language }) => !PROGRAM.test(language)).map(({ where }) => where)).toEqual([])
  })

  test('are run where they export something, or say why not', () => {
    const silent = examples.filter(({ exports, run, throws, notRun: reason }) => exports && run === undefined && throws === undefined && reason === undefined)
    expect(silent.map(({ where }) => where)).toEqual([])
  })

  test('are there, where it is told how they are run', () => {
    const told = Object.entries(EXAMPLES).flatMap(([specifier, names]) => Object.keys(names).map((name) => `${name} of ${specifier}`))
    expect(told.filter((one) => !examples.some(({ where }) => where.startsWith(`${one}, `)))).toEqual([])
  })

  prove(examples)
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
