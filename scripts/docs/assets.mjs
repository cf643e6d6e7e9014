/**
 * What the pages load: the stylesheet, their scripts, and what the examples run on.
 * Runtime: Node.
 * @module
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { build } from 'vite'
import { entriesOf, readPackage, root } from '../entries.mjs'

const SITE = `${root}docs/site/`
/** What an example may import beside the package; pages load them only where one does. */
const PACKAGES = ['valibot', '@valibot/to-json-schema', 'zod']
/** Refused in a page, where the examples run. */
const SERVER = ['./edge', './quota']

/**
 * Writes all assets into the folder of the site.
 *
 * @param {string} folder
 * @param {Readonly<Record<string, string>>} faults
 */
export async function writeAssets(folder, faults) {
  mkdirSync(`${folder}/assets`, { recursive: true })
  const styles = ['base', 'frame', 'article', 'code', 'reference', 'print'].map((name) => readFileSync(`${SITE}${name}.css`, 'utf8'))
  writeFileSync(`${folder}/assets/site.css`, compact(styles.join('\n')))
  cpSync(`${SITE}icon.svg`, `${folder}/assets/icon.svg`)
  writeFileSync(`${folder}/assets/faults.json`, JSON.stringify(faults))

  const library = Object.fromEntries([
    ...entriesOf(readPackage()).filter(({ subpath }) => !SERVER.includes(subpath)).map(({ specifier, name, bundle }) => [specifier, { name, file: root + bundle }]),
    ...PACKAGES.map((name) => [name, { name: name.replaceAll(/\W+/g, '-').replace(/^-/, ''), file: name }]),
  ])
  const places = Object.fromEntries(Object.entries(library).map(([specifier, { name }]) => [specifier, `./library/${name}.js`]))
  await bundle(folder, { format: 'es', input: { 'assets/page': `${SITE}page.ts`, 'assets/live': `${SITE}live.ts` } })
  await bundle(folder, {
    format: 'es',
    input: { 'assets/runner': `${SITE}runner.ts`, ...Object.fromEntries(Object.values(library).map(({ name, file }) => [`assets/library/${name}`, file])) },
    define: { LIBRARY: JSON.stringify(places) },
  })
  // At the root, as that is how far it reaches; no module, as not every browser has service workers that are one.
  await bundle(folder, { format: 'iife', input: { emulator: `${SITE}emulator.ts` } })
  await bundle(folder, { format: 'iife', input: { 'assets/theme': `${SITE}theme.ts` } })
}

async function bundle(folder, { format, input, define = {} }) {
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    publicDir: false,
    define,
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: 'es2022',
      modulePreload: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 2000,
      rollupOptions: {
        // The package's own `sideEffects: false` is for what is in `dist/`: these scripts are run for their effects.
        treeshake: { moduleSideEffects: (id) => id.startsWith(SITE) },
        input,
        preserveEntrySignatures: 'allow-extension',
        output: { format, entryFileNames: '[name].js', chunkFileNames: 'assets/library/shared/[name]-[hash].js' },
      },
    },
  })
}

/** Without comments and indentation: it is read by browsers. */
function compact(css) {
  return css.replace(/\/\*[^]*?\*\//g, '').replace(/\s+/g, ' ').replace(/ ?([{};]) ?/g, '$1').trim()
}
