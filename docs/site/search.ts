/**
 * The search: words in, sections of the site out, the best first.
 * @module
 */
import { element } from './element.ts'

interface Index {
  readonly sections: readonly (readonly [url: string, page: string, title: string, snippet: string])[]
  /** Of each word the numbers of sections and weights in turn. */
  readonly words: Readonly<Record<string, readonly number[]>>
}

const MOST = 12
/** A word that only begins with what was typed counts less. */
const BEGINS = 0.6
const root = new URL(document.documentElement.dataset['root'] ?? './', document.baseURI)

let index: Index | undefined
let dialog: HTMLDialogElement | undefined

/** Opens the search, and loads its index the first time. */
export async function openSearch(): Promise<void> {
  dialog ??= build()
  if (dialog.open) return
  dialog.showModal()
  dialog.querySelector('input')?.select()
  if (index) return
  const response = await fetch(new URL('assets/search.json', root))
  index = (await response.json()) as Index
  dialog.querySelector('input')?.dispatchEvent(new Event('input'))
}

/** The sections that have all words, or words that begin so. */
export function sectionsFor(text: string, { sections, words }: Index): readonly Index['sections'][number][] {
  const asked = text.toLowerCase().match(/[\p{L}\p{N}_-]+/gu) ?? []
  let found: Map<number, number> | undefined
  for (const part of asked) {
    const scores = new Map<number, number>()
    for (const [word, places] of Object.entries(words)) {
      if (!word.startsWith(part)) continue
      const factor = word === part ? 1 : BEGINS * (part.length / word.length)
      for (let at = 0; at < places.length; at += 2) {
        const [section = 0, weight = 0] = places.slice(at, at + 2)
        if (found && !found.has(section)) continue
        scores.set(section, Math.max(scores.get(section) ?? 0, (found?.get(section) ?? 0) + weight * factor))
      }
    }
    found = scores
  }
  const best = [...(found ?? [])].sort(([, a], [, b]) => b - a).slice(0, MOST)
  return best.flatMap(([section]) => (sections[section] ? [sections[section]] : []))
}

function build(): HTMLDialogElement {
  const input = element('input', { type: 'search', placeholder: 'Search the documentation', 'aria-label': 'Search', role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'site-results', 'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false' })
  const list = element('div', { class: 'results', id: 'site-results', role: 'listbox', 'aria-label': 'Results' })
  const count = element('p', { role: 'status', class: 'count' })
  const close = element('button', { type: 'button', class: 'close' }, 'Close')
  const made = element('dialog', { class: 'search', 'aria-label': 'Search' }, element('div', { class: 'bar' }, input, close), list, count)
  close.addEventListener('click', () => made.close())
  made.addEventListener('click', (event) => {
    if (event.target === made) made.close()
  })

  const options = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>('[role=option]')]
  function choose(next: HTMLElement | undefined): void {
    for (const option of options()) option.setAttribute('aria-selected', String(option === next))
    if (next) input.setAttribute('aria-activedescendant', next.id)
    else input.removeAttribute('aria-activedescendant')
    next?.scrollIntoView({ block: 'nearest' })
  }
  input.addEventListener('input', () => {
    const found = index ? sectionsFor(input.value, index) : []
    list.replaceChildren(...found.map(optionOf))
    input.setAttribute('aria-expanded', String(found.length > 0))
    count.textContent = !index ? 'Loading…' : input.value.trim() === '' ? 'Arrows choose, Enter opens' : found.length === 0 ? `Nothing has all of “${input.value.trim()}”` : `${found.length === MOST ? 'The best ' : ''}${found.length} ${found.length === 1 ? 'section' : 'sections'}`
    choose(options()[0])
  })
  input.addEventListener('keydown', (event) => {
    const all = options()
    const at = all.findIndex((option) => option.getAttribute('aria-selected') === 'true')
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && all.length > 0) {
      event.preventDefault()
      choose(all[(at + step + all.length) % all.length])
    } else if (event.key === 'Enter') {
      event.preventDefault()
      all[at]?.click()
    }
  })
  list.addEventListener('click', () => made.close())
  document.body.append(made)
  return made
}

function optionOf([url, page, title, snippet]: Index['sections'][number], at: number): HTMLElement {
  const words = title === page ? [element('b', {}, title)] : [element('b', {}, title), element('span', { class: 'page' }, page)]
  return element('a', { role: 'option', id: `site-result-${at}`, 'aria-selected': 'false', href: new URL(url, root).href, tabindex: '-1' }, ...words, element('span', { class: 'snippet' }, snippet))
}
