/**
 * The page's scripts as a few files for any host: what is not needed at once, MSAL, the emulator, a backend's tokens, is a file of its own, loaded on demand.
 * Runtime: Node. Imports: the package as `npm run build` made it.
 * @module
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import resolve from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
import { minify } from '../../scripts/minify.mjs'
import { stripTypes } from '../page.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const DEMO = fileURLToPath(new URL('..', import.meta.url))
/** What sign-ins return to: MSAL's own page. https://learn.microsoft.com/entra/msal/javascript/browser/redirect-bridge */
const REDIRECT = { id: `${HERE}redirect`, code: "import { broadcastResponseToMainFrame } from '@azure/msal-browser/redirect-bridge'\nbroadcastResponseToMainFrame()" }

/** A file, and which others it imports at once; the paths are below the folder of the page. @typedef {{ path: string, code: string, imports: readonly string[] }} Script */

/**
 * Bundles the page and the page that sign-ins return to; names carry a hash, so that a host may let browsers keep them for ever.
 *
 * @returns {Promise<{ page: Script, redirect: Script, files: readonly Script[] }>} `files` has the first two, and what they load.
 * @throws `Error` for whatever Rollup warns of in the demo's own modules: an import that nothing answers, a name that a module does not export.
 */
export async function bundlePage() {
  const bundled = await rollup({
    input: { page: `${HERE}entry.mjs`, redirect: REDIRECT.id },
    // It tells how it merges files.
    logLevel: 'warn',
    // What the page shares with a part of it may be in the page's own file.
    preserveEntrySignatures: false,
    plugins: [redirect, resolve({ browser: true, extensions: ['.mjs', '.js', '.ts'] }), types],
    onwarn(warning) {
      // MSAL has cycles of its own.
      if (warning.code !== 'CIRCULAR_DEPENDENCY') throw new Error(`Cannot bundle the page: ${warning.message}`)
    },
  })
  const { output } = await bundled.generate({
    format: 'es',
    plugins: [minify({ module: true })],
    entryFileNames: 'assets/[name]-[hash].js',
    chunkFileNames: ({ isDynamicEntry }) => `assets/${isDynamicEntry ? '[name]' : 'shared'}-[hash].js`,
    hashCharacters: 'base36',
    // A request costs a phone more than these bytes do.
    experimentalMinChunkSize: 12_000,
    hoistTransitiveImports: false,
  })
  await bundled.close()
  const files = output.map(({ fileName, code, imports }) => ({ path: fileName, code, imports }))
  const entry = (name) => files[output.findIndex((chunk) => chunk.isEntry && chunk.name === name)]
  return { page: entry('page'), redirect: entry('redirect'), files }
}

/**
 * Makes a file of a classic script of the page's, which runs before the first paint.
 *
 * @param {string} name
 * @returns {Promise<Script>}
 */
export async function classicScript(name) {
  const source = await stripTypes(await readFile(`${DEMO}${name}.ts`, 'utf8'), name, false)
  const { code } = await minify({ module: false }).renderChunk(source)
  return { path: hashed(name, 'js', code), code, imports: [] }
}

/** A name that changes with the content. */
export function hashed(name, extension, content) {
  return `assets/${name}-${createHash('sha256').update(content).digest('hex').slice(0, 8)}.${extension}`
}

const redirect = {
  name: 'redirect',
  resolveId: (id) => (id === REDIRECT.id ? id : undefined),
  load: (id) => (id === REDIRECT.id ? REDIRECT.code : undefined),
}

const types = {
  name: 'types',
  async transform(source, id) {
    if (!id.startsWith(DEMO) || id === REDIRECT.id) return
    // Of the package it is said that its modules have no effects; the page's have.
    return { code: id.endsWith('.ts') ? await stripTypes(source, id.slice(0, -3), false) : source, map: null, moduleSideEffects: true }
  },
}
