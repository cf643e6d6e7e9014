/**
 * A conversation: the tree of what was said, and one call at a time. Knows the library and no document.
 * @module
 */
import { isChatError } from 'keyless-chat'
import type { AnswerInfo, AnyChatError, ChatMessage, ChatResult, Connection, DataSource } from 'keyless-chat'
import { prepare } from './call.ts'
import type { Call, CallView } from './call.ts'
import { recording } from './record.ts'
import { requestFor } from './request.ts'
import type { Setup } from './request.ts'
import { newTree, pathOf } from './tree.ts'
import type { AnswerNode, Tree } from './tree.ts'

/** Where an answer goes. Of these three exactly one is called, once. */
export interface AnswerView extends CallView {
  finished(result: ChatResult, info: AnswerInfo | undefined): void
  stopped(partial: ChatResult): void
  failed(error: AnyChatError, partial: ChatResult): void
}

/** A conversation with one call at a time. */
export interface Conversation {
  readonly busy: boolean
  readonly tree: Tree
  /** Makes the call for an answer that is the last of the shown path. */
  answer(node: AnswerNode, view: AnswerView): Promise<void>
  /** Stops the call that runs; resolves once what came of it is in its place. */
  stop(): Promise<void>
  /** Goes on with another tree. What runs is stopped, and ends in the tree that it is of. */
  become(tree: Tree): void
}

/** What a conversation asks for before each call. */
export interface ConversationOptions {
  readonly connection: () => Connection
  readonly setup: () => Setup
  readonly dataSources: () => readonly DataSource[]
}

interface Running {
  readonly leaving: AbortController
  readonly done: Promise<void>
}

/** Starts an empty conversation. */
export function createConversation({ connection, setup, dataSources }: ConversationOptions): Conversation {
  let tree = newTree()
  let running: Running | undefined

  async function call(node: AnswerNode, view: AnswerView, { signal }: AbortController): Promise<void> {
    const path = pathOf(tree, node.id)
    const asked = path.at(-2)
    if (asked?.kind !== 'question') throw new Error(`Cannot answer as the question is not shown: the answer is ${node.id}`)
    const { record } = node
    const written = recording(record, view)
    let made: Call | undefined
    try {
      made = await prepare(asked.question.way, requestFor(path.slice(0, -2), asked.question, setup()), { connection: connection(), dataSources: dataSources(), signal })
      await made.read(written)
      const result = await made.stream.result
      record.messages = result.messages ?? [result.message]
      written.finished(result, await made.stream.response)
    } catch (error) {
      if (!made) throw error
      const { partial } = made.stream
      record.messages = kept(partial)
      if (signal.aborted) written.stopped(partial)
      else if (isChatError(error)) written.failed(error, partial)
      else throw error
    }
  }

  async function stop(): Promise<void> {
    running?.leaving.abort()
    // What went wrong is told where the call was made.
    await running?.done.catch(() => {})
  }

  return {
    get busy() {
      return running !== undefined
    },
    get tree() {
      return tree
    },
    async answer(node, view) {
      if (running) return
      const leaving = new AbortController()
      const mine: Running = { leaving, done: call(node, view, leaving).finally(() => {
        if (running === mine) running = undefined
      }) }
      running = mine
      await mine.done
    },
    stop,
    become(next) {
      void stop()
      running = undefined
      tree = next
    },
  }
}

/** Half an answer is on the page, so the model should know of it; calls that nothing came of, services would refuse. */
function kept({ messages = [], text }: Call['stream']['partial']): readonly ChatMessage[] {
  return text ? [...messages, { role: 'assistant', content: text }] : messages
}
