/**
 * All pages of the site, written into a folder.
 * Runtime: Node.
 * @module
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readPackage, root } from '../entries.mjs'
import { writeAssets } from './assets.mjs'
import { createHighlight } from './highlight.mjs'
import { escape } from './html.mjs'
import { pageOf } from './layout.mjs'
import { articleOf } from './markdown.mjs'
import { entriesPage, entryPage } from './reference-page.mjs'
import { readReference } from './reference.mjs'
import { indexOf } from './search.mjs'
import { linkTo, pagesOf, readNav } from './site.mjs'

/**
 * Builds the site.
 *
 * @param {string} folder Emptied first
 * @param {{ report?: (problem: string) => void }} [options] `report` is told of pages and links that are not there; without one they are errors
 * @returns {Promise<{ pages: string[], live: number }>} The paths of its pages, and how many of them have examples that run
 */
export async function buildSite(folder, { report = fail } = {}) {
  const { FAULTS } = await import(pathToFileURL(`${root}dist/emulator.js`).href)
  const highlight = await createHighlight()
  const reference = readReference()
  const pages = pagesOf(report)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(`${folder}/assets`, { recursive: true })

  const articles = new Map(pages.filter(({ source }) => source).map((page) => {
    const link = reference.linkFrom(page.path)
    const article = articleOf(readFileSync(root + page.source, 'utf8'), { source: page.source, path: page.path, pages, highlight, link, report })
    return [page.path, { ...page, ...article, title: article.title || page.title, kind: 'text' }]
  }))
  for (const page of pages.filter(({ path }) => /^(errors|decisions)\/index\.html$/.test(path))) {
    const listed = [...articles.values()].filter(({ parent }) => parent === page.path)
    // One that is written lists its pages itself.
    if (!articles.has(page.path)) articles.set(page.path, withList(emptyList(page), listed))
  }
  const codes = pages.filter(({ parent }) => parent === 'errors/index.html').map(({ title }) => title)
  const api = [entriesPage(reference.entries, { highlight }), ...reference.entries.map((entry) => entryPage(entry, { highlight, link: reference.linkFrom(entry.path), codes }))].map((page) => ({ ...page, kind: 'reference' }))

  const all = [...articles.values(), ...api]
  const site = { groups: groupsOf(pages, reference), version: readPackage().version }
  for (const page of all) write(folder, page.path, pageOf(page, site))
  for (const image of new Set([...articles.values()].flatMap(({ images }) => images))) cpSync(root + image, `${folder}/assets/${basename(image)}`)
  write(folder, 'assets/search.json', JSON.stringify(indexOf(all)))
  await writeAssets(folder, FAULTS)
  return { pages: all.map(({ path }) => path), live: all.filter(({ live }) => live).length }
}

function fail(problem) {
  throw new Error(problem)
}

function write(folder, path, text) {
  mkdirSync(dirname(`${folder}/${path}`), { recursive: true })
  if (existsSync(`${folder}/${path}`)) throw new Error(`Cannot write ${path} as there is such a page already`)
  writeFileSync(`${folder}/${path}`, text)
}

/** A list without a text of its own. */
function emptyList({ path, title }) {
  return { path, title, html: `<h1 id="${title.toLowerCase()}">${escape(title)}</h1>\n`, description: title, headings: [], images: [], live: false, kind: 'text', sections: [{ id: '', title, text: '' }] }
}

/** The same with a list of pages below it: by what it says first, or by its code. */
function withList(page, listed) {
  const codes = page.path.startsWith('errors/')
  const item = ({ path, title, description }) => `<li><a href="${linkTo(page.path, path)}">${codes ? `<code>${escape(title)}</code>` : escape(title)}</a>${codes ? ` <span>${escape(description)}</span>` : ''}</li>`
  const list = `<ul class="listed${codes ? ' codes' : ''}">\n${listed.map(item).join('\n')}\n</ul>\n`
  return { ...page, html: page.html + list }
}

function groupsOf(pages, reference) {
  const groups = readNav().map(({ title, api }) => {
    if (api) return { title, pages: [{ title: 'All entries', path: 'api/index.html' }, ...reference.entries.map(({ specifier, path }) => ({ title: specifier, path }))] }
    return { title, pages: pages.filter(({ group, listed }) => group === title && listed).map((page) => ({ title: page.title, path: page.path, covers: pages.filter(({ parent }) => parent === page.path).map(({ path }) => path) })) }
  })
  return groups.filter((group) => group.pages.length > 0)
}
