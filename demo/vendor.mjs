/**
 * Packages as modules that a page can load without a bundler: MSAL, for the page and for the page that sign-ins return to, and the lexer of Markdown.
 * Runtime: Node.
 * @module
 */
import resolve from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'

const MODULES = {
  marked: "export { Lexer } from 'marked'",
  msal: "export { PublicClientApplication } from '@azure/msal-browser'",
  redirect: "import { broadcastResponseToMainFrame } from '@azure/msal-browser/redirect-bridge'; broadcastResponseToMainFrame()",
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
  const code = made.get(name) ?? bundle(name)
  made.set(name, code)
  return code
}

async function bundle(name) {
  const entry = `${import.meta.dirname}/${name}`
  const bundled = await rollup({
    input: entry,
    plugins: [{ name: 'entry', resolveId: (id) => (id === entry ? id : undefined), load: (id) => (id === entry ? MODULES[name] : undefined) }, resolve({ browser: true })],
    onwarn() {},
  })
  const { output } = await bundled.generate({ format: 'es', inlineDynamicImports: true })
  await bundled.close()
  return output[0].code
}
