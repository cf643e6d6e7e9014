/**
 * Tokens of blocks in, elements out, made one by one: there is no markup that a browser would read.
 * @module
 */
import type { MarkedToken, Token, Tokens } from 'marked'
import { codeBlock } from './code-block.ts'
import { element } from './dom.ts'
import { checkbox, inlineNodes } from './markdown-inline.ts'
import type { Mark } from './markdown-inline.ts'
import { createOutline } from './outline.ts'
import type { Outline } from './outline.ts'

/** What blocks are made with. */
export interface BlockOptions {
  /** Splits words into what they hold beside themselves. */
  readonly mark: Mark
  /** Says that something was copied. */
  readonly say: (words: string) => void
}

/** The same, with where the blocks stand. */
export interface BlocksOptions extends BlockOptions {
  readonly outline: Outline
}

/** Makes the elements of blocks; white space and definitions of links make none. */
export function blockElements(tokens: readonly Token[], options: BlocksOptions): readonly HTMLElement[] {
  return (tokens as readonly MarkedToken[]).flatMap((token) => elementsOf(token, options))
}

function elementsOf(token: MarkedToken, options: BlocksOptions): readonly HTMLElement[] {
  const { mark } = options
  switch (token.type) {
    case 'space':
    case 'def':
      return []
    case 'heading':
      return [element(`h${options.outline.level(token.depth)}`, { 'data-depth': String(token.depth) }, ...inlineNodes(token.tokens, mark))]
    case 'code':
      return [codeBlock(token.lang ?? '', token.text.replace(/\n$/, ''), options.say).root]
    case 'blockquote':
      return [element('blockquote', {}, ...blockElements(token.tokens, within(options)))]
    case 'hr':
      return [element('hr')]
    case 'list':
      return [list(token, options)]
    case 'table':
      return [table(token, mark)]
    case 'html':
      return token.raw.trim() === '' ? [] : [element('p', { class: 'markup' }, token.raw.trimEnd())]
    case 'checkbox':
      return [element('p', {}, checkbox(token.checked))]
    case 'paragraph':
    case 'text':
      return [element('p', {}, ...inlineNodes(token.tokens ?? [token], mark))]
    default:
      return token.raw.trim() === '' ? [] : [element('p', {}, token.raw)]
  }
}

/** What is quoted or listed may have headings, and none of what follows is below them. */
function within(options: BlocksOptions): BlocksOptions {
  return { ...options, outline: createOutline(options.outline.above) }
}

/** Items hold paragraphs in any case, so that one that stands does not change when a blank line comes after it: whether they stand apart is the list's to say. */
function list({ ordered, start, loose, items }: Tokens.List, options: BlocksOptions): HTMLElement {
  const made = element(ordered ? 'ol' : 'ul', {
    ...(ordered && start !== '' && start !== 1 ? { start: String(start) } : {}),
    ...(loose ? { class: 'loose' } : {}),
  })
  made.append(...items.map(({ task, tokens }) => element('li', task ? { class: 'task' } : {}, ...itemElements(tokens, within(options)))))
  return made
}

/** The box of a task stands beside its words. */
function itemElements(tokens: readonly Token[], options: BlocksOptions): readonly HTMLElement[] {
  const [first, ...rest] = tokens as readonly MarkedToken[]
  if (first?.type !== 'checkbox') return blockElements(tokens, options)
  const elements = blockElements(rest, options)
  const words = elements[0]?.localName === 'p' ? elements[0] : undefined
  words?.prepend(checkbox(first.checked))
  return words ? elements : [element('p', {}, checkbox(first.checked)), ...elements]
}

/** A wide table scrolls by itself, by keyboard too. https://adrianroselli.com/2020/11/under-engineered-responsive-tables.html */
function table({ header, rows }: Tokens.Table, mark: Mark): HTMLElement {
  const cell = (name: 'td' | 'th', { tokens, align }: Tokens.TableCell) =>
    element(name, { ...(name === 'th' ? { scope: 'col' } : {}), ...(align ? { 'data-align': align } : {}) }, ...inlineNodes(tokens, mark))
  const names = header.map(({ text }) => text.trim()).filter((text) => text !== '')
  return element(
    'div',
    { class: 'table', role: 'region', tabindex: '0', 'aria-label': `Table: ${names.join(', ') || 'without headings'}` },
    element(
      'table',
      {},
      // What heads nothing is no heading: a screen reader would look for its words.
      element('thead', {}, element('tr', {}, ...header.map((one) => cell(one.text.trim() === '' ? 'td' : 'th', one)))),
      element('tbody', {}, ...rows.map((row) => element('tr', {}, ...row.map((one) => cell('td', one))))),
    ),
  )
}
