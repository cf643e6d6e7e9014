/**
 * Tokens of a line in, nodes out: text is only ever text, and an address is opened only by a click.
 * @module
 */
import type { MarkedToken, Token } from 'marked'
import { element } from './dom.ts'

/** Splits words into what they hold beside themselves, such as marks that lead to sources. */
export type Mark = (words: string) => readonly (Node | string)[]

/** What a page of somebody else's may be opened by. */
const SCHEMES = /^(?:https?|mailto):$/

/** Names of characters that models write; any other name stays as it is written. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'', nbsp: '\u00a0', copy: '©', reg: '®', trade: '™', deg: '°', euro: '€', pound: '£', sect: '§', para: '¶',
  hellip: '…', mdash: '—', ndash: '–', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', laquo: '«', raquo: '»', bull: '•', middot: '·', times: '×', divide: '÷',
  plusmn: '±', minus: '−', ne: '≠', le: '≤', ge: '≥', asymp: '≈', infin: '∞', larr: '←', uarr: '↑', rarr: '→', darr: '↓', harr: '↔', check: '✓', frac12: '½', sup2: '²', sup3: '³',
}

/** Reads `&amp;` and its like. */
function readable(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w{2,8}));/g, (written, decimal?: string, hex?: string, name = '') => {
    if (decimal === undefined && hex === undefined) return Object.hasOwn(NAMED, name) ? (NAMED[name] ?? written) : written
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
  })
}

/** Makes the nodes of a line; `linked` where they are in a link, which cannot hold another one. */
export function inlineNodes(tokens: readonly Token[], mark: Mark, linked = false): readonly (Node | string)[] {
  const nodes: (Node | string)[] = []
  let words = ''
  const speak = () => {
    if (words !== '') nodes.push(...mark(words))
    words = ''
  }
  // Neighbours are one text: a mark such as `[doc1]` comes as several tokens.
  for (const token of tokens as readonly MarkedToken[]) {
    if (token.type === 'text' || token.type === 'escape') {
      if ('tokens' in token && token.tokens) {
        speak()
        nodes.push(...inlineNodes(token.tokens, mark, linked))
      } else words += token.type === 'text' ? readable(token.text) : token.text
    } else if (token.type === 'html') words += token.raw
    else {
      speak()
      nodes.push(...nodesOf(token, mark, linked))
    }
  }
  speak()
  return nodes
}

function nodesOf(token: MarkedToken, mark: Mark, linked: boolean): readonly (Node | string)[] {
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return [element(token.type, {}, ...inlineNodes(token.tokens, mark, linked))]
    case 'codespan':
      return [element('code', {}, token.text)]
    case 'br':
      return [element('br')]
    case 'link':
      return link(token.autolink ? token.href : readable(token.href), inlineNodes(token.tokens, plain, true))
    // Fetched, it would tell its host what the conversation says: whoever can put words into an answer could put them into an address too.
    case 'image':
      return linked ? [readable(token.text) || 'Picture'] : link(readable(token.href), [readable(token.text) || 'Picture'], 'picture')
    case 'checkbox':
      return [checkbox(token.checked)]
    default:
      return mark(token.raw)
  }
}

const plain: Mark = (words) => [words]

function link(href: string, content: readonly (Node | string)[], kind?: string): readonly (Node | string)[] {
  if (!URL.canParse(href) || !SCHEMES.test(new URL(href).protocol)) return content
  return [element('a', { href, target: '_blank', rel: 'noopener noreferrer', ...(kind ? { class: kind } : {}) }, ...content)]
}

/** Makes the box of a task, which is the model's to tick. */
export function checkbox(checked: boolean): HTMLInputElement {
  return element('input', { type: 'checkbox', disabled: '', 'aria-label': checked ? 'Done' : 'To do', ...(checked ? { checked: '' } : {}) })
}
