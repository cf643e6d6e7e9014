/**
 * The files for pages without a build, by address and hash: a script tag, and the same as a module for an import map.
 * @module
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { scriptTag } from './entries.mjs'

/** What `scriptTag` names, as one module. */
export const moduleFile = scriptTag.file.replace(/\.js$/, '.mjs')

/** Says the hash of a file as `integrity` wants it. @param {string} file */
export function integrityOf(file) {
  return `sha384-${createHash('sha384').update(readFileSync(file)).digest('base64')}`
}

/** Both files and their hashes, by their names: what the build writes to dist/integrity.json. */
export function integrities() {
  return Object.fromEntries([scriptTag.file, moduleFile].map((file) => [file.slice('dist/'.length), integrityOf(file)]))
}

/**
 * Makes the import map that leads every entry of the module to its one file: several entries share what they have in common, as in one bundle.
 *
 * @param {{ name: string, version: string }} manifest
 * @returns {{ imports: Record<string, string>, integrity: Record<string, string> }}
 */
export function importMap({ name, version }) {
  const address = addressOf({ name, version }, moduleFile)
  return { imports: Object.fromEntries(scriptTag.subpaths.map((subpath) => [name + subpath.slice(1), address])), integrity: { [address]: integrityOf(moduleFile) } }
}

/** Where a file of a version is, for ever: registries let no version be published twice. */
export function addressOf({ name, version }, file) {
  return `https://cdn.jsdelivr.net/npm/${name}@${version}/${file}`
}

/**
 * Writes the sections of docs/cdn.md.
 *
 * @param {{ name: string, version: string }} manifest
 * @returns {Record<string, string>}
 */
export function cdnSections(manifest) {
  const map = `\n${JSON.stringify(importMap(manifest), null, 2)}\n`
  const tag = `<script src="${addressOf(manifest, scriptTag.file)}" integrity="${integrityOf(scriptTag.file)}" crossorigin="anonymous"></script>`
  const hash = createHash('sha256').update(map).digest('base64')
  return {
    'cdn-script-tag': fenced('html', tag),
    'cdn-import-map': fenced('html', `<script type="importmap">${map}</script>`),
    'cdn-policy': fenced('text', `script-src 'self' 'sha256-${hash}' ${addressOf(manifest, moduleFile)}`),
    'cdn-files': Object.entries(integrities()).map(([name, integrity]) => `- \`dist/${name}\`: \`${integrity}\``).join('\n'),
  }
}

function fenced(language, text) {
  return `\`\`\`${language}\n${text}\n\`\`\``
}
