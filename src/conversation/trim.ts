/**
 * Messages and a budget in, the place out before which they are dropped.
 * Runtimes: all. Imports: `../endpoints/refuse.ts`, `../schemas` (types).
 * @module
 */
import { refuse } from '../endpoints/refuse.ts'
import type { ChatMessage } from '../schemas/message.ts'

/** How much of a conversation may stay. */
export interface TrimOptions {
  /** What the counts of all messages may add up to. Leave room for the answer, and for the few tokens that a service adds. */
  readonly maxTokens: number
  /** Counts the tokens of one message, at most once each; any measure will do that adds up, such as `JSON.stringify(message).length / 3`. */
  readonly count: (message: ChatMessage) => number
}

/** Where in the messages a conversation is cut. */
export interface Cut {
  /** So many instructions lead it, and stay. */
  readonly head: number
  /** The first message after them that stays. */
  readonly rest: number
}

/**
 * Finds the most turns that fit, from the last one back; it reads each message once at most.
 *
 * @throws `ChatError` `invalid-request`, see `Conversation.trim`.
 */
export function cut(messages: readonly ChatMessage[], { maxTokens, count }: TrimOptions): Cut {
  const at = (index: number) => messages[index] as ChatMessage
  let head = 0
  let rest = messages.length
  let sum = 0
  while (head < rest && /^[sd]/.test(at(head).role)) sum += count(at(head++))
  for (let index = rest; index-- > head; ) {
    sum += count(at(index))
    // A turn is what the user says, be it in several messages, and all up to what they say next.
    if (index === head || (at(index).role === 'user' && at(index - 1).role !== 'user')) {
      if (!(sum <= maxTokens)) break
      rest = index
    }
  }
  // The first is not so where the counter gives no numbers.
  if (!(sum >= 0 && (sum <= maxTokens || rest < messages.length))) refuse('trim the conversation', `instructions and last turn count ${sum}, and maxTokens is ${maxTokens}`)
  return { head, rest }
}
