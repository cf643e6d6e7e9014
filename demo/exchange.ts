/**
 * The list of questions and answers: shows the path through the conversation's tree, and puts each call into its place.
 * @module
 */
import type { RetryInfo } from 'keyless-chat'
import type { Conversation } from './conversation.ts'
import type { Question } from './question.ts'
import { holdsAnything, replay } from './record.ts'
import { telling } from './telling.ts'
import { addAnswer, addQuestion, drop, move, newTree, pathOf, siblingsOf } from './tree.ts'
import type { QuestionNode, Tree, TreeNode } from './tree.ts'
import { createTurnViews } from './turn-views.ts'
import type { TurnViewsOptions } from './turn-views.ts'

/** What the list is made of. */
export interface ExchangeOptions extends Omit<TurnViewsOptions, 'go' | 'reword' | 'regenerate'> {
  readonly list: HTMLElement
  readonly conversation: Conversation
  /** The deployment that is chosen now. */
  readonly deployment: () => string
  /** Says why nothing can be sent now, and returns true; false where it can. */
  readonly held: () => boolean
  /** Called when what is shown has changed, and when a call begins and has ended. */
  readonly changed: () => void
  /** Called with the tree that something came to, once a call in it has begun or ended. */
  readonly grown: (tree: Tree) => void
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

/** Starts an empty list. */
export function createExchanges(options: ExchangeOptions): Exchanges {
  const { list, conversation, deployment, held, say, changed, grown, refocus } = options
  const views = createTurnViews({ ...options, go: (node, step) => void go(node, step), reword: (node, words) => void reword(node, words), regenerate: () => void regenerate() })
  const last = () => pathOf(conversation.tree).at(-1)

  /** Puts the shown path into the list; what is there already stays, so that nothing loses its place or the focus. */
  function arrange(): void {
    const path = pathOf(conversation.tree)
    const shown = path.map(views.of)
    for (const [index, { view: { root } }] of shown.entries()) if (list.children[index] !== root) list.insertBefore(root, list.children[index] ?? null)
    while (list.children.length > shown.length) list.lastElementChild?.remove()
    for (const [index, one] of shown.entries()) {
      const node = path[index]
      const next = path[index + 1]
      if (!node) continue
      const standing = { ...siblingsOf(conversation.tree, node), last: next === undefined }
      if (one.kind === 'answer') {
        if (next) one.view.settle()
        one.bar.show({ ...standing, last: standing.last && !conversation.busy })
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
    const shown = views.of(node)
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
    views.of(next).view.root.querySelector<HTMLElement>(`.turn-bar [data-step='${step}']`)?.focus()
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
      const shown = node && views.of(node)
      if (shown?.kind !== 'answer') return
      shown.view.waiting(info)
      say(shown.view.root.querySelector('.pending')?.textContent ?? '')
    },
    editLast() {
      const question = pathOf(conversation.tree).findLast(({ kind }) => kind === 'question')
      const shown = question && views.of(question)
      if (shown?.kind === 'question') shown.view.edit()
    },
    regenerate: () => void regenerate(),
    show(tree = newTree()) {
      conversation.become(tree)
      views.clear()
      for (const node of tree.nodes.values()) {
        const shown = node.kind === 'answer' ? views.of(node) : undefined
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
