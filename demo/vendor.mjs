/**
 * Packages as modules that a page can load without a bundler: MSAL, for the page and for the page that sign-ins return to, and the lexer of Markdown.
 * Runtime: Node.
 * @module
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import resolve from '@rollup/plugin-node-resolve'
import { VERSION, rollup } from 'rollup'

const NODE_MODULES = fileURLToPath(new URL('../node_modules/', import.meta.url))
/** Bundling MSAL takes seconds, which each start of the demo would cost: it is done once per version. */
const CACHE = `${NODE_MODULES}.cache/keyless-chat/`

const MODULES = {
  marked: { from: 'marked', code: "export { Lexer } from 'marked'" },
  msal: { from: '@azure/msal-browser', code: "export { PublicClientApplication } from '@azure/msal-browser'" },
  redirect: { from: '@azure/msal-browser', code: "import { broadcastResponseToMainFrame } from '@azure/msal-browser/redirect-bridge'; broadcastResponseToMainFrame()" },
}

/** @type {Map<string, Promise<string>>} */
const made = new Map()

/**
 * Makes one, once; `undefined` for any other name.
 *
 * @param {string} name
 * @returns {Promise<string> | undefined}
 */
export function vendored(name) {
  if (!Object.hasOwn(MODULES, name)) return
  const code = made.get(name) ?? kept(name)
  made.set(name, code)
  return code
}

/** Reads what an earlier start has bundled of these very versions, else bundles it. */
async function kept(name) {
  const { from, code } = MODULES[name]
  // Of its own packages MSAL names exact versions.
  const { version } = JSON.parse(await readFile(`${NODE_MODULES}${from}/package.json`, 'utf8'))
  const key = createHash('sha256').update(`${code} ${VERSION}`).digest('hex').slice(0, 8)
  const path = `${CACHE}${name}-${version}-${key}.js`
  return readFile(path, 'utf8').catch(async () => {
    const bundled = await bundle(name)
    // It takes its name once it is whole, as others may be reading; where nothing can be written, it is made again next time.
    const staging = `${path}.${process.pid}`
    await mkdir(CACHE, { recursive: true }).then(() => writeFile(staging, bundled)).then(() => rename(staging, path)).catch(() => {})
    return bundled
  })
}

async function bundle(name) {
  const entry = `${import.meta.dirname}/${name}`
  const bundled = await rollup({
    input: entry,
    plugins: [{ name: 'entry', resolveId: (id) => (id === entry ? id : undefined), load: (id) => (id === entry ? MODULES[name].code : undefined) }, resolve({ browser: true })],
    onwarn() {},
  })
  const { output } = await bundled.generate({ format: 'es', inlineDynamicImports: true })
  await bundled.close()
  return output[0].code
}
