/**
 * The tree of a conversation: a question may be asked in several wordings, each answered several times, and one path is shown. Knows no document.
 * @module
 */
import type { Question } from './question.ts'
import { newRecord } from './record.ts'
import type { AnswerRecord } from './record.ts'

interface Place {
  readonly id: string
  /** What it follows: an answer's question, a question's answer before it, and `''` for the first question. */
  readonly parent: string
  /** When it was made, in milliseconds. */
  readonly at: number
}

/** A question in one wording. */
export interface QuestionNode extends Place {
  readonly kind: 'question'
  readonly question: Question
}

/** One of the answers to a question. */
export interface AnswerNode extends Place {
  readonly kind: 'answer'
  readonly deployment: string
  readonly record: AnswerRecord
}

export type TreeNode = QuestionNode | AnswerNode

/** All that was said, in the order in which it began. */
export interface Tree {
  readonly id: string
  readonly nodes: Map<string, TreeNode>
  /** Which child of a node is shown; its last one where nothing is said. */
  readonly shown: Map<string, string>
  /** What was taken out, so that no copy elsewhere brings it back. */
  readonly dropped: Set<string>
}

/** Where a node stands among those that could be shown in its place. */
export interface Siblings {
  /** From 0. */
  readonly at: number
  readonly count: number
}

/** Makes an empty tree. */
export function newTree(): Tree {
  return { id: crypto.randomUUID(), nodes: new Map(), shown: new Map(), dropped: new Set() }
}

/** Adds a question after an answer, or as a first one, and shows it. */
export function addQuestion(tree: Tree, parent: string, question: Question): QuestionNode {
  return add(tree, { kind: 'question', id: crypto.randomUUID(), parent, at: Date.now(), question })
}

/** Adds an answer that is yet to come, and shows it. */
export function addAnswer(tree: Tree, parent: string, deployment: string): AnswerNode {
  return add(tree, { kind: 'answer', id: crypto.randomUUID(), parent, at: Date.now(), deployment, record: newRecord() })
}

function add<Kind extends TreeNode>(tree: Tree, node: Kind): Kind {
  tree.nodes.set(node.id, node)
  tree.shown.set(node.parent, node.id)
  return node
}

/** Takes out a node that nothing follows. */
export function drop(tree: Tree, { id, parent }: TreeNode): void {
  if (childrenOf(tree, id).length > 0) return
  tree.nodes.delete(id)
  tree.dropped.add(id)
  if (tree.shown.get(parent) === id) tree.shown.delete(parent)
}

/** What is shown, from the first question on. */
export function pathOf(tree: Tree, upTo?: string): readonly TreeNode[] {
  const path: TreeNode[] = []
  for (let node = childOf(tree, ''); node; node = childOf(tree, node.id)) {
    path.push(node)
    if (node.id === upTo) break
  }
  return path
}

/** Where a node stands among its siblings. */
export function siblingsOf(tree: Tree, { id, parent }: TreeNode): Siblings {
  const all = childrenOf(tree, parent)
  return { at: all.findIndex((other) => other.id === id), count: all.length }
}

/** Shows the sibling before or after a node, with all that follows it; `undefined` where there is none. */
export function move(tree: Tree, node: TreeNode, step: number): TreeNode | undefined {
  const next = childrenOf(tree, node.parent)[siblingsOf(tree, node).at + step]
  if (next) tree.shown.set(node.parent, next.id)
  return next
}

function childrenOf(tree: Tree, parent: string): readonly TreeNode[] {
  return [...tree.nodes.values()].filter((node) => node.parent === parent)
}

function childOf(tree: Tree, parent: string): TreeNode | undefined {
  const all = childrenOf(tree, parent)
  return all.find(({ id }) => id === tree.shown.get(parent)) ?? all.at(-1)
}
