/**
 * What a model says, in the order in which it comes: thoughts, words, and between the words whatever else the answer shows.
 * @module
 */
import { element } from './dom.ts'
import type { BlockOptions } from './markdown-blocks.ts'
import { writeInto } from './prose.ts'
import type { Prose } from './prose.ts'

/** The kinds of words. */
export type Spoken = 'text' | 'reasoning' | 'refusal'

/** The body of an answer, while it grows. */
export interface AnswerBody {
  readonly root: HTMLElement
  readonly refused: boolean
  /** The model's words as it wrote them, refusals too, thoughts not. */
  readonly source: string
  /** Takes words of a kind. */
  say(kind: Spoken, piece: string): void
  /** Puts a card after what was said so far. */
  insert(card: HTMLElement): void
  /** Says what is waited for, until the next words come or nothing is waited for. */
  wait(words: string | undefined): void
  /** Shows all that is held back, now or as soon as it can be shown. */
  flush(): void
}

let rich: ((container: HTMLElement, options: BlockOptions) => Prose) | undefined

/** Loads what reads Markdown, so that the page itself need not wait for it. Without it an answer is shown as it is written. */
export async function loadMarkdown(): Promise<void> {
  rich ??= (await import('./markdown.ts')).writeMarkdown
}

/** Makes an empty body, which waits for its first word. */
export function answerBody(options: BlockOptions): AnswerBody {
  const word = element('span', { class: 'word' })
  const pending = element('p', { class: 'pending' }, element('span', { class: 'dots', 'aria-hidden': 'true' }), word)
  const thoughts = element('div', { class: 'thoughts' })
  const reasoning = element('details', { class: 'reasoning' }, element('summary', {}, 'Reasoning'), thoughts)
  const refusal = element('div', { class: 'refusal' })
  let text = element('div', { class: 'text' })
  const root = element('div', { class: 'body' }, text)
  const prose: Record<Spoken, Prose> = { text: writer(text, options), reasoning: writer(thoughts, options), refusal: writer(refusal, options) }
  let source = ''

  const body: AnswerBody = {
    root,
    get refused() {
      return refusal.isConnected
    },
    get source() {
      return source
    },
    say(kind, piece) {
      body.wait(undefined)
      if (kind === 'reasoning' && !reasoning.isConnected) root.prepend(reasoning)
      if (kind === 'refusal' && !refusal.isConnected) root.append(refusal)
      if (kind !== 'reasoning') source += piece
      prose[kind].append(piece)
    },
    insert(card) {
      prose.text.flush()
      if (text.childElementCount === 0) return text.before(card)
      text = element('div', { class: 'text' })
      prose.text = writer(text, options)
      if (source !== '') source += '\n\n'
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

/** Shows plain paragraphs until Markdown can be read, and for good where it cannot be loaded. */
function writer(container: HTMLElement, options: BlockOptions): Prose {
  if (rich) return rich(container, options)
  let said = ''
  let flushed = false
  let prose = writeInto(container)

  async function enrich(): Promise<void> {
    await loadMarkdown()
    if (!rich) return
    prose.flush()
    container.replaceChildren()
    prose = rich(container, options)
    prose.append(said)
    if (flushed) prose.flush()
  }
  // Offline, say: the words are there all the same.
  enrich().catch(() => {})

  return {
    append(text) {
      said += text
      prose.append(text)
    },
    flush() {
      flushed = true
      prose.flush()
    },
  }
}
