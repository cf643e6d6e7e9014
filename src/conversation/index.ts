/**
 * What was said in; the messages of the next request out, within a budget, and JSON to keep them.
 * Runtimes: all. Imports: `../schemas` (types).
 * @module
 */
import type { ChatMessage, InstructionMessage } from '../schemas/message.ts'
import { messagesIn, must, prove } from './take.ts'
import type { Appendable } from './take.ts'
import { cut } from './trim.ts'
import type { TrimOptions } from './trim.ts'

/** What a conversation begins with. */
export interface ConversationOptions {
  /** What has been said before, after the instructions. @defaultValue `[]` */
  readonly messages?: readonly ChatMessage[] | undefined
  /** Put in front of all messages. @defaultValue none */
  readonly instructions?: string | undefined
  /** Who instructs: which of the two a deployment takes is yours to know. @defaultValue `'system'` */
  readonly role?: InstructionMessage['role'] | undefined
}

/** A conversation as JSON. */
export interface SavedConversation {
  readonly version: 1
  readonly messages: readonly ChatMessage[]
}

/** The turns of a chat. What goes in is copied and what comes out is frozen, so that nobody else changes it. */
export interface Conversation {
  /** All of it, ready for a request; the same array until the next turn. */
  readonly messages: readonly ChatMessage[]
  /**
   * Adds what was said: a string for the user, messages, answers, runs of tools, what their failures had got so far, or lists of them.
   *
   * Of an answer its `message` stays, without citations and usage. Of a half one stay the words: a tool call that nobody
   * answers would be refused with the next request. An answer without a word adds nothing.
   *
   * @throws `ChatError` `invalid-request` where an item is none of these; nothing is added then.
   */
  append(...items: readonly Appendable[]): Conversation
  /**
   * Drops the oldest turns, as few as make the rest fit. Leading instructions and the last turn stay, and a tool call is never parted from its results.
   *
   * @returns the messages dropped, oldest first.
   * @throws `ChatError` `invalid-request` where not even instructions and last turn fit, or `count` returns no number; nothing is dropped then.
   */
  trim(options: TrimOptions): readonly ChatMessage[]
  /** Copies the conversation, up to `at` messages or, below 0, all but so many: `fork(-1)` takes back the last. @defaultValue all */
  fork(at?: number): Conversation
  /** What `JSON.stringify` keeps of it; `conversation(JSON.parse(text))` restores it. */
  toJSON(): SavedConversation
}

/**
 * Begins a conversation, or restores one from its JSON.
 *
 * @throws `ChatError` `invalid-request` where the messages, or what was saved, are none.
 * @example
 * ```ts
 * const talk = conversation({ instructions: 'Be brief' }).append('Hello')
 * const stream = streamChat(foundry, { model: 'gpt-5-mini', messages: talk.messages })
 * talk.append(await stream.result, 'And now?').trim({ maxTokens: 8000, count: (message) => JSON.stringify(message).length / 3 })
 * localStorage.setItem('talk', JSON.stringify(talk)) // and back: conversation(JSON.parse(text))
 * ```
 */
export function conversation(options: ConversationOptions | SavedConversation = {}): Conversation {
  const { version, messages = version ? undefined : [], instructions, role = 'system', ...others } = Object(options) as ConversationOptions & Partial<SavedConversation>
  must(options === Object(options) && !Array.isArray(options), 'it', 'an object', options)
  for (const [name, value] of Object.entries(others)) must(false, name, 'left out', value)
  must((version ?? 1) === 1, 'version', '1', version)
  must(Array.isArray(messages), 'messages', 'an array', messages)
  const first = instructions ? [prove({ role, content: instructions }, 'instructions')] : []
  return hold([...first, ...(messages as readonly unknown[]).map((message, at) => prove(message, `messages[${at}]`))])
}

/** Holds messages that are proven. */
function hold(messages: readonly ChatMessage[]): Conversation {
  const self: Conversation = {
    get messages() {
      return Object.freeze(messages)
    },
    append(...items) {
      messages = [...messages, ...messagesIn(items).map((message, at) => prove(message, `messages[${messages.length + at}]`))]
      return self
    },
    trim(options) {
      const { head, rest } = cut(messages, options)
      const kept = [...messages]
      const dropped = kept.splice(head, rest - head)
      if (dropped[0]) messages = kept
      return dropped
    },
    fork: (at) => hold(messages.slice(0, at)),
    toJSON: () => ({ version: 1, messages: self.messages }),
  }
  return self
}

export type { Answered, Appendable, Messages } from './take.ts'
export type { TrimOptions } from './trim.ts'
