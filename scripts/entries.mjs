/**
 * The entries of the package, read from package.json: its exports map is the only list of them.
 * @module
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

export function readPackage(directory = root) {
  return JSON.parse(readFileSync(`${directory}/package.json`, 'utf8'))
}

/**
 * One entry of the package; paths are relative to its root.
 * @typedef {object} Entry
 * @property {string} subpath `./sse`
 * @property {string} specifier `keyless-chat/sse`
 * @property {string} name `sse`
 * @property {string} source `src/sse/index.ts`
 * @property {string} compiled `build/sse/index.js`
 * @property {string} types `dist/types/sse/index.d.ts`
 * @property {string} bundle `dist/sse.js`
 */

/**
 * Says for each entry where its source is and where the build puts it.
 * `{ types: './dist/types/sse/index.d.ts', default: './dist/sse.js' }` comes from `src/sse/index.ts` and is called `sse`.
 * @param {{ name: string, exports: Record<string, string | { types: string, default: string }> }} manifest
 * @returns {Entry[]}
 */
export function entriesOf(manifest) {
  return Object.entries(manifest.exports).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return []
    const { types, default: bundle } = target
    const module = /^\.\/dist\/types\/(.+)\.d\.ts$/.exec(types)?.[1]
    const name = /^\.\/dist\/(.+)\.js$/.exec(bundle)?.[1]
    if (!module || !name) throw new Error(`Cannot read the export ${subpath}: expected ./dist/types/….d.ts and ./dist/….js, got ${types} and ${bundle}`)
    return [{
      subpath,
      specifier: manifest.name + subpath.slice(1),
      name,
      source: `src/${module}.ts`,
      compiled: `build/${module}.js`,
      types: types.slice(2),
      bundle: bundle.slice(2),
    }]
  })
}

/** The bundle for a script tag: what it is called, and which entries its global holds, of those that there are. */
export const scriptTag = { file: 'dist/keyless-chat.min.js', global: 'KeylessChat', subpaths: ['.', './msal', './broker', './tools'] }
