/**
 * A conversation: what was asked, what was answered, and one call at a time. Knows the library and no document.
 * @module
 */
import { isChatError } from 'keyless-chat'
import type { AnswerInfo, AnyChatError, ChatMessage, ChatResult, Connection, DataSource } from 'keyless-chat'
import { prepare } from './call.ts'
import type { Call, CallView } from './call.ts'
import { messageOf } from './question.ts'
import type { Question } from './question.ts'

/** Where an answer goes. Of these three exactly one is called, once. */
export interface AnswerView extends CallView {
  finished(result: ChatResult, info: AnswerInfo | undefined): void
  stopped(partial: ChatResult): void
  failed(error: AnyChatError, partial: ChatResult): void
}

/** One question and its answer, so far. */
interface Turn {
  readonly question: Question
  /** Keeps the emulator's faults that happen once apart. */
  readonly key: string
  /** The model's words; with tools their calls and results before. */
  answer: readonly ChatMessage[]
}

/** A conversation with one call at a time. */
export interface Conversation {
  readonly busy: boolean
  /** Whether the last question got words for an answer; one that got none is not sent again with the next. */
  readonly answered: boolean
  /** Asks something new. */
  ask(question: Question, view: AnswerView): Promise<void>
  /** Asks the last question again, in place of the answer that it got. */
  retry(view: AnswerView): Promise<void>
  stop(): void
  clear(): void
}

/** What a conversation asks for before each call. */
export interface ConversationOptions {
  readonly connection: () => Connection
  readonly deployment: () => string
  readonly dataSources: () => readonly DataSource[]
}

/** Starts an empty conversation. */
export function createConversation({ connection, deployment, dataSources }: ConversationOptions): Conversation {
  const turns: Turn[] = []
  let running: AbortController | undefined

  async function answer(turn: Turn, view: AnswerView): Promise<void> {
    const leaving = (running = new AbortController())
    const { signal } = leaving
    const name = deployment()
    turn.answer = []
    let call: Call | undefined
    try {
      call = await prepare(
        turn.question.way,
        { model: name.includes('~') ? `${name}~${turn.key}` : name, messages: messagesOf(turns) },
        { connection: connection(), dataSources: dataSources(), signal },
      )
      await call.read(view)
      const result = await call.stream.result
      turn.answer = result.messages ?? [result.message]
      view.finished(result, await call.stream.response)
    } catch (error) {
      if (!call) throw error
      const { partial } = call.stream
      turn.answer = kept(partial)
      if (signal.aborted) view.stopped(partial)
      else if (isChatError(error)) view.failed(error, partial)
      else throw error
    } finally {
      if (running === leaving) running = undefined
    }
  }

  return {
    get busy() {
      return running !== undefined
    },
    get answered() {
      return (turns.at(-1)?.answer.length ?? 0) > 0
    },
    async ask(question, view) {
      if (running) return
      const turn: Turn = { question, key: crypto.randomUUID().slice(0, 8), answer: [] }
      turns.push(turn)
      await answer(turn, view)
    },
    async retry(view) {
      const turn = turns.at(-1)
      if (turn && !running) await answer(turn, view)
    },
    stop: () => running?.abort(),
    clear() {
      running?.abort()
      running = undefined
      turns.length = 0
    },
  }
}

/** Half an answer is on the page, so the model should know of it; calls that nothing came of, services would refuse. */
function kept({ messages = [], text }: Call['stream']['partial']): readonly ChatMessage[] {
  return text ? [...messages, { role: 'assistant', content: text }] : messages
}

/** A question without an answer is left out: one that the content filter refused would spoil every call after it. */
function messagesOf(turns: readonly Turn[]): readonly ChatMessage[] {
  return turns.flatMap(({ question, answer }, index): readonly ChatMessage[] => {
    if (index === turns.length - 1) return [messageOf(question)]
    return answer.length > 0 ? [messageOf(question), ...answer] : []
  })
}
