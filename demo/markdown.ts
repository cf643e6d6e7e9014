/**
 * Pieces of Markdown in, elements out. What is finished stands: its nodes are never made again, so that a selection in it lives. What is not is lexed anew
 * from where its block begins, once per frame; a block of code only grows, and a list stands up to its last item. So a piece costs what the block
 * costs that it comes to, however long the answer is already.
 * Loaded with the first answer: https://github.com/markedjs/marked cuts the text into tokens, and its renderer, which writes markup, is not used.
 * @module
 */
import { Lexer } from 'marked'
import type { Links, MarkedToken, Tokens } from 'marked'
import { blockElements } from './markdown-blocks.ts'
import type { BlockOptions } from './markdown-blocks.ts'
import { openFence } from './markdown-fence.ts'
import type { OpenFence } from './markdown-fence.ts'
import { presentable } from './markdown-open.ts'
import { createOutline } from './outline.ts'
import { patch, patchNode } from './patch.ts'
import type { Prose } from './prose.ts'

/** What a blank line ends; lists, indented code and markup may go on after one. */
const ENDS_AT_BLANK: readonly string[] = ['paragraph', 'heading', 'hr', 'blockquote', 'table', 'def']
/** A block that is longer ends where a word does: looked through with each piece that comes, it would cost ever more. */
const LONGEST_BLOCK = 20_000
/** What may be a link whose address stands further down: `[words][name]`, `[name]`. */
const REFERENCE = /\[[^\]]+\](?!\()/

/** A list that grows: all of its items but the last stand. */
interface OpenList {
  readonly root: Element
  readonly kind: string
  standing: number
}

/** Writes into an element, which holds nothing else. */
export function writeMarkdown(container: HTMLElement, options: BlockOptions): Prose {
  const known: Links = Object.create(null) as Links
  /** From where the last unfinished block begins. */
  let tail = ''
  let waiting = ''
  let frame: number | undefined
  /** How many children of the container stand. */
  let standing = 0
  /** As far as the tail has been looked through for what has finished. */
  let looked = 0
  let fence: OpenFence | undefined
  let list: OpenList | undefined
  /** The headings that stand. */
  const outline = createOutline()
  /** Blocks whose links have no address so far. */
  const open: { readonly node: Element; readonly raw: string; readonly above: readonly number[] }[] = []

  function lex(text: string): readonly MarkedToken[] {
    const lexer = new Lexer({ gfm: true, breaks: true })
    Object.assign(lexer.tokens.links, known)
    return lexer.lex(text) as MarkedToken[]
  }

  function cut(length: number): void {
    // Blank lines mean nothing any more where no block is open.
    tail = list ? tail.slice(length) : tail.slice(length).replace(/^(?:[ \t]*\n)+/, '')
    looked = 0
  }

  /** Shows tokens behind what stands; returns how many elements of the container they are. */
  function render(tokens: readonly MarkedToken[]): number {
    const [first] = tokens
    const elements = blockElements(tokens, { ...options, outline: createOutline(outline.above) })
    if (list) {
      if (first?.type === 'list' && kindOf(first) === list.kind) {
        const [more, ...rest] = elements
        patch(list.root, list.standing, more ? [...more.childNodes] : [])
        if (first.loose) list.root.classList.add('loose')
        patch(container, standing + 1, rest)
        return rest.length + 1
      }
      list = undefined
      standing += 1
    }
    patch(container, standing, elements)
    return elements.length
  }

  /** Keeps the addresses that finished blocks give, and links with them what was written before. */
  function define(finished: readonly MarkedToken[]): void {
    const shown = finished.filter(({ type }) => type !== 'space' && type !== 'def')
    for (const [index, token] of shown.entries()) {
      const { raw } = token
      const { above } = outline
      if (token.type === 'heading') outline.level(token.depth)
      const node = container.children[standing + index]
      // Of a list that goes on, this is but an item.
      if (node && node !== list?.root && REFERENCE.test(raw)) open.push({ node, raw, above })
    }
    const found = finished.filter((token) => token.type === 'def')
    for (const { tag, href, title } of found) known[tag] ??= { href, title }
    if (found.length === 0) return
    for (const { node, raw, above } of open) {
      const [wanted] = blockElements(lex(raw), { ...options, outline: createOutline(above) })
      if (wanted && node.localName === wanted.localName) patchNode(node, wanted)
    }
  }

  /** Lets stand what has finished by the last whole line: what follows cannot change it. True where something has. */
  function settle(): boolean {
    const whole = tail.lastIndexOf('\n') + 1
    if (whole <= looked) return false
    looked = whole
    const tokens = lex(tail.slice(0, whole))
    const last = tokens.findLastIndex(({ type }) => type !== 'space')
    const token = tokens[last]
    if (!token) return false
    const ended = token.type === 'heading' || token.type === 'hr' || (ENDS_AT_BLANK.includes(token.type) && last < tokens.length - 1)
    const finished = tokens.slice(0, ended ? last + 1 : last)
    const items = !ended && token.type === 'list' ? token.items.slice(0, -1) : []
    if (finished.length === 0 && items.length === 0) return false

    const shown = render(items.length > 0 && token.type === 'list' ? [...finished, token] : finished)
    define(finished)
    const length = [...finished, ...items].reduce((sum, { raw }) => sum + raw.length, 0)
    if (items.length > 0 && token.type === 'list') {
      standing += shown - 1
      if (list && shown === 1) list.standing += items.length
      else list = listAt(container, standing, token, items.length)
    } else {
      standing += shown
      list = undefined
    }
    cut(length)
    return true
  }

  /** Opens a block of code, or puts what has come into the one that is open. True where one was opened or closed. */
  function encode(final: boolean): boolean {
    if (fence) {
      const { rest, closed } = fence.take(tail, final)
      tail = rest
      if (!closed) return false
      fence = undefined
      standing += 1
      cut(0)
      return true
    }
    const opened = list ? undefined : openFence(tail, options.say)
    if (!opened) return false
    ;({ fence, rest: tail } = opened)
    patch(container, standing, [])
    container.append(fence.root)
    return true
  }

  function show(final = false): void {
    frame = undefined
    // A line may end in two characters, which may come in two pieces.
    const whole = final || !waiting.endsWith('\r') ? waiting : waiting.slice(0, -1)
    tail += whole.replace(/\r\n?/g, '\n')
    waiting = waiting.slice(whole.length)
    if (!fence && !list && standing === 0) tail = tail.replace(/^(?:[ \t]*\n)+/, '')
    while (encode(final) || (!fence && settle()));
    if (fence) return
    if (!final && tail.length > LONGEST_BLOCK) {
      const end = Math.max(tail.lastIndexOf('\n'), tail.lastIndexOf(' ')) + 1 || tail.length
      standing += render(lex(tail.slice(0, end)))
      list = undefined
      cut(end)
    }
    const tokens = lex(final ? tail : presentable(tail))
    const shown = render(tokens)
    if (!final) return
    define(tokens)
    standing += shown
    list = undefined
    tail = ''
    looked = 0
  }

  return {
    append(text) {
      waiting += text
      frame ??= requestAnimationFrame(() => show())
    },
    flush() {
      if (frame !== undefined) cancelAnimationFrame(frame)
      show(true)
    },
  }
}

/** Bullets of another kind begin another list. */
function kindOf({ raw }: Tokens.List): string {
  const [, bullet = '', after] = /^ {0,3}(?:([*+-])|\d{1,9}([.)]))/.exec(raw) ?? []
  return after ?? bullet
}

function listAt(container: Element, index: number, token: Tokens.List, standing: number): OpenList | undefined {
  const root = container.children[index]
  return root ? { root, kind: kindOf(token), standing } : undefined
}
