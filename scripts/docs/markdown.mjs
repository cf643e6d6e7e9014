/**
 * A page's Markdown in, its article out: HTML, headings, and texts for the search.
 *
 * Links lead to the page of the site that a file became, images are copied, and a link that leads nowhere is an error.
 * Runtime: Node.
 * @module
 */
import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import { Marked } from 'marked'
import { root } from '../entries.mjs'
import { blocksOf } from './blocks.mjs'
import { codeFigure } from './code.mjs'
import { escape, slugOf, textOf } from './html.mjs'
import { linkTo } from './site.mjs'

/**
 * @typedef {object} Article
 * @property {string} html
 * @property {string} title The text of its first heading
 * @property {string} description The text of its first paragraph
 * @property {{ id: string, text: string, html: string, depth: number }[]} headings But the first one
 * @property {string[]} images From the root of the repository
 * @property {boolean} live Whether it has an example that can be run in the page
 * @property {{ id: string, title: string, text: string }[]} sections For the search
 */

/**
 * Writes an article.
 *
 * @param {string} markdown
 * @param {{ source: string, path: string, pages: import('./site.mjs').Page[], highlight: Awaited<ReturnType<typeof import('./highlight.mjs').createHighlight>>, link?: (name: string) => string | undefined, report: (problem: string) => void }} options `report` throws, or tells of what is not there yet
 * @returns {Article}
 */
export function articleOf(markdown, { source, path, pages, highlight, link, report }) {
  const blocks = blocksOf(markdown)
  const taken = new Map()
  /** @type {Article} */
  const article = { html: '', title: '', description: '', headings: [], images: [], live: false, sections: [] }
  const say = (text) => {
    const section = article.sections.at(-1)
    if (section && text.trim()) section.text += `${text.trim().replace(/\s+/g, ' ')} `
  }
  let fenced = 0

  const renderer = {
    heading({ tokens, depth }) {
      const html = this.parser.parseInline(tokens)
      const text = textOf(html)
      const id = slugOf(text, taken)
      article.sections.push({ id: depth === 1 ? '' : id, title: text, text: '' })
      if (depth === 1) {
        article.title ||= text
        return `<h1 id="${id}">${html}</h1>\n`
      }
      // A heading that holds a link cannot be one.
      article.headings.push({ id, text, html: html.replace(/<\/?a\b[^>]*>/g, ''), depth })
      return `<h${depth} id="${id}">${html}<a class="anchor" href="#${id}" aria-label="Link to “${escape(text)}”">#</a></h${depth}>\n`
    },
    paragraph({ tokens }) {
      const html = this.parser.parseInline(tokens)
      article.description ||= textOf(html)
      say(textOf(html))
      return `<p>${html}</p>\n`
    },
    listitem({ tokens, loose }) {
      const html = this.parser.parse(tokens, Boolean(loose))
      if (!loose) say(textOf(html))
      return `<li>${html}</li>\n`
    },
    code({ text, lang, codeBlockStyle }) {
      if (codeBlockStyle === 'indented') return codeFigure({ code: text, language: '', mode: '' }, { highlight, path })
      const block = blocks[fenced++]
      if (!block) throw new Error(`Cannot write ${source} as its code blocks are read in two ways: ${lang}`)
      article.live ||= block.mode === 'live'
      return codeFigure(block, { highlight, path, link })
    },
    table(token) {
      const cell = (tag, { tokens, align }) => `<${tag}${align ? ` class="${align}"` : ''}>${this.parser.parseInline(tokens)}</${tag.split(' ')[0]}>`
      // Below a corner without a text, the first column heads its rows.
      const rowsHeaded = token.header[0]?.text.trim() === ''
      const head = `<tr>${token.header.map((one) => cell(one.text.trim() ? 'th scope="col"' : 'td', one)).join('')}</tr>`
      const rows = token.rows.map((cells) => `<tr>${cells.map((one, column) => cell(rowsHeaded && column === 0 ? 'th scope="row"' : 'td', one)).join('')}</tr>`)
      say(textOf(rows.join(' ').replaceAll(/<\/t[dh]>/g, ' ')))
      // It may be wider than a phone, and keys must reach what scrolls.
      return `<div class="table" role="group" aria-label="Table" tabindex="0"><table><thead>${head}</thead><tbody>${rows.join('\n')}</tbody></table></div>\n`
    },
    link({ href, title, tokens }) {
      const html = this.parser.parseInline(tokens)
      const target = targetOf(href)
      return target === undefined ? `<span class="file">${html}</span>` : `<a href="${escape(target)}"${title ? ` title="${escape(title)}"` : ''}>${html}</a>`
    },
    image({ href, text }) {
      const file = posix.join(posix.dirname(source), href)
      if (!existsSync(root + file)) throw new Error(`Cannot find ${href}, which ${source} shows`)
      article.images.push(file)
      return `<img src="${escape(linkTo(path, `assets/${posix.basename(file)}`))}" alt="${escape(text)}" loading="lazy">`
    },
    html({ text }) {
      return /^\s*(<!--[^]*?-->\s*)*$/.test(text) ? '' : text
    },
  }

  /** Where a link leads in the site; `undefined` for a file that is in the repository alone. */
  function targetOf(href) {
    if (/^[a-z]+:|^#/.test(href)) return href
    const [file = '', hash] = href.split('#')
    const from = posix.normalize(posix.join(posix.dirname(source), file))
    const names = [from, posix.join(from, 'index.md'), posix.join(from, 'README.md')]
    const page = pages.find((one) => names.includes(one.source) || one.path === posix.relative('docs', from).replace(/(?:^|\/)$|(\/?index)?\.md$/, (_, index) => `${index ?? ''}.html`) || `${posix.relative('docs', from)}/index.html` === one.path)
    if (page) return linkTo(path, page.path) + (hash ? `#${hash}` : '')
    if (from === 'README.md') return linkTo(path, 'index.html')
    if (!existsSync(root + from)) report(`Cannot follow the link to ${href} in ${source}: there is no ${from}`)
    return undefined
  }

  article.html = /** @type {string} */ (new Marked({ renderer }).parse(markdown))
  if (fenced !== blocks.length) throw new Error(`Cannot write ${source} as its code blocks are read in two ways: ${fenced} and ${blocks.length}`)
  return article
}
