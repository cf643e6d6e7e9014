/**
 * The list of questions and answers: puts each call of the conversation into its place and says how it goes.
 * @module
 */
import type { AnyChatError, RetryInfo } from 'keyless-chat'
import { ADVICE } from './advice.ts'
import type { Conversation } from './conversation.ts'
import { element } from './dom.ts'
import { answerView } from './message-view.ts'
import type { AnswerElement } from './message-view.ts'
import type { Question } from './question.ts'
import { questionView } from './question-view.ts'

/** What the list is made of. */
export interface ExchangeOptions {
  readonly list: HTMLElement
  readonly conversation: Conversation
  /** The deployment that is chosen now. */
  readonly deployment: () => string
  /** Tells screen readers, and everybody else; never each word of an answer. `more` is for those who cannot see the list. */
  readonly say: (words: string, more?: string) => void
  /** Called when a call begins and when it has ended. */
  readonly changed: () => void
  /** Called when the button that had the focus is gone. */
  readonly refocus: () => void
  /** Called with the card of a tool's call that waits for the reader's word. */
  readonly asking: (card: HTMLElement) => void
  /** Replaces the connection by one with a new token; false where the user did not want to. */
  readonly renew: (error: AnyChatError) => Promise<boolean>
  /** What the button of it says. */
  readonly renewing: () => string
}

/** The list, and what can be done with it. */
export interface Exchanges {
  readonly empty: boolean
  /** Asks, and shows what was asked with thumbnails of its pictures. */
  ask(question: Question, pictures: readonly HTMLCanvasElement[]): void
  waiting(retry: RetryInfo): void
  clear(): void
}

/** Starts an empty list. */
export function createExchanges({ list, conversation, deployment, say, changed, refocus, asking, renew, renewing }: ExchangeOptions): Exchanges {
  let last: { readonly question: HTMLElement; answer: AnswerElement } | undefined

  function newAnswer(): AnswerElement {
    return answerView(deployment(), {
      retry,
      // Nothing before it, as a popup is allowed in the click itself alone.
      renew: (error) => void renew(error).then((renewed) => renewed && retry()),
      renewing: renewing(),
      asking,
      say,
      decided: refocus,
    })
  }

  async function run(call: (view: AnswerElement) => Promise<void>, answer: AnswerElement, name: string): Promise<void> {
    // An answer that was cleared away has nothing to say any more.
    const tell = (words: string, more?: string) => last?.answer === answer && say(words, more)
    tell(`${name} is answering`)
    const done = call({
      ...answer,
      async approve(asked, signal) {
        tell(`May the model call ${asked.name}?`, ' Allow or refuse it on its card.')
        const allowed = await answer.approve(asked, signal)
        tell(`${allowed ? 'Called' : 'Refused'} ${asked.name}, ${name} is answering`)
        return allowed
      },
      finished(result, info) {
        answer.finished(result, info)
        tell(result.finishReason === 'stop' ? `${name} has answered` : `The answer ended early: ${result.finishReason}`)
      },
      stopped(partial) {
        answer.stopped(partial)
        tell('Stopped')
      },
      failed(error, partial) {
        answer.failed(error, partial)
        const { title, remedy } = ADVICE[error.code]
        tell(title, `. ${remedy}`)
      },
    })
    changed()
    try {
      await done
    } catch (error) {
      console.error(error)
      answer.broken()
    }
    changed()
  }

  function retry(): void {
    if (conversation.busy || !last) return
    const before = last.answer
    const answer = (last.answer = newAnswer())
    before.root.replaceWith(answer.root)
    refocus()
    void run((view) => conversation.retry(view), answer, deployment())
  }

  return {
    get empty() {
      return last === undefined
    },
    ask(question, pictures) {
      if (conversation.busy) return
      last?.answer.settle()
      if (last && !conversation.answered) last.question.append(element('p', { class: 'left-out' }, 'Got no answer, so it is not sent along'))
      const answer = newAnswer()
      last = { question: questionView(question.words, pictures), answer }
      list.append(last.question, answer.root)
      void run((view) => conversation.ask(question, view), answer, deployment())
    },
    waiting(info) {
      last?.answer.waiting(info)
      say(last?.answer.root.querySelector('.pending')?.textContent ?? '')
    },
    clear() {
      last = undefined
      conversation.clear()
      list.replaceChildren()
      say('A new conversation')
      changed()
    },
  }
}
