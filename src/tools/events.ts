/**
 * What a run of tools gives: the events of its answers and its tools, and one result.
 * Runtimes: all. Imports: `../chat`, `../schemas`, types alone.
 * @module
 */
import type { ChatEvent, ChatResult } from '../chat/events.ts'
import type { ChatMessage, ToolMessage } from '../schemas/message.ts'

/** What came of a tool call; in the order in which tools finish. */
export interface ToolResultEvent {
  readonly type: 'tool-result'
  readonly choice: 0
  /** The message that answers the call. */
  readonly raw: ToolMessage
  readonly id: string
  readonly name: string
  /** The arguments as the tool gets them; absent where they are not valid. */
  readonly input?: unknown
  /** What the tool returned. */
  readonly output?: unknown
  /** What the tool threw; a `ChatError` `invalid-tool-call` where the model called it wrongly. */
  readonly error?: unknown
  /** There where `approve` said no. */
  readonly refused?: true
  /** What the model is told. */
  readonly content: string
}

/** One event of a run: those of every answer, and what came of its tool calls. */
export type ToolRunEvent = ChatEvent | ToolResultEvent

/** What a run came to: its last answer. */
export interface ToolRunResult extends ChatResult {
  /** All that the run added to the conversation, ready to be pushed to the request's messages. */
  readonly messages: readonly ChatMessage[]
  /** Every answer, the last one included: add up their `usage`. */
  readonly rounds: readonly ChatResult[]
}

/** A run of tools on its way. Nothing is sent until it is read: by a loop, or by awaiting `result`. */
export interface ToolRun extends AsyncIterable<ToolRunEvent> {
  /** The words alone, of the first choice, of all rounds. */
  readonly text: AsyncIterable<string>
  /**
   * The last answer and all that led to it; rejects as the loop throws, with the rounds before in `messages`, ready to be sent
   * again, and what had arrived in `partial`. Awaiting it without a loop runs the tools. After an abort or a `break` it rejects
   * with a `ChatError` `aborted`.
   */
  readonly result: Promise<ToolRunResult>
  /** The answer that is arriving, and the rounds before it; at any time, also after a failure. */
  readonly partial: ToolRunResult
}
