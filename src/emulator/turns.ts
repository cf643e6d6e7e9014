/**
 * The messages of a chat in, the refusal of those that do not follow each other out: a tool call wants its result, a result its call.
 * Runtimes: all. Imports: `./bodies.ts`, `./request.ts`.
 * @module
 * @see https://github.com/sdcb/chats/pull/132 for the words of both
 */
import { openaiError } from './bodies.ts'
import type { Reply } from './bodies.ts'
import { object } from './request.ts'

/** Returns what OpenAI's models refuse; nothing where every call is answered, right after it, and nothing else is. */
export function refuseTurns(messages: readonly unknown[]): Reply | undefined {
  let open: readonly unknown[] = []
  let asked: readonly unknown[] = []
  for (const [index, message] of [...messages, undefined].entries()) {
    const { role, tool_calls: calls, tool_call_id: id } = object(message)
    if (role === 'tool') {
      if (asked.length === 0) return openaiError(400, "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.", `messages.[${index}].role`, null)
      if (!asked.includes(id)) return openaiError(400, `Invalid parameter: 'tool_call_id' of '${String(id)}' not found in 'tool_calls' of previous message.`, `messages.[${index}].tool_call_id`, null)
      open = open.filter((call) => call !== id)
      continue
    }
    if (open.length > 0) {
      const message = `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${open.map(String).join(', ')}`
      return openaiError(400, message, `messages.[${index}].role`, null)
    }
    asked = open = Array.isArray(calls) ? calls.map((call: unknown) => object(call)['id']) : []
  }
  return undefined
}
