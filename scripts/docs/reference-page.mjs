/**
 * What an entry exports in, its page of the reference out.
 * Runtime: Node.
 * @module
 */
import { Marked } from 'marked'
import { codeFigure } from './code.mjs'
import { escape, textOf } from './html.mjs'
import { linkTo } from './site.mjs'

const SECTIONS = [
  ['Functions', 'function'],
  ['Classes', 'class'],
  ['Values', 'variable'],
  ['Types', 'interface', 'typeAlias'],
]

/**
 * Writes the page of an entry.
 *
 * @param {import('./reference.mjs').EntryReference} entry
 * @param {{ highlight: Awaited<ReturnType<typeof import('./highlight.mjs').createHighlight>>, link: (name: string) => string | undefined, codes: string[] }} options `codes` are those of errors that have a page
 * @returns {Omit<import('./layout.mjs').Frame, 'kind'> & { sections: { id: string, title: string, text: string }[] }}
 */
export function entryPage(entry, { highlight, link, codes }) {
  const write = createWriter({ highlight, link, path: entry.path, codes })
  const [intro = '', facts = ''] = entry.doc.text.split(/\n(?=Runtimes?:)/)
  const runtimes = /Runtimes?: ([^]*?)\.(?: Imports?:|$)/.exec(facts)?.[1]
  const headings = []
  const sections = [{ id: '', title: entry.specifier, text: textOf(write.prose(intro)) }]
  let html = `<p class="kicker">API reference</p>\n<h1 id="entry"><code>${escape(entry.specifier)}</code></h1>\n<div class="lead">${write.prose(intro)}</div>\n`
  if (runtimes) html += `<p class="facts">Runs in ${escape(runtimes.replace(/\s+/g, ' ').replace(/^all\b/, 'all runtimes'))}</p>\n`

  for (const [title, ...kinds] of SECTIONS) {
    const symbols = entry.symbols.filter(({ kind }) => kinds.includes(kind)).sort((a, b) => (a.name < b.name ? -1 : 1))
    if (symbols.length === 0) continue
    const id = title.toLowerCase()
    headings.push({ id, html: title, depth: 2 })
    html += `<h2 id="${id}">${title}</h2>\n`
    for (const symbol of symbols) {
      headings.push({ id: symbol.name, html: `<code>${symbol.name}</code>`, depth: 3 })
      html += write.symbol(symbol)
      sections.push({ id: symbol.name, title: symbol.name, text: textOf(`${write.prose(symbol.doc.text)} ${symbol.members.map(({ name, doc }) => `${name} ${escape(doc.text)}`).join(' ')}`) })
    }
  }
  if (entry.elsewhere.length > 0) {
    headings.push({ id: 'elsewhere', html: 'Exported here, too', depth: 2 })
    const item = ({ name, home, summary }) => `<li><a href="${linkTo(entry.path, home)}#${name}"><code>${name}</code></a> ${write.inline(summary)}</li>`
    html += `<h2 id="elsewhere">Exported here, too</h2>\n<ul class="elsewhere">${entry.elsewhere.map(item).join('\n')}</ul>\n`
    sections.push({ id: 'elsewhere', title: `${entry.specifier}: exported, too`, text: entry.elsewhere.map(({ name }) => name).join(' ') })
  }
  return { path: entry.path, title: entry.specifier, description: textOf(write.prose(intro)), html, headings, live: false, sections }
}

/** Writes the page that lists the entries. */
export function entriesPage(entries, { highlight }) {
  const path = 'api/index.html'
  const write = createWriter({ highlight, link: () => undefined, path, codes: [] })
  const items = entries.map((entry) => {
    const [intro = ''] = entry.doc.text.split(/\n(?=Runtimes?:)/)
    const names = entry.symbols.filter(({ kind }) => kind !== 'interface' && kind !== 'typeAlias').map(({ name }) => `<a href="${linkTo(path, entry.path)}#${name}"><code>${name}</code></a>`)
    return `<li><h2><a href="${linkTo(path, entry.path)}"><code>${entry.specifier}</code></a></h2>\n${write.prose(intro)}<p class="names">${names.join(' ')}</p></li>`
  })
  const intro = 'What each entry of the package exports. What a page does not import it does not ship.'
  return { path, title: 'API reference', description: intro, html: `<h1 id="api">API reference</h1>\n<p class="lead">${intro}</p>\n<ul class="entries">${items.join('\n')}</ul>\n`, headings: [], live: false, sections: [{ id: '', title: 'API reference', text: intro }] }
}

function createWriter({ highlight, link, path, codes }) {
  const codePage = (code) => (codes.includes(code) ? linkTo(path, `errors/${code}.html`) : undefined)
  // Those of one word, such as `token`, may be the name of something else.
  const target = (text) => link(text) ?? (text.includes('-') ? codePage(text) : undefined)
  const marked = new Marked({
    renderer: {
      code: ({ text, lang = '' }) => codeFigure({ code: text, language: lang, mode: '' }, { highlight, path, link }),
      codespan: ({ text }) => (target(text) ? `<a href="${target(text)}"><code>${escape(text)}</code></a>` : `<code>${escape(text)}</code>`),
    },
  })
  const linked = (text) => text.replace(/\{@link (\w+)\}/g, '`$1`')
  const prose = (text) => /** @type {string} */ (marked.parse(linked(text)))
  const inline = (text) => /** @type {string} */ (marked.parseInline(linked(text)))
  /** Names lead to where they are described, but for the one that is described here. */
  const signature = (code, own) => highlight(code, 'ts', (name) => (name === own ? undefined : link(name)))

  function member({ name, signature: code, doc }, owner) {
    const fallback = doc.fallback === undefined ? '' : `<p class="default"><span>Default</span> ${inline(doc.fallback)}</p>`
    const throws = doc.throws.length > 0 ? `<p class="default"><span>Throws</span> ${doc.throws.map(inline).join(' ')}</p>` : ''
    return `<dt id="${escape(`${owner}.${name}`)}"><code>${signature(code, owner)}</code></dt>\n<dd>${doc.text ? prose(doc.text) : ''}${fallback}${throws}</dd>`
  }

  function list(title, items) {
    return items.length === 0 ? '' : `<h4>${title}</h4>\n<ul class="tags">${items.map((item) => `<li>${item}</li>`).join('\n')}</ul>\n`
  }

  function symbol({ name, kind, file, line, doc, signatures, members }) {
    return `<div class="symbol">
<h3 id="${name}"><code>${name}</code><a class="anchor" href="#${name}" aria-label="Link to “${name}”">#</a></h3>
<div class="code signature"><pre tabindex="0" aria-label="Signature"><code>${signatures.map((code) => signature(code, name)).join('\n')}</code></pre></div>
${prose(doc.text)}${list('Parameters', doc.params.map(({ name: param, text }) => `<code>${escape(param)}</code> ${inline(text)}`))}${list('Returns', doc.returns ? [inline(doc.returns)] : [])}${list('Throws', doc.throws.map(inline))}${
      members.length > 0 ? `<dl class="members">${members.map((one) => member(one, name)).join('\n')}</dl>\n` : ''
    }${doc.examples.length > 0 ? `<h4>Example</h4>\n${doc.examples.map(prose).join('')}` : ''}${list('See', doc.see.map(inline))}<p class="source">${kind === 'typeAlias' ? 'type' : kind === 'variable' ? 'value' : kind}, <code>${escape(file)}</code>, line ${line}</p>
</div>
`
  }

  return { prose, inline, symbol }
}
