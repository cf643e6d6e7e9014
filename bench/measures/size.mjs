/**
 * What a page that makes one streamed call ships, by two bundlers: minified, and compressed by brotli at its best. 1 kB is 1000 bytes.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import resolve from '@rollup/plugin-node-resolve'
import { build } from 'esbuild'
import { rollup } from 'rollup'
import { minify } from '../../scripts/minify.mjs'
import { PAGES } from '../pages.mjs'

const here = join(import.meta.dirname, '..')

export const title = 'What a page ships'
/** Its chart's title. */
export const charted = 'A page that makes one streamed call, brotli'
export const remark = 'One streamed call with a token callback, as each package documents it; minified by the bundler (esbuild) or by swc (Rollup), then brotli.'

export async function run({ list, log }) {
  const cases = [
    { name: 'esbuild', bundle: byEsbuild },
    { name: 'Rollup', bundle: byRollup },
  ].map((one) => ({ ...one, samples: new Map(), base: 'core', unit: 'kB', aims: { core: { atMost: 4 }, main: { atMost: 12 } } }))
  for (const { key, module } of list) {
    const page = PAGES[key]
    if (!page) continue
    log(key)
    const directory = join(here, module, '..')
    for (const { samples, bundle } of cases) samples.set(key, [brotli(await bundle(page, directory)) / 1000])
  }
  return cases
}

async function byEsbuild(page, directory) {
  const { outputFiles } = await build({ stdin: { contents: page, resolveDir: directory }, bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022', write: false, legalComments: 'none', logLevel: 'error', define: { 'process.env.NODE_ENV': '"production"' } })
  return outputFiles[0].contents
}

async function byRollup(page, directory) {
  const id = join(directory, 'page.mjs')
  const bundle = await rollup({
    input: id,
    plugins: [{ name: 'page', load: (path) => (path === id ? page : undefined), resolveId: (path) => (path === id ? id : undefined) }, resolve({ browser: true, preferBuiltins: false }), ...(await olderModules(directory)), minify({ module: true })],
    onwarn({ code, message }) {
      // What stayed outside would be missing in the figure.
      if (code === 'UNRESOLVED_IMPORT') throw new Error(`Cannot weigh the page: ${message}`)
    },
  })
  const { output } = await bundle.generate({ format: 'es', inlineDynamicImports: true })
  await bundle.close()
  return output[0].code
}

/** What Rollup needs for CommonJS and JSON, which peers consist of here and there; installed with them. */
async function olderModules(directory) {
  if (!directory.endsWith('peers')) return []
  const require = createRequire(join(directory, 'any.mjs'))
  try {
    const [commonjs, json] = ['@rollup/plugin-commonjs', '@rollup/plugin-json'].map((name) => require(name))
    return [commonjs(), json()]
  } catch {
    return []
  }
}

function brotli(code) {
  const bytes = Buffer.from(code)
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length
}
