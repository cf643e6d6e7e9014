/**
 * A worker's source in, one ES module out: what workerd loads, with every package inside.
 * Runtime: Node. Imports: the package as `npm run build` made it, under its own name.
 * @module
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve as absolute } from 'node:path'
import nodeResolve from '@rollup/plugin-node-resolve'
import swc from '@swc/core'
import { rollup } from 'rollup'
import { readPackage, root } from './entries.mjs'

const require = createRequire(join(root, 'package.json'))

/**
 * Writes a worker and all that it imports as one module. `cloudflare:` and `node:` stay imports, as workerd has them.
 *
 * @example
 * await bundleWorker({ entry: 'examples/worker.ts', file: join(folder, 'worker.js') })
 * @param {{ entry: string, file: string }} options `entry` is TypeScript or JavaScript.
 * @returns {Promise<string>} `file`
 * @throws `Error` for whatever Rollup warns of: an import that nothing answers, a name that a module does not export.
 */
export async function bundleWorker({ entry, file }) {
  const bundled = await rollup({
    input: absolute(entry),
    external: /^(cloudflare|node):/,
    plugins: [own, nodeResolve({ browser: true, exportConditions: ['workerd', 'worker'], extensions: ['.mjs', '.js', '.ts'] }), compile],
    onwarn(warning) {
      throw new Error(warning.message)
    },
  })
  await bundled.write({ file, format: 'es', inlineDynamicImports: true })
  await bundled.close()
  return file
}

/** Resolves the package's own name, from wherever the worker is. */
const own = {
  name: 'own-name',
  resolveId: (id) => (id === readPackage().name || id.startsWith(`${readPackage().name}/`) ? require.resolve(id) : undefined),
}

/** Strips types. */
const compile = {
  name: 'compile',
  async load(id) {
    if (!id.endsWith('.ts')) return
    const { code } = await swc.transform(readFileSync(id, 'utf8'), { filename: id, isModule: true, jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } })
    return code
  },
}
