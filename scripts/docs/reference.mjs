/**
 * The package's entries in, what each exports out: signatures as they are written, and docstrings taken apart.
 *
 * Deno tells which names an entry exports and where each is declared; the text of a declaration is the source's own.
 * Runtime: Node.
 * @module
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { entriesOf, readPackage, root } from '../entries.mjs'
import { createDeclarations } from './declarations.mjs'
import { parseDoc } from './docstring.mjs'

/**
 * @typedef {object} ExportedSymbol
 * @property {string} name
 * @property {'function' | 'class' | 'interface' | 'typeAlias' | 'variable'} kind
 * @property {string} file From the root of the repository
 * @property {number} line
 * @property {import('./docstring.mjs').Doc} doc
 * @property {string[]} signatures
 * @property {import('./declarations.mjs').Member[]} members
 *
 * @typedef {object} EntryReference
 * @property {string} specifier `keyless-chat/sse`
 * @property {string} path `api/sse.html`
 * @property {import('./docstring.mjs').Doc} doc Of the module
 * @property {ExportedSymbol[]} symbols What is described on its page
 * @property {{ name: string, home: string, summary: string }[]} elsewhere What it exports, too, and another page describes
 */

/**
 * Reads the reference of entries.
 *
 * @param {Pick<import('../entries.mjs').Entry, 'specifier' | 'name' | 'source'>[]} [entries] Of the package unless told otherwise
 * @throws `Error` naming every exported symbol without a docstring.
 * @returns {{ entries: EntryReference[], linkFrom: (path: string) => (name: string) => string | undefined }}
 */
export function readReference(entries = entriesOf(readPackage())) {
  const declarations = createDeclarations()
  /** @type {Map<string, { path: string, symbol: ExportedSymbol }>} */
  const homes = new Map()
  const missing = []

  const read = denoDoc(entries.map(({ source }) => source))
  const exported = entries.map((entry) => ({ entry, path: `api/${entry.name === 'index' ? 'keyless-chat' : entry.name}.html`, ...symbolsOf(read[pathToFileURL(root + entry.source).href], entry) }))
  // A name that another entry declares is described there; one that two entries declare, on the first.
  const pages = exported.map(({ entry, path, doc, found }) => {
    const symbols = []
    for (const { name, place, reference } of found) {
      if (reference || homes.has(place)) continue
      const symbol = declarations.read(name, place)
      if (symbol.doc.summary === '') missing.push(`${name} of ${entry.specifier}, in ${symbol.file}:${symbol.line}`)
      homes.set(place, { path, symbol })
      symbols.push(symbol)
    }
    return { specifier: entry.specifier, path, doc, symbols, found }
  })
  if (missing.length > 0) throw new Error(`Cannot write the reference as docstrings are missing:\n${missing.join('\n')}`)

  const all = pages.map(({ found, ...page }) => ({
    ...page,
    elsewhere: found.flatMap(({ name, place }) => {
      const home = homes.get(place)
      if (!home) throw new Error(`Cannot find where ${name} of ${page.specifier} is declared: ${place}`)
      return home.path === page.path ? [] : [{ name, home: home.path, summary: home.symbol.doc.summary }]
    }),
  }))
  return { entries: all, linkFrom: linker(all) }
}

/** Tells where a name leads from a page: to what the page itself describes or exports, else to the first page that does. */
function linker(entries) {
  return function linkFrom(path) {
    const own = entries.find((entry) => entry.path === path)
    const names = new Map()
    for (const { path: home, symbols } of [...(own ? [own] : []), ...entries]) {
      for (const { name, kind } of symbols) if (!names.has(name) && /^[A-Z]/.test(name)) names.set(name, { home, kind })
      if (home === path) for (const { name, home: other } of own.elsewhere) names.set(name, { home: other })
    }
    return (name) => {
      const found = names.get(name)
      if (!found) return undefined
      return found.home === path ? `#${name}` : relativeTo(path, found.home, name)
    }
  }
}

function relativeTo(path, home, name) {
  const file = home.split('/').at(-1)
  return `${path.startsWith('api/') ? '' : `${'../'.repeat(path.split('/').length - 1)}api/`}${file}#${name}`
}

function denoDoc(sources) {
  const deno = process.platform === 'win32' ? 'node_modules/deno/deno.exe' : 'node_modules/.bin/deno'
  const text = execFileSync(deno, ['doc', '--json', ...sources], { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, NO_COLOR: '1' } })
  const { version, nodes } = JSON.parse(text)
  if (version !== 2) throw new Error(`Cannot read what deno doc says: its format has the version ${version}, and 2 is what is read here`)
  return nodes
}

/** The names that an entry exports; `place` is the file and the line of a declaration, so that names of two entries can be known to be one. */
function symbolsOf(node, { source }) {
  if (!node) throw new Error(`Cannot read the reference of ${source}: deno doc does not tell of it`)
  const found = node.symbols.flatMap(({ name, declarations }) => {
    const [first] = declarations.filter(({ declarationKind }) => declarationKind === 'export')
    if (!first) return []
    const { filename, line } = first.kind === 'reference' ? first.def.target : first.location
    // Deno counts from 0.
    return [{ name, reference: first.kind === 'reference', place: `${fileURLToPath(filename).slice(root.length)}:${line + 1}` }]
  })
  return { doc: parseDoc(commentOf(readFileSync(root + source, 'utf8'))), found }
}

function commentOf(source) {
  return /^\/\*\*([^]*?)\*\//.exec(source)?.[1] ?? ''
}
