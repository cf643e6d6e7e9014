/**
 * `src/` in, `dist/` out: bundles with source maps, declarations, and the hashes of those for pages without a build.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { integrities } from './cdn.mjs'
import { entriesOf, readPackage, root } from './entries.mjs'
import { importsOf } from './imports.mjs'

process.chdir(root)
const entries = entriesOf(readPackage())

for (const { subpath, source } of entries) {
  if (!existsSync(source)) fail(`Cannot build the export ${subpath}: there is no ${source}`)
}
rmSync('build', { recursive: true, force: true })
rmSync('dist', { recursive: true, force: true })

// By their paths: a `tsc` of another version may have taken the name in `.bin`.
run('node_modules/typescript/bin/tsc', '-p', '.', '--declarationDir', 'dist/types', '--declarationMap')
rewriteDeclarations()
run('node_modules/rollup/dist/bin/rollup', '-c', '--silent')

for (const { subpath, types, bundle } of entries) {
  for (const file of [types, bundle]) if (!existsSync(file)) fail(`Cannot finish the export ${subpath}: the build made no ${file}`)
}

writeFileSync('dist/integrity.json', `${JSON.stringify(integrities(), null, 2)}\n`)
for (const [name, integrity] of Object.entries(integrities())) console.log(`dist/${name} ${integrity}`)

function fail(message) {
  console.error(message)
  process.exit(1)
}

function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/**
 * Names `./a.js` where the compiler left `./a.ts`, which a consumer without `allowImportingTsExtensions` could not read.
 * Both are of the same length, so the declaration maps stay true.
 */
function rewriteDeclarations() {
  for (const name of readdirSync('dist/types', { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue
    const file = `dist/types/${name}`
    let text = readFileSync(file, 'utf8')
    for (const { specifier, end } of importsOf(file, text)) {
      if (/^\.{1,2}\/.*\.ts$/.test(specifier)) text = `${text.slice(0, end - 3)}js${text.slice(end - 1)}`
    }
    writeFileSync(file, text)
  }
}
