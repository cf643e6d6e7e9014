/**
 * Mistral: the finish stands on a chunk that still talks, the usage beside it without being asked for, tool calls come whole.
 *
 * From recordings of mistral-small and mistral-large made in 2026. Runtimes: all. Imports: `../request.ts` (types), `./frame.ts`.
 * @module
 */
import type { JsonObject } from '../request.ts'
import { done, frame } from './frame.ts'
import type { Answer, Frame } from './frame.ts'

const PADDING = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Streams the first choice. */
export function* frames(answer: Answer): Generator<Frame> {
  const { id, created, model, choices } = answer
  const head = { id, object: 'chat.completion.chunk', created, model }
  let serial = 0
  // `p` pads each chunk to hide the length of its text, as `obfuscation` does elsewhere.
  const chunk = (delta: JsonObject, finish: string | null, rest: JsonObject = {}) => {
    serial += 1
    return { ...head, choices: [{ index: 0, delta, finish_reason: finish }], ...rest, p: PADDING.slice(0, 1 + ((serial * 11) % (PADDING.length - 1))) }
  }
  const choice = choices[0]
  const finish = choice?.finish ?? 'stop'
  const usage = { usage: usageOf(answer) }
  yield frame('role', { ...head, choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] })
  if (choice && choice.calls.length > 0) {
    yield frame('finish', chunk({ tool_calls: toolCalls(answer) }, finish, usage))
  } else {
    let held: string | undefined
    for (const piece of choice?.pieces ?? []) {
      if (held !== undefined) yield frame('text', chunk({ content: held }, null))
      held = piece
    }
    yield frame('finish', chunk({ content: held ?? '' }, finish, usage))
  }
  yield done()
}

/** The whole answer at once. */
export function completion(answer: Answer): JsonObject {
  const { id, created, model, choices } = answer
  const choice = choices[0]
  const calls = toolCalls(answer)
  const message = { role: 'assistant', tool_calls: calls.length > 0 ? calls : null, content: [...(choice?.pieces ?? [])].join('') }
  return { id, created, model, usage: usageOf(answer), object: 'chat.completion', choices: [{ index: 0, finish_reason: choice?.finish ?? 'stop', message }] }
}

function toolCalls({ choices }: Answer): readonly JsonObject[] {
  const calls = choices[0]?.calls ?? []
  // Nine letters and digits: the service refuses any other form when the id comes back with the tool's result.
  return calls.map(({ name, arguments: text }, index) => ({ id: `g6fVbXS8${index % 10}`, type: 'function', function: { name, arguments: text }, index }))
}

function usageOf({ request, completionTokens }: Answer): JsonObject {
  const total = request.promptTokens + completionTokens
  return { prompt_tokens: request.promptTokens, total_tokens: total, completion_tokens: completionTokens, prompt_tokens_details: { cached_tokens: 0 } }
}
