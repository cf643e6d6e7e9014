/**
 * The list of questions and answers: shows the path through the conversation's tree, and puts each call into its place.
 * @module
 */
import type { AnyChatError, RetryInfo } from 'keyless-chat'
import { iconButton, turnBar } from './branches.ts'
import type { TurnBar } from './branches.ts'
import type { Conversation } from './conversation.ts'
import { answerView } from './message-view.ts'
import type { AnswerElement } from './message-view.ts'
import type { Question } from './question.ts'
import { questionView } from './question-view.ts'
import type { QuestionElement } from './question-view.ts'
import { holdsAnything, replay } from './record.ts'
import { telling } from './telling.ts'
import { addAnswer, addQuestion, drop, move, newTree, pathOf, siblingsOf } from './tree.ts'
import type { AnswerNode, QuestionNode, Tree, TreeNode } from './tree.ts'

/** What the list is made of. */
export interface ExchangeOptions {
  readonly list: HTMLElement
  readonly conversation: Conversation
  /** The deployment that is chosen now. */
  readonly deployment: () => string
  /** Says why nothing can be sent now, and returns true; false where it can. */
  readonly held: () => boolean
  /** Tells screen readers, and everybody else; never each word of an answer. `more` is for those who cannot see the list. */
  readonly say: (words: string, more?: string) => void
  /** Called when what is shown has changed, and when a call begins and has ended. */
  readonly changed: () => void
  /** Called with the tree that something came to, once a call in it has begun or ended. */
  readonly grown: (tree: Tree) => void
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
}

/** The list, and what can be done with it. */
export interface Exchanges {
  readonly empty: boolean
  ask(question: Question): void
  waiting(retry: RetryInfo): void
  /** Opens the last question for another wording. */
  editLast(): void
  regenerate(): void
  /** Shows another conversation, a new one where none is named. */
  show(tree?: Tree): void
}

type Shown = { readonly kind: 'question'; readonly view: QuestionElement } | { readonly kind: 'answer'; readonly view: AnswerElement; readonly bar: TurnBar }

/** Starts an empty list. */
export function createExchanges(options: ExchangeOptions): Exchanges {
  const { list, conversation, deployment, held, say, changed, grown, refocus, asking, renew, renewing, leaveOut } = options
  const views = new Map<string, Shown>()
  const last = () => pathOf(conversation.tree).at(-1)

  function viewOf(node: TreeNode): Shown {
    const known = views.get(node.id)
    if (known) return known
    const made = node.kind === 'question' ? viewOfQuestion(node) : viewOfAnswer(node)
    views.set(node.id, made)
    return made
  }

  function viewOfQuestion(node: QuestionNode): Shown {
    return { kind: 'question', view: questionView(node.question, { move: (step) => void go(node, step), reword: (words) => void reword(node, words) }) }
  }

  function viewOfAnswer(node: AnswerNode): Shown {
    const view = answerView(node.deployment, {
      retry: () => void regenerate(),
      // Nothing before it, as a popup is allowed in the click itself alone.
      renew: (error) => void renew(error).then((renewed) => void (renewed && regenerate())),
      renewing: renewing(),
      leaveOut(parameter) {
        const leave = leaveOut(parameter)
        return leave && (() => {
          leave()
          void regenerate()
        })
      },
      asking,
      say,
      decided: refocus,
    })
    const again = iconButton('again', 'Answer again')
    again.addEventListener('click', () => void regenerate())
    // Where there is a button that says why, one is enough.
    const bar = turnBar({ of: 'answer', move: (step) => void go(node, step), act: again, offered: ({ last: end }) => end && !conversation.busy && !view.root.querySelector('.retry, .renew') })
    view.root.append(bar.root)
    return { kind: 'answer', view, bar }
  }

  /** Puts the shown path into the list; what is there already stays, so that nothing loses its place or the focus. */
  function arrange(): void {
    const path = pathOf(conversation.tree)
    const shown = path.map(viewOf)
    for (const [index, { view: { root } }] of shown.entries()) if (list.children[index] !== root) list.insertBefore(root, list.children[index] ?? null)
    while (list.children.length > shown.length) list.lastElementChild?.remove()
    for (const [index, one] of shown.entries()) {
      const node = path[index]
      const next = path[index + 1]
      if (!node) continue
      const standing = { ...siblingsOf(conversation.tree, node), last: next === undefined }
      if (one.kind === 'answer') {
        if (next) one.view.settle()
        one.bar.show(standing)
      } else {
        one.view.show(standing)
        one.view.leaveOut(next?.kind === 'answer' && path[index + 2] !== undefined && next.record.messages.length === 0)
      }
    }
    changed()
  }

  async function answer(question: QuestionNode): Promise<void> {
    const { tree } = conversation
    const name = deployment()
    const node = addAnswer(tree, question.id, name)
    const shown = viewOf(node)
    if (shown.kind !== 'answer') return
    // An answer that is not shown any more has nothing to say.
    const tell = (words: string, more?: string) => shown.view.root.isConnected && say(words, more)
    const done = conversation.answer(node, telling(shown.view, name, tell))
    arrange()
    tell(`${name} is answering`)
    grown(tree)
    try {
      await done
    } catch (error) {
      console.error(error)
      shown.view.broken()
    }
    grown(tree)
    arrange()
  }

  async function regenerate(): Promise<void> {
    const before = last()
    if (conversation.busy || before?.kind !== 'answer' || held()) return
    const question = conversation.tree.nodes.get(before.parent)
    if (question?.kind !== 'question') return
    // Nothing came of it: it is no version.
    if (!holdsAnything(before.record)) drop(conversation.tree, before)
    refocus()
    await answer(question)
  }

  async function reword({ parent, question }: QuestionNode, words: string): Promise<void> {
    const { tree } = conversation
    if (held()) return
    await conversation.stop()
    if (tree !== conversation.tree) return
    refocus()
    await answer(addQuestion(tree, parent, { ...question, words, key: crypto.randomUUID().slice(0, 8) }))
  }

  async function go(node: TreeNode, step: number): Promise<void> {
    const { tree } = conversation
    await conversation.stop()
    const next = tree === conversation.tree ? move(tree, node, step) : undefined
    if (!next) return
    arrange()
    viewOf(next).view.root.querySelector<HTMLElement>(`:scope > .turn-bar [data-step='${step}']`)?.focus()
    const { at, count } = siblingsOf(tree, next)
    say(`Version ${at + 1} of ${count}`)
    grown(tree)
  }

  return {
    get empty() {
      return conversation.tree.nodes.size === 0
    },
    ask(question) {
      if (conversation.busy) return
      const before = last()
      // A question without an answer has a place of its own all the same.
      void answer(addQuestion(conversation.tree, before?.id ?? '', question))
    },
    waiting(info) {
      const node = last()
      const shown = node && views.get(node.id)
      if (shown?.kind !== 'answer') return
      shown.view.waiting(info)
      say(shown.view.root.querySelector('.pending')?.textContent ?? '')
    },
    editLast() {
      const question = pathOf(conversation.tree).findLast(({ kind }) => kind === 'question')
      const shown = question && views.get(question.id)
      if (shown?.kind === 'question') shown.view.edit()
    },
    regenerate: () => void regenerate(),
    show(tree = newTree()) {
      conversation.become(tree)
      views.clear()
      for (const node of tree.nodes.values()) {
        const shown = node.kind === 'answer' ? viewOf(node) : undefined
        if (node.kind === 'answer' && shown?.kind === 'answer') {
          replay(node.record, shown.view)
          // How fast it came is not kept.
          shown.view.root.querySelector('.figures')?.remove()
        }
      }
      arrange()
    },
  }
}
