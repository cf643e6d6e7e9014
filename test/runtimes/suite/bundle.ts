/**
 * The suite in, a program for each kind of runtime out, in which the package is the packed one.
 * Runtime: Node.
 * @module
 */
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { rolldown } from 'rolldown'
import type { Plugin } from 'rolldown'
import { root } from '../../../scripts/entries.mjs'
import { specifiers } from './members.ts'
import type { Member } from './members.ts'

/**
 * What a runtime is given. `package` imports `keyless-chat/*`, by the exports map of the package that is installed beside it; the others hold its
 * files, as a user's bundler puts them there. `script` is for those that have no modules.
 */
export type Kind = 'package' | 'worker' | 'script' | 'page'

const SUITE = join(root, 'test/runtimes/suite')
const START = '\0start'


const STARTS: Readonly<Record<Kind, string>> = {
  package: 'await runAll(REPORT_TO)',
  page: 'await runAll(REPORT_TO)',
  // Neither timers nor requests outside of a handler.
  worker: 'export default { async fetch() { await runAll(REPORT_TO); return new Response() } }',
  script: 'addEventListener("fetch", (event) => event.respondWith(runAll(REPORT_TO).then(() => new Response())))',
}

/**
 * Bundles the suite for one kind of runtime.
 *
 * @param kind - What of.
 * @param members - The test files; those that do not run in this kind are left out.
 * @param folder - Where the package is installed.
 */
export async function bundleSuite(kind: Kind, members: readonly Member[], folder: string): Promise<string> {
  const there = kind === 'page' ? 'browsers' : 'servers'
  const files = members.filter(({ where }) => where === 'everywhere' || where === there).map(({ file }) => join(root, file))
  const start = [...files.map((file) => `import ${JSON.stringify(file)}`), `import { runAll } from ${JSON.stringify(join(SUITE, 'run.ts'))}`, STARTS[kind]].join('\n')
  const bundled = await rolldown({
    input: START,
    platform: 'browser',
    resolve: { conditionNames: ['import', ...(kind === 'page' ? ['browser'] : ['workerd', 'worker']), 'default'] },
    plugins: [entry(start), packed(kind, folder), testFiles(new Set(files))],
    onLog(_, log) {
      // All else is about how packages are written.
      if (log.code === 'UNRESOLVED_IMPORT' || log.code === 'MISSING_EXPORT') throw new Error(log.message)
    },
  })
  const { output } = await bundled.generate({ format: kind === 'script' ? 'iife' : 'es', codeSplitting: false })
  await bundled.close()
  return output[0].code
}

const entry = (source: string): Plugin => ({
  name: 'entry',
  resolveId: (id) => (id === START ? id : undefined),
  load: (id) => (id === START ? source : undefined),
})

/** Leads the sources of entries to the package's own names, and `vitest` to the suite's. */
const packed = (kind: Kind, folder: string): Plugin => ({
  name: 'packed',
  async resolveId(id, importer) {
    if (id === 'vitest') return { id: join(SUITE, 'vitest.ts'), moduleSideEffects: true }
    // Tests are nothing but effects, though the manifest beside them says of the package that it has none.
    if (id.startsWith(root)) return { id, moduleSideEffects: true }
    if (!id.startsWith('.') || !importer?.startsWith(join(root, 'test'))) return
    const path = join(importer, '..', id)
    const specifier = specifiers.get(relative(root, path).replaceAll('\\', '/'))
    if (!specifier) return { id: path, moduleSideEffects: true }
    if (kind === 'package') return { id: specifier, external: true }
    return this.resolve(specifier, join(folder, 'user.js'))
  },
})

/** Says of each test file where its body begins and ends. */
const testFiles = (files: ReadonlySet<string>): Plugin => ({
  name: 'test-files',
  load(id) {
    if (!files.has(id)) return
    const name = relative(root, id).replaceAll('\\', '/')
    return `import { enter as __enter, leave as __leave } from ${JSON.stringify(join(SUITE, 'collect.ts'))}\n__enter(${JSON.stringify(name)})\n${readFileSync(id, 'utf8')}\n__leave()\n`
  },
})
