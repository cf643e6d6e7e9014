import { readFile, readdir } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { commandsOf, templateNames } from '../../scripts/template.mjs'
import { ROOT } from '../package/artifact.ts'
import { EMULATOR, SERVER, all } from './template.ts'

const EXAMPLES = join(ROOT, 'examples')
/** What tools leave, and where they leave it. */
const LEFT = /(^|\/)(node_modules|dist|\.next|\.wrangler)\//
const LOCKS = ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'deno.lock', 'bun.lock']

const names = await templateNames()
const files = (await readdir(EXAMPLES, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name).slice(EXAMPLES.length + 1).replaceAll('\\', '/'))
  .filter((file) => !LEFT.test(file))
const read = (file: string) => readFile(join(EXAMPLES, file), 'utf8')

test('every folder of examples is tried', async () => {
  const tried = (await readdir(join(ROOT, 'test/examples'))).flatMap((file) => /^template-(.*)\.node\.test\.ts$/.exec(file)?.[1] ?? [])
  expect(tried.toSorted()).toEqual(names)
  for (const name of tried) expect(await readFile(join(ROOT, `test/examples/template-${name}.node.test.ts`), 'utf8')).toContain(`testTemplate({ name: '${name}'`)
})

test('the words by which a server is known are those of the package', async () => {
  const edge = await all(join(ROOT, 'dist'), /\.js$/)
  for (const word of [...SERVER, EMULATOR]) expect(edge).toContain(word)
})

test.each(names)('examples/%s asks for exact versions, and for those of the package that this project has too', async (name) => {
  const { dependencies, devDependencies = {} } = JSON.parse(await read(`${name}/package.json`)) as { dependencies: Record<string, string>; devDependencies?: Record<string, string> }
  expect(dependencies[manifest.name]).toBe(manifest.version)
  for (const [dependency, version] of Object.entries({ ...dependencies, ...devDependencies })) expect(version, dependency).toMatch(/^\d+\.\d+\.\d+$/)
})

test.each(names)('examples/%s is begun by two commands, the first of which installs it', async (name) => {
  const { install } = await commandsOf(name)
  expect(['npm install', 'deno install']).toContain(install)
})

test('no template has a lock file, or a file too long to be read at once', async () => {
  expect(files.filter((file) => LOCKS.includes(basename(file)))).toEqual([])
  for (const file of files) expect((await read(file)).split('\n').length, file).toBeLessThanOrEqual(200)
})

describe('files that templates share', () => {
  test.each(['style.css', 'advice.ts', 'advice.js', 'chat.js', 'relay.ts', 'settings.ts', 'visitor.ts'])('%s is the same in all that have it', async (name) => {
    const copies = files.filter((file) => basename(file) === name)
    expect(copies.length).toBeGreaterThan(1)
    const [first, ...others] = await Promise.all(copies.map(read))
    for (const other of others) expect(other).toBe(first)
  })

  test('advice.js is advice.ts without types', async () => {
    const [typed, plain] = await Promise.all(['vite-react/src/advice.ts', 'script-tag/advice.js'].map(read))
    const bare = (code: string) => code.replace(/\s/g, '')
    expect(bare(plain ?? '')).toBe(bare(stripTypeScriptTypes(typed ?? '')))
  })
})
