/**
 * The one vocabulary that every dialect becomes.
 * Runtimes: all. Imports: `../errors.ts`, `../schemas` (types).
 * @module
 */
import type { ContentFilter, PartialAnswer, ToolCall } from '../errors.ts'
import type { Citation, FinishReason, Usage, WireObject } from '../schemas/completion.ts'
import type { AnswerMessage } from '../schemas/message.ts'

/** What every event has. */
interface Of<Type extends string> {
  readonly type: Type
  /** Which of the `n` answers; 0 where the event is about all of them. */
  readonly choice: number
  /** The object as it came over the wire, untouched. */
  readonly raw: WireObject
}

/** Words of the answer. */
export interface TextEvent extends Of<'text'> { readonly text: string }
/** Words of the model's thinking, where the service shows them. */
export interface ReasoningEvent extends Of<'reasoning'> { readonly text: string }
/** Words with which the model declines. */
export interface RefusalEvent extends Of<'refusal'> { readonly text: string }
/** A piece of a tool call: `id` and `name` come with the first. */
export interface ToolCallDeltaEvent extends Of<'tool-call-delta'> {
  readonly index: number
  readonly id?: string
  readonly name?: string
  readonly arguments: string
}
/** A whole tool call; comes when the choice finishes. */
export interface ToolCallEvent extends Of<'tool-call'>, ToolCall {}
/** A content filter's verdict; look at `filtered`. May come after `finish`. */
export interface FilterEvent extends Of<'filter'>, ContentFilter {}
/** A source that the answer rests on. */
export interface CitationEvent extends Of<'citation'> { readonly citation: Citation }
/** Tokens used so far, or in all. */
export interface UsageEvent extends Of<'usage'> { readonly usage: Usage }
/** The end of a choice; comes once for each. */
export interface FinishEvent extends Of<'finish'> { readonly reason: FinishReason }

/** Of a tool that the service runs itself, on the Responses API alone; `raw` says what. */
export interface BuiltInToolEvent extends Of<'built-in-tool'> {}

/** One event of an answer, told apart by `type`. */
export type ChatEvent =
  | TextEvent
  | ReasoningEvent
  | RefusalEvent
  | ToolCallDeltaEvent
  | ToolCallEvent
  | FilterEvent
  | CitationEvent
  | UsageEvent
  | FinishEvent
  | BuiltInToolEvent

/** One of the `n` answers. */
export interface ChatChoice {
  readonly index: number
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
  readonly toolCalls: readonly ToolCall[]
  /** `undefined` only in what arrived of an answer that failed. */
  readonly finishReason: FinishReason | undefined
  /** What the filter withheld, or else its last annotation. */
  readonly contentFilter: ContentFilter | undefined
  /** What was searched for, as On Your Data tells it: a JSON array in text. */
  readonly intent: string | undefined
  /** Ready to be pushed to the request's messages for the next turn. */
  readonly message: AnswerMessage
}

/** A whole answer; its own members are those of the first choice. */
export interface ChatResult extends PartialAnswer, ChatChoice {
  readonly choices: readonly ChatChoice[]
  readonly id: string | undefined
  /** The model that answered, which is not the deployment's name. */
  readonly model: string | undefined
  /** Absent where the service reports none. Never estimated. */
  readonly usage: Usage | undefined
  readonly citations: readonly Citation[]
  /** What the filter says of the prompt. */
  readonly promptFilter: ContentFilter | undefined
}
