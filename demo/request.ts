/**
 * The shown path of a conversation in, the request that is sent for it out. Knows no document.
 * @module
 */
import type { ChatMessage, ChatRequest } from 'keyless-chat'
import type { Parameters } from './parameters.ts'
import { messageOf } from './question.ts'
import type { Question } from './question.ts'
import type { TreeNode } from './tree.ts'

/** What a reader has set beside the conversation. */
export interface Setup {
  readonly deployment: string
  /** Empty where there is none. */
  readonly system: string
  readonly parameters: Parameters
}

/** Writes the request for a question after a path, which ends before it. */
export function requestFor(path: readonly TreeNode[], question: Question, { deployment, system, parameters }: Setup): ChatRequest {
  const instructions: readonly ChatMessage[] = system === '' ? [] : [{ role: 'system', content: system }]
  return {
    model: deployment.includes('~') ? `${deployment}~${question.key}` : deployment,
    messages: [...instructions, ...before(path), messageOf(question)],
    ...parameters,
  }
}

/** A question without an answer is left out: one that the content filter refused would spoil every call after it. */
function before(path: readonly TreeNode[]): readonly ChatMessage[] {
  return path.flatMap((node, index): readonly ChatMessage[] => {
    const asked = path[index - 1]
    if (node.kind === 'question' || asked?.kind !== 'question' || node.record.messages.length === 0) return []
    return [messageOf(asked.question), ...node.record.messages]
  })
}
