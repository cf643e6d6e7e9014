/**
 * Citations in, a numbered list of sources out, and the marks in the text that lead to them.
 * @module
 */
import type { Citation } from 'keyless-chat'
import { element } from './dom.ts'

/** The sources of an answer. */
export interface Sources {
  readonly root: HTMLElement
  readonly empty: boolean
  add(citation: Citation): void
  /** Says what was searched for: a JSON array in text, by what the service documents. */
  searched(intent: string | undefined): void
  /** Turns marks such as `[doc1]` into links to their source; those that have none stay text. */
  split(words: string): readonly (Node | string)[]
  /** Does so in what is shown already: sources may come after the words that they are for. */
  link(text: HTMLElement): void
  /** Lets the links in an element lead to their sources. */
  follow(root: HTMLElement): void
}

const MARK = /\[doc(\d+)\]/g

/** Makes an empty list. */
export function createSources(): Sources {
  const key = crypto.randomUUID().slice(0, 8)
  const list = element('ol')
  const root = element('section', { class: 'sources', 'aria-label': 'Sources' }, element('h3', {}, 'Sources'), list)

  function mark(words: string, number: string): Node {
    const source = list.children[Number(number) - 1]
    if (!(source instanceof HTMLElement)) return document.createTextNode(words)
    return element('a', { class: 'mark', href: `#${source.id}`, 'aria-label': `Source ${number}` }, number)
  }

  function split(words: string): readonly (Node | string)[] {
    let at = 0
    const parts = [...words.matchAll(MARK)].flatMap((part) => {
      const before = words.slice(at, part.index)
      at = part.index + part[0].length
      return [before, mark(part[0], part[1] ?? '')]
    })
    return [...parts, words.slice(at)].filter((part) => part !== '')
  }

  return {
    root,
    get empty() {
      return list.childElementCount === 0
    },
    add({ title, filepath, url, content }) {
      const name = title || filepath || url || 'Untitled'
      const excerpt = content ? [element('details', {}, element('summary', {}, 'Excerpt'), element('p', {}, content))] : []
      list.append(element('li', { id: `source-${key}-${list.childElementCount + 1}`, tabindex: '-1' }, addressOf(url, name), ...excerpt))
    },
    searched(intent) {
      const words = asked(intent)
      if (words.length > 0) root.append(element('p', { class: 'intent' }, `Searched for: ${words.join(', ')}`))
    },
    split,
    link(text) {
      const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT)
      const nodes: Text[] = []
      while (walker.nextNode()) nodes.push(walker.currentNode as Text)
      // What is code, or leads elsewhere already, is not for marks.
      for (const node of nodes) if (node.data.includes('[doc') && !node.parentElement?.closest('a, code')) node.replaceWith(...split(node.data))
    },
    follow(root) {
      // One listener for all: marks come and go while an answer grows.
      root.addEventListener('click', (event) => {
        const link = event.target instanceof Element ? event.target.closest('a.mark') : null
        const source = [...list.children].find(({ id }) => link?.getAttribute('href') === `#${id}`)
        if (!(source instanceof HTMLElement)) return
        // The address keeps its fragment, which sets the page's limits.
        event.preventDefault()
        source.focus()
      })
    },
  }
}

/** A link for what a browser may open, and text for everything else, `javascript:` included: an index holds what others have written. */
function addressOf(url: string | null | undefined, name: string): Node {
  if (!url || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return element('span', {}, name)
  return element('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, name)
}

function asked(intent: string | undefined): readonly string[] {
  if (!intent) return []
  try {
    const value: unknown = JSON.parse(intent)
    return Array.isArray(value) ? value.map(String) : [intent]
  } catch {
    return [intent]
  }
}
