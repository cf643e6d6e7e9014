/**
 * A node of a conversation's tree in, its message on the page out, made once: with its versions and what can be done with it.
 * @module
 */
import type { AnyChatError } from 'keyless-chat'
import { iconButton, turnBar } from './branches.ts'
import type { TurnBar } from './branches.ts'
import { answerView } from './message-view.ts'
import type { AnswerElement } from './message-view.ts'
import { questionView } from './question-view.ts'
import type { QuestionElement } from './question-view.ts'
import type { AnswerNode, QuestionNode, TreeNode } from './tree.ts'

/** What messages work with. */
export interface TurnViewsOptions {
  /** Tells screen readers, and everybody else; never each word of an answer. `more` is for those who cannot see the list. */
  readonly say: (words: string, more?: string) => void
  /** Called when the button that had the focus is gone. */
  readonly refocus: () => void
  /** Called with the card of a tool's call that waits for the reader's word. */
  readonly asking: (card: HTMLElement) => void
  /** Replaces the connection by one with a new token; false where the user did not want to. */
  readonly renew: (error: AnyChatError) => Promise<boolean>
  /** What the button of it says. */
  readonly renewing: () => string
  /** Leaves a parameter out of what is sent; undefined where that is not set. */
  readonly leaveOut: (parameter: string) => (() => void) | undefined
  /** Shows the version before or after. */
  readonly go: (node: TreeNode, step: number) => void
  /** Asks in other words. */
  readonly reword: (node: QuestionNode, words: string) => void
  /** Asks the last question again. */
  readonly regenerate: () => void
}

/** A message on the page. */
export type Shown = { readonly kind: 'question'; readonly view: QuestionElement } | { readonly kind: 'answer'; readonly view: AnswerElement; readonly bar: TurnBar }

/** The messages that were made so far. */
export interface TurnViews {
  of(node: TreeNode): Shown
  clear(): void
}

/** Prepares them. */
export function createTurnViews({ say, refocus, asking, renew, renewing, leaveOut, go, reword, regenerate }: TurnViewsOptions): TurnViews {
  const made = new Map<string, Shown>()

  function question(node: QuestionNode): Shown {
    return { kind: 'question', view: questionView(node.question, { move: (step) => go(node, step), reword: (words) => reword(node, words) }) }
  }

  function answer(node: AnswerNode): Shown {
    const view = answerView(node.deployment, {
      retry: regenerate,
      // Nothing before it, as a popup is allowed in the click itself alone.
      renew: (error) => void renew(error).then((renewed) => renewed && regenerate()),
      renewing: renewing(),
      leaveOut(parameter) {
        const leave = leaveOut(parameter)
        return leave && (() => {
          leave()
          regenerate()
        })
      },
      asking,
      say,
      decided: refocus,
    })
    const again = iconButton('again', 'Answer again')
    again.addEventListener('click', regenerate)
    // Where there is a button that says why, one is enough.
    const bar = turnBar({ of: 'answer', move: (step) => go(node, step), act: again, offered: ({ last }) => last && !view.root.querySelector('.retry, .renew') })
    view.bar.append(bar.root)
    return { kind: 'answer', view, bar }
  }

  return {
    of(node) {
      const shown = made.get(node.id) ?? (node.kind === 'question' ? question(node) : answer(node))
      made.set(node.id, shown)
      return shown
    },
    clear: () => made.clear(),
  }
}
