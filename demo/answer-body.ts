/**
 * What a model says, in the order in which it comes: thoughts, words, and between the words whatever else the answer shows.
 * @module
 */
import { element } from './dom.ts'
import { writeInto } from './prose.ts'
import type { Prose } from './prose.ts'

/** The kinds of words. */
export type Spoken = 'text' | 'reasoning' | 'refusal'

/** The body of an answer, while it grows. */
export interface AnswerBody {
  readonly root: HTMLElement
  readonly refused: boolean
  /** Takes words of a kind. */
  say(kind: Spoken, piece: string): void
  /** Puts a card after what was said so far. */
  insert(card: HTMLElement): void
  /** Says what is waited for, until the next words come or nothing is waited for. */
  wait(words: string | undefined): void
  /** Shows all that is held back. */
  flush(): void
}

/** Makes an empty body, which waits for its first word. */
export function answerBody(): AnswerBody {
  const word = element('span', { class: 'word' })
  const pending = element('p', { class: 'pending' }, element('span', { class: 'dots', 'aria-hidden': 'true' }), word)
  const thoughts = element('div', { class: 'thoughts' })
  const reasoning = element('details', { class: 'reasoning' }, element('summary', {}, 'Reasoning'), thoughts)
  const refusal = element('div', { class: 'refusal' })
  let text = element('div', { class: 'text' })
  const root = element('div', { class: 'body' }, text)
  const prose: Record<Spoken, Prose> = { text: writeInto(text), reasoning: writeInto(thoughts), refusal: writeInto(refusal) }

  const body: AnswerBody = {
    root,
    get refused() {
      return refusal.isConnected
    },
    say(kind, piece) {
      body.wait(undefined)
      if (kind === 'reasoning' && !reasoning.isConnected) root.prepend(reasoning)
      if (kind === 'refusal' && !refusal.isConnected) root.append(refusal)
      prose[kind].append(piece)
    },
    insert(card) {
      prose.text.flush()
      if (text.childElementCount === 0) return text.before(card)
      text = element('div', { class: 'text' })
      prose.text = writeInto(text)
      root.append(card, text)
    },
    wait(words) {
      if (words === undefined) return pending.remove()
      word.textContent = words
      if (!pending.isConnected) text.before(pending)
    },
    flush() {
      for (const part of Object.values(prose)) part.flush()
    },
  }
  body.wait('Waiting for the first word')
  return body
}
