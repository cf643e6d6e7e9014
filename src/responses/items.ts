/**
 * Messages of chat completions in, the items of an input out.
 * Runtimes: all. Imports: `../schemas` (types).
 * @module
 */
import type { WireObject } from '../schemas/completion.ts'
import type { ChatMessage } from '../schemas/message.ts'

/** Any message, by the members that are read here. */
interface AnyMessage extends WireObject {
  readonly role?: string
  readonly content?: string | readonly AnyPart[] | null
  readonly refusal?: string | null
  readonly tool_calls?: readonly AnyCall[] | null
  readonly tool_call_id?: string
  /** A turn as the Responses API said it. */
  readonly response_output?: readonly WireObject[]
}
interface AnyPart extends WireObject {
  readonly image_url?: { readonly url: string }
  readonly file?: WireObject
}
interface AnyCall {
  readonly id: string
  readonly function?: object
  readonly custom?: object
}

/** Writes messages as items; every role stays what the caller made it. */
export function itemsOf(messages: readonly ChatMessage[]): WireObject[] {
  const items: WireObject[] = []
  const custom = new Set<unknown>()
  for (const message of messages) {
    for (const item of itemsOfMessage(message, custom)) {
      if (item['type'] === 'custom_tool_call') custom.add(item['call_id'])
      items.push(item)
    }
  }
  return items
}

function itemsOfMessage(message: AnyMessage, custom: ReadonlySet<unknown>): readonly WireObject[] {
  const { role, content, tool_calls: calls, tool_call_id: call_id, refusal, reasoning_content: _, response_output: output, ...rest } = message
  // Written anew it would lose its reasoning, which a call must follow.
  if (output) return output
  // An item already, such as an approval.
  if (!role) return [message]
  const spoken = role === 'assistant'
  const parts = (typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? [])).map((part) => partOf(part, spoken))
  if (role === 'tool') return [{ type: `${custom.has(call_id) ? 'custom_tool' : 'function'}_call_output`, ...rest, call_id, output: typeof content === 'string' ? content : parts }]
  if (refusal) parts.push({ type: 'refusal', refusal })
  const items: WireObject[] = (calls ?? []).map(({ id, ...call }) => ({ type: `${call.custom ? 'custom_tool' : 'function'}_call`, call_id: id, ...(call.custom ?? call.function) }))
  // A turn of calls alone has no words.
  if (!spoken || content?.length || refusal) items.unshift({ type: 'message', role, ...rest, content: parts })
  return items
}

function partOf(part: AnyPart, spoken: boolean): WireObject {
  switch (part['type']) {
    case 'text':
      return spoken ? { ...part, type: 'output_text', annotations: [] } : { ...part, type: 'input_text' }
    case 'image_url':
      return { ...part.image_url, type: 'input_image', url: undefined, image_url: part.image_url?.url }
    case 'file':
      return { ...part.file, type: 'input_file' }
    default:
      return part
  }
}
