/**
 * The messages of a conversation, as the services take them.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/**
 * What passes through, as the wire may grow.
 *
 * `any`, as TypeScript then takes values of interfaces, such as the `openai` package's, and refuses them for `unknown`.
 */
export interface Open {
  // oxlint-disable-next-line typescript/no-explicit-any -- see above
  readonly [member: string]: any
}

/** A piece of a message's content; kinds that are not listed pass through. `keyless-chat/content` makes them of files and pictures. */
export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string; readonly detail?: 'auto' | 'low' | 'high' } }
  | { readonly type: 'input_audio'; readonly input_audio: { readonly data: string; readonly format: string } }
  | { readonly type: 'file'; readonly file: { readonly filename?: string; readonly file_data?: string; readonly file_id?: string } }
  | { readonly type: 'refusal'; readonly refusal: string }
  | ({ readonly type: string } & Open)

/** A tool call inside an assistant's message. */
export interface MessageToolCall {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

/** Instructions; which of the two roles a deployment takes is the caller's to know. */
export interface InstructionMessage extends Open {
  readonly role: 'system' | 'developer'
  readonly content: string | readonly ContentPart[]
}

/** What the user says. */
export interface UserMessage extends Open {
  readonly role: 'user'
  readonly content: string | readonly ContentPart[]
}

/** What the model said. */
export interface AssistantMessage extends Open {
  readonly role: 'assistant'
  readonly content?: string | readonly ContentPart[] | null
  readonly refusal?: string | null
  readonly tool_calls?: readonly (MessageToolCall | ({ readonly id: string; readonly type: string } & Open))[]
  /** Some models refuse a second turn that lacks the reasoning of the first. */
  readonly reasoning_content?: string
}

/** An assistant's message as a result has it, ready to be sent back. */
export interface AnswerMessage extends AssistantMessage {
  readonly content: string | null
  readonly refusal?: string
  readonly tool_calls?: MessageToolCall[]
}

/** What a tool answered. */
export interface ToolMessage extends Open {
  readonly role: 'tool'
  readonly tool_call_id: string
  readonly content: string | readonly ContentPart[]
}

/** What a function answered, before there were tools. */
export interface FunctionMessage extends Open {
  readonly role: 'function'
  readonly name: string
  readonly content: string | null
}

/** One message of a conversation. */
export type ChatMessage = InstructionMessage | UserMessage | AssistantMessage | ToolMessage | FunctionMessage
