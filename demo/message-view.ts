/**
 * One message of the list: what a person wrote, or an answer while it arrives and after.
 * @module
 */
import type { AnswerInfo, AnyChatError, ChatEvent, ChatResult, ContentFilter, RetryInfo } from 'keyless-chat'
import type { AnswerView } from './conversation.ts'
import { element, factList } from './dom.ts'
import { actionsOf, failureCard, inWords } from './failure-card.ts'
import type { CardActions } from './failure-card.ts'
import { filterNote } from './filter-note.ts'
import { writeInto } from './prose.ts'

/** Makes the message of a person. */
export function questionView(prompt: string): HTMLElement {
  const text = element('div', { class: 'text' })
  const prose = writeInto(text)
  prose.append(prompt)
  prose.flush()
  return element('article', { class: 'message question', 'aria-label': 'You' }, text)
}

/** An answer's place in the list. */
export interface AnswerElement extends AnswerView {
  readonly root: HTMLElement
  /** Says that the library waits before it tries again. */
  waiting(retry: RetryInfo): void
  /** Takes the buttons away, once the conversation has gone on. */
  settle(): void
  /** Says that something in this page went wrong. */
  broken(): void
}

/** How the answer of a reason other than `stop` is marked. */
const ENDINGS: Readonly<Record<string, string>> = { length: 'Cut at the token limit', content_filter: 'Filtered' }

/** Makes an empty answer. Its clock starts now. */
export function answerView(deployment: string, actions: CardActions): AnswerElement {
  const start = performance.now()
  let firstMs: number | undefined
  let filter: ContentFilter | undefined

  const pending = element('p', { class: 'pending' }, element('span', { class: 'dots', 'aria-hidden': 'true' }), element('span', { class: 'word' }, 'Waiting for the first word'))
  const thoughts = element('div', { class: 'thoughts' })
  const reasoning = element('details', { class: 'reasoning' }, element('summary', {}, 'Reasoning'), thoughts)
  const text = element('div', { class: 'text' })
  const refusal = element('div', { class: 'refusal' })
  const badges = element('p', { class: 'badges' })
  const after = element('div', { class: 'after' })
  const root = element('article', { class: 'message answer', 'aria-label': `Answer by ${deployment}`, 'aria-busy': 'true' }, element('h3', {}, deployment), pending, text, badges, after)
  const prose = { text: writeInto(text), reasoning: writeInto(thoughts), refusal: writeInto(refusal) }

  function word(kind: 'text' | 'reasoning' | 'refusal', piece: string): void {
    if (piece === '') return
    firstMs ??= performance.now() - start
    pending.remove()
    if (kind === 'reasoning' && !reasoning.isConnected) text.before(reasoning)
    if (kind === 'refusal' && !refusal.isConnected) text.after(refusal)
    prose[kind].append(piece)
  }

  /** Ends the answer: all text is there, then the mark, what it cost, and the way on. */
  function close(result: ChatResult, mark: string, requestId: string | undefined): void {
    for (const part of Object.values(prose)) part.flush()
    pending.remove()
    root.setAttribute('aria-busy', 'false')
    if (mark) badges.append(element('span', { class: 'badge' }, mark))
    if (refusal.isConnected) badges.append(element('span', { class: 'badge' }, 'Refused'))
    if (filter) after.append(filterNote(filter))
    const facts = factsOf(result, firstMs, requestId)
    if (facts.length > 0) after.append(factList(facts))
  }

  return {
    root,
    take(event: ChatEvent) {
      if (event.type === 'text' || event.type === 'reasoning' || event.type === 'refusal') word(event.type, event.text)
      // The last annotation stands, but for one that withheld something.
      else if (event.type === 'filter' && !filter?.filtered) filter = event
    },
    waiting({ error, waitMs }) {
      const status = 'status' in error ? `${error.status} ` : ''
      pending.lastElementChild?.replaceChildren(`${status}${error.code}: waiting ${inWords(waitMs)}, then trying again`)
    },
    finished(result: ChatResult, info: AnswerInfo) {
      const reason = result.finishReason ?? ''
      const mark = ENDINGS[reason] ?? ''
      root.dataset['state'] = mark ? 'marked' : 'finished'
      close(result, mark, info.requestId)
      if (mark) after.append(actionsOf(actions))
    },
    stopped(partial: ChatResult) {
      root.dataset['state'] = 'stopped'
      close(partial, 'Stopped', undefined)
      after.append(actionsOf(actions))
    },
    failed(error: AnyChatError, partial: ChatResult) {
      root.dataset['state'] = 'failed'
      close(partial, partial.text || partial.reasoning ? 'Incomplete' : '', undefined)
      after.append(failureCard(error, actions))
    },
    broken() {
      root.dataset['state'] = 'failed'
      root.setAttribute('aria-busy', 'false')
      pending.remove()
      after.append(element('section', { class: 'failure', 'data-code': 'page' }, element('h3', {}, 'Something in this page went wrong'), actionsOf(actions)))
    },
    settle() {
      for (const row of after.querySelectorAll('.actions')) row.remove()
    },
  }
}

function factsOf({ usage, finishReason, model }: ChatResult, firstMs: number | undefined, requestId: string | undefined): [string, string, string][] {
  const thought = usage?.completion_tokens_details?.['reasoning_tokens']
  const facts: [string, string, string | undefined][] = [
    ['tokens-in', 'Tokens in', usage && String(usage.prompt_tokens)],
    ['tokens-out', 'Tokens out', usage && `${usage.completion_tokens}${thought ? ` (${thought} thinking)` : ''}`],
    ['first-token', 'First word', firstMs === undefined ? undefined : `${(firstMs / 1000).toFixed(2)} s`],
    ['finish', 'Finish', finishReason],
    ['model', 'Model', model],
    ['request-id', 'Request id', requestId],
  ]
  return facts.flatMap(([name, label, value]) => (value ? [[name, label, value]] : []))
}
