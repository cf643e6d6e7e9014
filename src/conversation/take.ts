/**
 * Whatever a turn leaves behind in, proven messages out: frozen copies of the JSON that they are sent as.
 * Runtimes: all. Imports: `../endpoints/refuse.ts`, `../errors.ts`, `../schemas` (types).
 * @module
 */
import { refuse } from '../endpoints/refuse.ts'
import { isChatError } from '../errors.ts'
import type { ChatError, PartialAnswer } from '../errors.ts'
import type { FinishReason, WireObject } from '../schemas/completion.ts'
import type { AssistantMessage, ChatMessage } from '../schemas/message.ts'

/** An answer, or as much of it as there is: what `chat()` and `stream.result` give, and `stream.partial`. */
export interface Answered {
  readonly message: AssistantMessage
  /** Without one the answer is half, and so may be its last tool call. */
  readonly finishReason?: FinishReason | undefined
}

/** What a run of tools came to, or another conversation. */
export interface Messages { readonly messages: readonly ChatMessage[] }

/** What a conversation takes: a user's words, a message, an answer, a run of tools, the failure of either, or a list of them. */
export type Appendable = string | ChatMessage | Answered | Messages | ChatError | PartialAnswer | readonly Appendable[]

/** Anything that may be appended, by what tells it from the others. */
interface Unproven extends Partial<Answered & Messages> { readonly role?: unknown; readonly partial?: unknown }

/** Finds the messages in what is appended; what is none is returned as it is, for {@link prove} to refuse. */
export function messagesIn(item: unknown): readonly unknown[] {
  if (typeof item === 'string') return [{ role: 'user', content: item }]
  if (Array.isArray(item)) return item.flatMap(messagesIn)
  const failed = isChatError(item)
  const { role, messages, message, partial } = (item ?? {}) as Unproven
  const rounds = messages ?? (failed ? [] : undefined)
  // The message of an error is a string.
  if (role || !(rounds || message?.role)) return [item]
  return [...(rounds ?? []), ...answerIn((failed ? partial : item) as Partial<Answered> | undefined, rounds)]
}

/**
 * The message of an answer, as far as a service takes it back: without tool calls that nobody will answer, and not at all where
 * it says nothing. A run's last answer is among its `rounds` already, unless something cut it.
 */
function answerIn({ message, finishReason = '' }: Partial<Answered> = {}, rounds?: readonly ChatMessage[]): readonly AssistantMessage[] {
  // Where there are Responses items, they repeat the calls.
  const { tool_calls: calls, response_output: _, ...words } = message ?? { role: 'assistant' }
  const half = calls && (rounds || /^$|length|filter/.test(finishReason))
  const said: AssistantMessage = message && !half ? message : words
  const known = rounds?.findLast(({ role }) => role === 'assistant') as AssistantMessage | undefined
  return (said.content || said.refusal || said.tool_calls || said.response_output) && (said.content !== known?.content || calls?.[0]?.id !== known?.tool_calls?.[0]?.id) ? [said] : []
}

/** Refuses what does not hold. @throws `ChatError` `invalid-request` */
export function must(holds: boolean, what: string, be: string, value: unknown): void {
  if (!holds) refuse('keep the conversation', `${what} must be ${be}: it is ${JSON.stringify(value)?.slice(0, 60)}`)
}

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function']

/**
 * Proves that a value is a message, and copies it.
 *
 * @throws `ChatError` `invalid-request` saying what is wrong `at` which place.
 */
export function prove(value: unknown, at: string): ChatMessage {
  // What a request would say of it; nothing that happens to the value changes that any more.
  const message = Object(JSON.parse(JSON.stringify(value) ?? null, (_, part: unknown) => Object.freeze(part))) as WireObject
  const { role, content, tool_calls: calls, tool_call_id: id } = message
  must(ROLES.includes(role as string), `${at}.role`, ROLES.join(' or '), role)
  must(typeof content === 'string' || Array.isArray(content) || (role === 'assistant' && content == null), `${at}.content`, 'text or parts', content)
  must(calls == null || Array.isArray(calls), `${at}.tool_calls`, 'an array', calls)
  must(role !== 'tool' || typeof id === 'string', `${at}.tool_call_id`, 'a string', id)
  return message as unknown as ChatMessage
}
