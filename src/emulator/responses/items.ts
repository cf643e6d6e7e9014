/**
 * A Responses body in, its input as items, and the refusal that they deserve; items in, the chat request that asks the same out.
 *
 * The words of refusals are OpenAI's as users report them. Runtimes: all. Imports: `../bodies.ts`, `../request.ts`.
 * @module
 * @see https://github.com/microsoft/agent-framework/issues/6419 for a previous response that Azure does not find
 * @see https://github.com/openai/codex/pull/3528 for items that are not stored
 */
import { openaiError } from '../bodies.ts'
import type { Reply } from '../bodies.ts'
import { isObject, object, readRequest } from '../request.ts'
import type { EmulatedRequest, JsonObject } from '../request.ts'

/** What a stored response makes findable. */
export interface Memory {
  /** Everything up to the end of that response. */
  readonly before: (responseId: string) => readonly JsonObject[] | undefined
  readonly item: (itemId: string) => JsonObject | undefined
}

/** What the parts of a message may be, by who speaks. */
const HEARD = ['input_text', 'input_image', 'input_file']
const SPOKEN = ['output_text', 'refusal']
/** What every blob of encrypted reasoning begins with; it is a Fernet token's version and time. */
export const ENCRYPTED = 'gAAAAAB'

/** Finds all that the model is to read: what went before, then the input. */
export function itemsOf(body: JsonObject, memory: Memory): { readonly items: readonly JsonObject[] } | Reply {
  const { input, previous_response_id: previous } = body
  const before = typeof previous === 'string' ? memory.before(previous) : []
  if (!before) return openaiError(400, `Previous response with id '${String(previous)}' not found.`, 'previous_response_id', 'previous_response_not_found')
  if (input === undefined && before.length === 0) {
    return openaiError(400, "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' must be provided.", 'input', 'missing_required_parameter')
  }
  if (input !== undefined && typeof input !== 'string' && !Array.isArray(input)) return invalidType('input', 'a string or an array')
  const given: readonly unknown[] = Array.isArray(input) ? input : input === undefined ? [] : [{ role: 'user', content: input }]
  const items: JsonObject[] = [...before]
  for (const [index, item] of given.entries()) {
    const found = isObject(item) && item['type'] === 'item_reference' ? memory.item(String(item['id'])) : item
    if (found === undefined) {
      const message = `Item with id '${String((item as JsonObject)['id'])}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`
      return openaiError(404, message, 'input', null)
    }
    if (!isObject(found)) return invalidType(`input[${index}]`, 'an object')
    const refused = refuseItem(found, `input[${index}]`)
    if (refused) return refused
    items.push(found)
  }
  return unanswered(items) ?? { items }
}

function invalidType(param: string, expected: string): Reply {
  return openaiError(400, `Invalid type for '${param}': expected ${expected}.`, param, 'invalid_type')
}

/** What is wrong with one item: parts of the chat API, most often. */
function refuseItem({ role, content, type, encrypted_content: encrypted, id }: JsonObject, at: string): Reply | undefined {
  if (type === 'reasoning' && typeof encrypted === 'string' && !encrypted.startsWith(ENCRYPTED)) {
    return openaiError(400, `The encrypted content for item ${String(id)} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`, null, 'invalid_encrypted_content')
  }
  if (role === undefined || !Array.isArray(content)) return undefined
  const allowed = role === 'assistant' ? SPOKEN : HEARD
  const wrong = content.findIndex((part) => !isObject(part) || !allowed.includes(String(part['type'])))
  if (wrong < 0) return undefined
  const part: unknown = content[wrong]
  const list = allowed.map((name) => `'${name}'`).join(', ').replace(/, ([^,]+)$/, ' and $1')
  return openaiError(400, `Invalid value: '${String(isObject(part) ? part['type'] : part)}'. Supported values are: ${list}.`, `${at}.content[${wrong}]`, 'invalid_value')
}

/** A call without a result, or a result without a call. */
function unanswered(items: readonly JsonObject[]): Reply | undefined {
  const ids = (type: string) => items.filter((item) => item['type'] === type).map((item) => item['call_id'])
  const [calls, results] = [ids('function_call'), ids('function_call_output')]
  const lost = results.find((id) => !calls.includes(id))
  if (lost !== undefined) return openaiError(400, `No tool call found for function call output with call_id ${String(lost)}.`, 'input', null)
  const open = calls.find((id) => !results.includes(id))
  return open === undefined ? undefined : openaiError(400, `No tool output found for function call ${String(open)}.`, 'input', null)
}

/** The same question as chat completions have it, for the model to answer. */
export function asChat(body: JsonObject, items: readonly JsonObject[], deployment: string): EmulatedRequest {
  const { instructions, max_output_tokens, tools, tool_choice: choice, text, reasoning, stream, stream_options, parallel_tool_calls } = body
  const messages = items.map((item) => (item['type'] === 'function_call_output' ? { role: 'tool', content: item['output'] } : item)).filter((item) => 'role' in item)
  const { format } = object(text)
  const chat = {
    messages: typeof instructions === 'string' ? [{ role: 'system', content: instructions }, ...messages] : messages,
    max_completion_tokens: max_output_tokens,
    tools: (Array.isArray(tools) ? tools : []).filter(isObject).filter((tool) => tool['type'] === 'function').map((tool) => ({ type: 'function', function: tool })),
    tool_choice: isObject(choice) ? { type: 'function', function: choice } : choice,
    response_format: object(format)['type'] === 'json_schema' ? { type: 'json_schema', json_schema: format } : format,
    reasoning_effort: object(reasoning)['effort'],
    stream,
    stream_options,
    parallel_tool_calls,
  }
  return readRequest(chat, deployment)
}
