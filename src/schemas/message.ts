/**
 * The messages of a conversation, as the services take them.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** A piece of a message's content; kinds that are not listed pass through. */
export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string; readonly detail?: 'auto' | 'low' | 'high' } }
  | { readonly type: 'input_audio'; readonly input_audio: { readonly data: string; readonly format: string } }
  | { readonly type: 'refusal'; readonly refusal: string }
  | { readonly type: string; readonly [member: string]: unknown }

/** A tool call inside an assistant's message. */
export interface MessageToolCall {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

/** Instructions; which of the two roles a deployment takes is the caller's to know. */
export interface InstructionMessage {
  readonly role: 'system' | 'developer'
  readonly content: string | readonly ContentPart[]
  readonly [member: string]: unknown
}

/** What the user says. */
export interface UserMessage {
  readonly role: 'user'
  readonly content: string | readonly ContentPart[]
  readonly [member: string]: unknown
}

/** What the model said; a result's `message` is one, ready to be sent back. */
export interface AssistantMessage {
  readonly role: 'assistant'
  readonly content?: string | readonly ContentPart[] | null
  readonly refusal?: string | null
  readonly tool_calls?: readonly MessageToolCall[]
  /** Some models refuse a second turn that lacks the reasoning of the first. */
  readonly reasoning_content?: string
  readonly [member: string]: unknown
}

/** What a tool answered. */
export interface ToolMessage {
  readonly role: 'tool'
  readonly tool_call_id: string
  readonly content: string | readonly ContentPart[]
  readonly [member: string]: unknown
}

/** One message of a conversation. */
export type ChatMessage = InstructionMessage | UserMessage | AssistantMessage | ToolMessage
