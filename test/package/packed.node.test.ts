import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import process from 'node:process'
import { createContext, runInContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { moduleFile } from '../../scripts/cdn.mjs'
import { entriesOf, scriptTag } from '../../scripts/entries.mjs'
import { importsOf } from '../../scripts/imports.mjs'
import { installAlone, ROOT, run } from './artifact.ts'
import type { Artifact, Ended } from './artifact.ts'

const entries = entriesOf(manifest)

let artifact: Artifact
beforeAll(async () => {
  artifact = await installAlone()
}, 240_000)
afterAll(() => artifact?.remove())

describe('the package holds', () => {
  test('exactly the files that it is made of', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true })
      .map((name) => String(name).replaceAll('\\', '/'))
      .filter((name) => name.endsWith('.ts'))
    const bundles = [...entries.map(({ bundle }) => bundle), scriptTag.file]
    const expected = [
      'package.json',
      'LICENSE',
      ...['README.md', 'CHANGELOG.md', 'SECURITY.md'].filter((file) => existsSync(join(ROOT, file))),
      'dist/integrity.json',
      moduleFile,
      ...bundles.flatMap((file) => [file, `${file}.map`]),
      ...sources.flatMap((file) => [`src/${file}`, `dist/types/${file.replace(/\.ts$/, '.d.ts')}`, `dist/types/${file.replace(/\.ts$/, '.d.ts.map')}`]),
    ]
    const chunk = /^dist\/shared\/[a-z-]+\d*\.js(\.map)?$/
    expect(new Set(artifact.files.filter((file) => !chunk.test(file)))).toEqual(new Set(expected))
  })

  test('no path of the machine that built it', async () => {
    const paths = [ROOT, `${homedir()}/`, process.cwd()]
    for (const file of artifact.files) {
      const text = await artifact.read(file)
      for (const path of paths) expect(text.includes(path), `${file} names ${path}`).toBe(false)
    }
  })

  test('source maps that lead to files in it', async () => {
    const maps = artifact.files.filter((file) => file.endsWith('.map'))
    expect(maps.length).toBeGreaterThan(entries.length)
    for (const map of maps) {
      const { sources, sourcesContent } = JSON.parse(await artifact.read(map)) as { sources: string[]; sourcesContent?: string[] }
      sources.forEach((source, index) => {
        const path = posix.join(dirname(map), source)
        if (path.startsWith('node_modules/')) expect(sourcesContent?.[index], `${map}: ${path}`).toBeTruthy()
        else expect(artifact.files, map).toContain(path)
      })
    }
  })

  test('the dependencies that its bundles import, and no other', async () => {
    const imported = new Set<string>()
    for (const file of artifact.files.filter((name) => /^dist\/.*(?<!\.min)\.js$/.test(name))) {
      for (const { specifier } of importsOf(file, await artifact.read(file))) {
        if (specifier && !specifier.startsWith('.')) imported.add(specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'))
      }
    }
    expect([...imported].sort()).toEqual(Object.keys(manifest.dependencies).sort())
  })

  test('the hash of its script-tag bundle', async () => {
    const hashOf = async (file: string) => `sha384-${createHash('sha384').update(await artifact.read(file)).digest('base64')}`
    expect(JSON.parse(await artifact.read('dist/integrity.json'))).toEqual({ 'keyless-chat.min.js': await hashOf(scriptTag.file), 'keyless-chat.min.mjs': await hashOf(moduleFile) })
  })
})

describe('every entry', () => {
  test.for(entries.map(({ specifier }) => specifier))('%s is imported without an effect', async (specifier) => {
    // Whatever an entry would reach for while it loads, it falls over.
    const program = `
      const before = new Set(Object.getOwnPropertyNames(globalThis))
      for (const name of ['fetch', 'XMLHttpRequest', 'WebSocket', 'localStorage', 'sessionStorage', 'document', 'window', 'setTimeout', 'setInterval', 'queueMicrotask', 'Deno', 'Bun', 'process', 'Buffer']) {
        before.add(name)
        Object.defineProperty(globalThis, name, { configurable: true, get() { throw new Error('reached for ' + name) } })
      }
      const entry = await import('${specifier}')
      for (const name of Object.getOwnPropertyNames(globalThis)) if (!before.has(name)) throw new Error('left ' + name)
      if (Object.keys(entry).length === 0) throw new Error('exports nothing')
      if ('default' in entry) throw new Error('has a default export')
      console.log(Object.keys(entry).join())
    `
    const { status, text } = await run(process.execPath, ['--input-type=module', '--eval', program], artifact.folder)
    expect(status, text).toBe(0)
  })

  test('is there, and nothing else is', async () => {
    const program = `
      for (const specifier of ${JSON.stringify(entries.map(({ specifier }) => specifier))}) await import(specifier)
      await import('keyless-chat/package.json', { with: { type: 'json' } })
      await import('keyless-chat/dist/core.js').then(() => { throw new Error('dist is open') }, (error) => { if (error.code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error })
    `
    const { status, text } = await run(process.execPath, ['--input-type=module', '--eval', program], artifact.folder)
    expect(status, text).toBe(0)
  })

  test('is one of jsr.json too, at the same version', async () => {
    const { default: jsr } = await import('../../jsr.json', { with: { type: 'json' } })
    expect(jsr.exports).toEqual(Object.fromEntries(entries.map(({ subpath, source }) => [subpath, `./${source}`])))
    expect(jsr.version).toBe(manifest.version)
    expect(jsr.license).toBe(manifest.license)
  })
})

describe('the script tag', () => {
  test('sets one global, with what the main entry exports', async () => {
    // ky makes one encoder when it loads.
    const page: Record<string, unknown> = { TextEncoder }
    runInContext(await artifact.read(scriptTag.file), createContext(page))
    expect(Object.keys(page)).toEqual(['TextEncoder', scriptTag.global])
    const main = await import(join(artifact.folder, 'node_modules/keyless-chat/dist/index.js')) as Record<string, unknown>
    for (const name of Object.keys(main)) expect(page[scriptTag.global], name).toHaveProperty(name)
  })
})

const STRICT = { target: 'es2022', strict: true, noEmit: true, skipLibCheck: false, exactOptionalPropertyTypes: true, allowImportingTsExtensions: true, verbatimModuleSyntax: true }
const ESM = { module: 'esnext', moduleResolution: 'bundler' }
const NODENEXT = { module: 'nodenext', moduleResolution: 'nodenext' }
const WORKERS = join(ROOT, 'node_modules/@cloudflare/workers-types')
const NODE = join(ROOT, 'node_modules/@types/node')

describe('the types are read', () => {
  test.for<[name: string, file: string, options: object]>([
    ['in a page, through a bundler', 'page.ts', { ...ESM, lib: ['es2022', 'dom', 'dom.iterable'], types: [] }],
    ['in a page, by the rules of Node', 'page.ts', { ...NODENEXT, lib: ['es2022', 'dom', 'dom.iterable'], types: [] }],
    ['in a Worker, without the DOM', 'worker.ts', { ...ESM, lib: ['es2022'], types: [WORKERS] }],
    ['in Node, without the DOM', 'node.ts', { ...NODENEXT, lib: ['es2022'], types: [NODE] }],
  ])('%s', async ([name, file, options]) => {
    const project = join(artifact.folder, `tsconfig.${name.replace(/\W+/g, '-')}.json`)
    await writeFile(project, JSON.stringify({ compilerOptions: { ...STRICT, ...options }, files: [file] }))
    const { status, text } = await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project], artifact.folder)
    expect(status, text).toBe(0)
  })

  test('in Deno', async () => {
    const { status, text } = await deno('check', 'deno.ts')
    expect(status, text).toBe(0)
  })
})

describe('the package answers', () => {
  const program = `import { ask } from './program.ts'\nconsole.log(await ask())\n`

  test('in Node', async () => {
    await writeFile(join(artifact.folder, 'ask.ts'), program)
    const { status, text } = await run(process.execPath, ['ask.ts'], artifact.folder)
    expect(status, text).toBe(0)
    expect(text.trim()).toMatch(/\w+ \w+/)
  })

  test('in Deno, with no permission at all', async () => {
    await writeFile(join(artifact.folder, 'ask.ts'), program)
    const { status, text } = await deno('run', '--no-prompt', 'ask.ts')
    expect(status, text).toBe(0)
    expect(text.trim()).toMatch(/\w+ \w+/)
  })
})

/** Runs Deno offline, with the packages that npm installed. */
function deno(command: string, ...args: string[]): Promise<Ended> {
  const env = { DENO_DIR: join(artifact.folder, '.deno'), DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' }
  return run(join(ROOT, 'node_modules/.bin/deno'), [command, '--no-remote', '--node-modules-dir=manual', '--no-lock', ...args], artifact.folder, env)
}
