/**
 * The switches below the composer: which way the next question goes, what that does, and something to try it with.
 * @module
 */
import { byId, element } from './dom.ts'
import type { Way } from './question.ts'

/** The switches. */
export interface Ways {
  readonly current: Way
  choose(way: Way): void
  /** Takes away a way that the endpoint does not go. */
  allow(way: Way, allowed: boolean): void
}

/** What the switches do. */
export interface WaysOptions {
  readonly ask: (words: string) => void
  /** Called with a way that was switched on. */
  readonly chosen: (way: Way) => void
}

interface Offer {
  readonly hint: string
  readonly prompts: readonly string[]
}

const OFFERS: Readonly<Record<Exclude<Way, 'words'>, Offer>> = {
  tools: {
    hint: 'The model may call two functions of this page. It asks you first.',
    prompts: ['What is the weather in Lisbon?', 'What time is it in Tokyo?', 'What is the weather in Atlantis?'],
  },
  form: {
    hint: 'The answer is JSON that fits a schema; the form fills while it arrives.',
    prompts: ['Plan three days in Kyoto', 'Plan a weekend in Oslo', 'Plan a trip, but get it wrong'],
  },
  data: {
    hint: 'The answer rests on documents of a search index and names its sources.',
    prompts: ['How many days of leave do I have?', 'Who pays for my train tickets?'],
  },
}

/** Prepares the switches; one is on at most. */
export function createWays({ ask, chosen }: WaysOptions): Ways {
  const switches = [...byId('ways', HTMLElement).querySelectorAll<HTMLButtonElement>('[data-way]')]
  const offer = byId('offer', HTMLElement)
  let current: Way = 'words'

  function choose(way: Way): void {
    current = way
    for (const button of switches) button.setAttribute('aria-pressed', String(button.dataset['way'] === way))
    offer.hidden = way === 'words'
    if (way === 'words') return
    const { hint, prompts } = OFFERS[way]
    offer.replaceChildren(element('p', {}, hint), element('ul', { 'aria-label': 'Prompts to try' }, ...prompts.map((words) => element('li', {}, suggestion(words)))))
    chosen(way)
  }

  function suggestion(words: string): HTMLButtonElement {
    const button = element('button', { type: 'button' }, words)
    button.addEventListener('click', () => ask(words))
    return button
  }

  for (const button of switches) button.addEventListener('click', () => choose(button.dataset['way'] === current ? 'words' : (button.dataset['way'] as Way)))

  return {
    get current() {
      return current
    },
    choose,
    allow(way, allowed) {
      for (const button of switches) if (button.dataset['way'] === way) button.hidden = !allowed
      if (!allowed && current === way) choose('words')
    },
  }
}
