/**
 * A conversation: what was asked, what was answered, and one call at a time. Knows the library and no document.
 * @module
 */
import { isChatError, streamChat } from 'keyless-chat'
import type { AnswerInfo, AnyChatError, AssistantMessage, ChatEvent, ChatMessage, ChatResult, Connection } from 'keyless-chat'

/** Where an answer goes. Of the last three exactly one is called, once. */
export interface AnswerView {
  take(event: ChatEvent): void
  finished(result: ChatResult, info: AnswerInfo): void
  stopped(partial: ChatResult): void
  failed(error: AnyChatError, partial: ChatResult): void
}

/** One question and its answer, so far. */
interface Turn {
  readonly prompt: string
  /** Keeps the emulator's faults that happen once apart. */
  readonly key: string
  answer?: AssistantMessage
}

/** A conversation with one call at a time. */
export interface Conversation {
  readonly busy: boolean
  /** Whether the last question got words for an answer; one that got none is not sent again with the next. */
  readonly answered: boolean
  /** Asks something new. */
  ask(prompt: string, view: AnswerView): Promise<void>
  /** Asks the last question again, in place of the answer that it got. */
  retry(view: AnswerView): Promise<void>
  stop(): void
  clear(): void
}

/** What a conversation asks for before each call. */
export interface ConversationOptions {
  readonly connection: () => Connection
  readonly deployment: () => string
}

/** Starts an empty conversation. */
export function createConversation({ connection, deployment }: ConversationOptions): Conversation {
  const turns: Turn[] = []
  let running: AbortController | undefined

  async function answer(turn: Turn, view: AnswerView): Promise<void> {
    const leaving = (running = new AbortController())
    const name = deployment()
    delete turn.answer
    const stream = streamChat(
      connection(),
      { model: name.includes('~') ? `${name}~${turn.key}` : name, messages: messagesOf(turns) },
      { signal: leaving.signal },
    )
    try {
      for await (const event of stream) view.take(event)
      const result = await stream.result
      turn.answer = result.message
      view.finished(result, await stream.response)
    } catch (error) {
      const { partial } = stream
      // Half an answer is on the page, so the model should know of it.
      if (partial.text) turn.answer = partial.message
      if (leaving.signal.aborted) view.stopped(partial)
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
      return turns.at(-1)?.answer !== undefined
    },
    async ask(prompt, view) {
      if (running) return
      const turn: Turn = { prompt, key: crypto.randomUUID().slice(0, 8) }
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

/** A question without an answer is left out: one that the content filter refused would spoil every call after it. */
function messagesOf(turns: readonly Turn[]): readonly ChatMessage[] {
  return turns.flatMap(({ prompt, answer }, index): readonly ChatMessage[] => {
    const question: ChatMessage = { role: 'user', content: prompt }
    if (index === turns.length - 1) return [question]
    return answer ? [question, answer] : []
  })
}
