import { readFileSync } from 'node:fs'
import resolve from '@rollup/plugin-node-resolve'
import { moduleFile } from './scripts/cdn.mjs'
import { entriesOf, readPackage, scriptTag } from './scripts/entries.mjs'
import { minify } from './scripts/minify.mjs'

const manifest = readPackage()
const entries = entriesOf(manifest)

/** Hands the compiler's maps on, so that ours lead to `src`. */
const compiled = {
  name: 'compiled',
  load(id) {
    if (!/\/build\/.+\.js$/.test(id)) return
    return { code: readFileSync(id, 'utf8'), map: JSON.parse(readFileSync(`${id}.map`, 'utf8')) }
  },
}

/** Re-exports the entries that the script tag's global holds, and the module beside it. */
const tag = {
  name: 'script-tag',
  resolveId: (id) => (id === scriptTag.file || id === moduleFile ? id : undefined),
  load(id) {
    if (id !== scriptTag.file && id !== moduleFile) return
    const held = entries.filter(({ subpath }) => scriptTag.subpaths.includes(subpath))
    return held.map(({ compiled: path }) => `export * from ${JSON.stringify(`${process.cwd()}/${path}`)}`).join('\n')
  },
}

/** Names the packages that a bundle carries, for the notice that their licences ask for; all of them are under MIT. */
function inlined(modules) {
  const names = Object.keys(manifest.dependencies).filter((name) => Object.keys(modules).some((id) => id.includes(`/node_modules/${name}/`)))
  return names.map((name) => `${name} ${manifest.dependencies[name]}`)
}

/** The notice of a file that carries packages. */
function banner({ modules }) {
  return `/*! ${[`${manifest.name} ${manifest.version}`, ...inlined(modules)].join(', ')}: MIT licence */`
}

/** A warning is a mistake in the sources or here. */
function onwarn(warning) {
  throw new Error(warning.message)
}

export default [
  {
    input: Object.fromEntries(entries.map(({ name, compiled: path }) => [name, path])),
    external: [/^[^./]/],
    plugins: [compiled],
    onwarn,
    output: {
      dir: 'dist',
      format: 'es',
      sourcemap: true,
      // Names without a hash: the list of files in the package is the same for every build.
      chunkFileNames: 'shared/[name].js',
      // An entry names only what it imports itself, so that a page that takes `/errors` is not led to ky.
      hoistTransitiveImports: false,
    },
  },
  {
    input: scriptTag.file,
    plugins: [tag, compiled, resolve({ browser: true }), minify({ module: false })],
    onwarn,
    output: {
      file: scriptTag.file,
      format: 'iife',
      name: scriptTag.global,
      sourcemap: true,
      banner,
    },
  },
  {
    input: moduleFile,
    plugins: [tag, compiled, resolve({ browser: true }), minify({ module: true })],
    onwarn,
    // No map: it would be as large as all other files of the package together, and who debugs takes dist/index.js.
    output: { file: moduleFile, format: 'es', banner },
  },
]
