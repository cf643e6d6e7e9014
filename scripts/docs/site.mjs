/**
 * The pages of the site: which there are, in which order, from which file each comes, and where each goes.
 * Runtime: Node.
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { root } from '../entries.mjs'

/**
 * @typedef {object} Page
 * @property {string} source From the root of the repository, `docs/start.md`; `''` for what is made without one
 * @property {string} path In the site, `index.html`
 * @property {string} title In the list of pages
 * @property {string} group Whose list it is in
 * @property {boolean} listed Whether the list of pages shows it
 * @property {string | undefined} parent The page that stands for it in the list
 */

/** The groups of nav.json, whose pages are files below docs/ or, with `../`, of the repository. */
export function readNav() {
  return JSON.parse(readFileSync(`${root}docs/site/nav.json`, 'utf8'))
}

/** Pages that list those of a folder; where none is written, the list is made. */
const LISTS = { 'errors/index.md': 'errors', 'decisions/index.md': 'decisions' }

/**
 * Lists all pages but the API reference. Files below docs/ that nav.json does not name are pages, too: those of `errors/` and `decisions/` belong to
 * their list, and all others come last, under their headings.
 *
 * @param {(problem: string) => void} report Throws, or tells of what is not there yet
 * @returns {Page[]}
 */
export function pagesOf(report) {
  /** @type {Page[]} */
  const pages = []
  for (const { title: group, pages: listed = [] } of readNav()) {
    for (const { title, file } of listed) {
      const source = posix.join('docs', file)
      const list = LISTS[file]
      if (!list && !existsSync(root + source)) {
        report(`Cannot find ${source}, which docs/site/nav.json names`)
        continue
      }
      pages.push({ source: existsSync(root + source) ? source : '', path: pathOf(file), title, group, listed: true, parent: undefined })
      if (!list) continue
      for (const name of readdirSync(`${root}docs/${list}`).sort()) {
        if (!name.endsWith('.md') || `${list}/${name}` === file) continue
        pages.push({ source: `docs/${list}/${name}`, path: `${list}/${name.replace(/\.md$/, '.html')}`, title: name.replace(/\.md$/, ''), group, listed: false, parent: pathOf(file) })
      }
    }
  }
  const known = new Set(pages.map(({ source }) => source))
  const last = readNav().at(-1).title
  for (const name of readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = name.replaceAll('\\', '/')
    const source = `docs/${file}`
    if (!file.endsWith('.md') || known.has(source)) continue
    const title = /^# (.+)$/m.exec(readFileSync(root + source, 'utf8'))?.[1]
    if (title === undefined) throw new Error(`Cannot place ${source} in the site: it has no heading, and docs/site/nav.json does not name it`)
    pages.push({ source, path: pathOf(file), title, group: last, listed: true, parent: undefined })
  }
  return pages
}

/** `start.md` is the first page of the site; `../SECURITY.md` is `security.html`. */
function pathOf(file) {
  if (file === 'start.md') return 'index.html'
  return posix.basename(file) === file || !file.startsWith('../') ? file.replace(/\.md$/, '.html') : posix.basename(file).toLowerCase().replace(/\.md$/, '.html')
}

/** A link from one page of the site to another, relative. */
export function linkTo(from, to) {
  return posix.relative(posix.dirname(from), to) || posix.basename(to)
}
