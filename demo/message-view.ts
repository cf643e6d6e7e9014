/**
 * An answer's message in the list, while it arrives and after.
 *
 * Nothing in it is a live region. At fifty words a second whatever is announced is old before it is spoken: a polite region queues up paragraphs and goes on
 * reading for minutes after the answer has come, over whatever its reader does meanwhile, and there is no key that skips one of them. So the page's status
 * says that an answer begins and how it has ended, twice per answer, and the answer is there to be read at its reader's own pace: an article with a name
 * and a heading, `aria-busy` for as long as it grows. https://w3c.github.io/aria/#aria-busy
 * @module
 */
import type { AnswerInfo, AnyChatError, ChatResult, ContentFilter, RetryInfo } from 'keyless-chat'
import { answerBody } from './answer-body.ts'
import type { Spoken } from './answer-body.ts'
import { factsOf } from './answer-facts.ts'
import { copyButton } from './clipboard.ts'
import type { AnswerView } from './conversation.ts'
import { element, factList } from './dom.ts'
import { actionsOf, failureCard, inWords } from './failure-card.ts'
import type { CardActions } from './failure-card.ts'
import { createFigures } from './figures.ts'
import { filterNote } from './filter-note.ts'
import { createSources } from './sources.ts'
import { toolCard } from './tool-card.ts'
import type { ToolCard } from './tool-card.ts'
import { tripForm } from './trip-form.ts'
import type { TripForm } from './trip-form.ts'

/** An answer's place in the list. */
export interface AnswerElement extends AnswerView {
  readonly root: HTMLElement
  /** The row of what can be done with it. */
  readonly bar: HTMLElement
  /** Says that the library waits before it tries again. */
  waiting(retry: RetryInfo): void
  /** Takes the buttons away, once the conversation has gone on. */
  settle(): void
  /** Says that something in this page went wrong. */
  broken(): void
}

/** What an answer's buttons do, and whom its questions reach. */
export interface AnswerActions extends CardActions {
  /** Called when a tool's card asks for the reader's word. */
  readonly asking: (card: HTMLElement) => void
  /** Says words in the page's status. */
  readonly say: (words: string) => void
  /** Called when they have given it and its button, which had the focus, is gone. */
  readonly decided: () => void
}

/** How the answer of a reason other than `stop` is marked. */
const ENDINGS: Readonly<Record<string, string>> = { length: 'Cut at the token limit', content_filter: 'Filtered' }

/** Makes an empty answer. Its clock starts now. */
export function answerView(deployment: string, actions: AnswerActions): AnswerElement {
  let filter: ContentFilter | undefined
  let form: TripForm | undefined

  const sources = createSources()
  const body = answerBody({ mark: sources.split, say: actions.say })
  const figures = createFigures()
  const cards = new Map<string, ToolCard>()
  const badges = element('p', { class: 'badges' })
  const bar = element('div', { class: 'answer-bar' })
  const after = element('div', { class: 'after' }, bar)
  const root = element('article', { class: 'message answer', 'aria-label': `Answer by ${deployment}`, 'aria-busy': 'true' }, element('header', {}, element('h2', {}, deployment), figures.root), body.root, badges, after)
  sources.follow(body.root)

  function word(kind: Spoken, piece: string): void {
    if (piece === '') return
    figures.take(kind === 'reasoning' ? 'thoughts' : 'words')
    body.say(kind, piece)
  }

  function card(id: string, name: string, input: unknown): ToolCard {
    const made = cards.get(id) ?? toolCard(name, input)
    if (!cards.has(id)) body.insert(made.root)
    cards.set(id, made)
    return made
  }

  /** Ends the answer: all text is there, then the mark, what it rests on, what it cost, and the way on. */
  function close(result: ChatResult, mark: string, requestId: string | undefined): void {
    body.flush()
    body.wait(undefined)
    figures.close(result.usage)
    for (const one of [...cards.values(), form]) one?.leave()
    root.setAttribute('aria-busy', 'false')
    if (mark) badges.append(element('span', { class: 'badge' }, mark))
    if (body.refused) badges.append(element('span', { class: 'badge' }, 'Refused'))
    if (body.source.trim() !== '') bar.prepend(copyButton('answer', () => body.source.trim(), actions.say))
    if (filter) bar.append(filterNote(filter))
    if (!sources.empty) {
      for (const text of body.root.querySelectorAll<HTMLElement>('.text')) sources.link(text)
      sources.searched(result.intent)
      after.append(sources.root)
    }
    const facts = factsOf(result, requestId)
    if (facts.length > 0) after.append(factList(facts))
  }

  return {
    root,
    bar,
    take(event) {
      if (event.type === 'text' || event.type === 'reasoning' || event.type === 'refusal') word(event.type, event.text)
      else if (event.type === 'citation') sources.add(event.citation)
      else if (event.type === 'tool-result') {
        card(event.id, event.name, event.input).show(event)
        body.wait('Waiting for the answer')
      }
      // The last annotation stands, but for one that withheld something.
      else if (event.type === 'filter' && !filter?.filtered) filter = event
    },
    async approve({ id, name, input }, signal) {
      body.wait(undefined)
      const asking = card(id, name, input)
      const choice = asking.ask(signal, actions.decided)
      actions.asking(asking.root)
      return choice
    },
    grow(trip) {
      figures.take('words')
      body.wait(undefined)
      if (!form) body.insert((form = tripForm()).root)
      form.grow(trip)
    },
    fill(trip) {
      form?.fill(trip)
    },
    waiting({ error, waitMs }) {
      const status = 'status' in error ? `${error.status} ` : ''
      body.wait(`${status}${error.code}: waiting ${inWords(waitMs)}, then trying again`)
    },
    finished(result: ChatResult, info: AnswerInfo | undefined) {
      const reason = result.finishReason ?? ''
      const mark = ENDINGS[reason] ?? ''
      root.dataset['state'] = mark ? 'marked' : 'finished'
      close(result, mark, info?.requestId)
      if (mark) after.append(actionsOf(actions))
    },
    stopped(partial: ChatResult) {
      root.dataset['state'] = 'stopped'
      close(partial, 'Stopped', undefined)
      after.append(actionsOf(actions))
    },
    failed(error: AnyChatError, partial: ChatResult) {
      root.dataset['state'] = 'failed'
      // A form gives no words while they arrive.
      if (!body.refused && partial.refusal !== '') body.say('refusal', partial.refusal)
      close(partial, error.code === 'schema-violation' ? 'Another shape' : partial.text || partial.reasoning || cards.size > 0 ? 'Incomplete' : '', undefined)
      after.append(failureCard(error, actions))
      // Where nothing was said, it is the card that it is about.
      if (body.source.trim() === '') after.append(bar)
    },
    broken() {
      root.dataset['state'] = 'failed'
      root.setAttribute('aria-busy', 'false')
      body.wait(undefined)
      figures.close(undefined)
      after.append(element('section', { class: 'failure', 'data-code': 'page' }, element('h3', {}, 'Something in this page went wrong'), actionsOf(actions)))
    },
    settle() {
      for (const row of after.querySelectorAll('.actions')) row.remove()
    },
  }
}
