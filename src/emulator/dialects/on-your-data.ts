/**
 * Azure OpenAI On Your Data: a service before the model, which sends what it found with the role and ends a turn in a key of its own.
 *
 * No filter verdicts, no padding, a bare UUID: as fixtures of microsoft/sample-app-aoai-chatGPT and its kin have it. Runtimes: all.
 * Imports: `../request.ts` (types), `./azure-chunk.ts`, `./frame.ts`.
 * @module
 */
import type { JsonObject } from '../request.ts'
import { usageOf } from './azure-chunk.ts'
import { done, frame, uuid } from './frame.ts'
import type { Answer, Frame } from './frame.ts'

/** Streams the first choice. */
export function* frames(answer: Answer, context: JsonObject): Generator<Frame> {
  const { choices: [choice], request } = answer
  const chunk = (choices: readonly JsonObject[], rest = {}) => wrap(answer, 'extensions.chat.completion.chunk', choices, rest)
  const say = (delta: JsonObject, finish: string | null = null) => chunk([{ index: 0, delta, end_turn: finish !== null, finish_reason: finish }])
  yield frame('role', say({ role: 'assistant', context }))
  for (const content of choice?.pieces ?? []) yield frame('text', say({ content }))
  yield frame('finish', say({}, choice?.finish ?? 'stop'))
  if (request.includeUsage) yield frame('usage', chunk([], { usage: usageOf(answer) }))
  yield done()
}

/** The whole answer at once. */
export function completion(answer: Answer, context: JsonObject): JsonObject {
  const { choices: [choice] } = answer
  const message = { role: 'assistant', content: [...(choice?.pieces ?? [])].join(''), end_turn: true, context }
  return wrap(answer, 'extensions.chat.completion', [{ index: 0, finish_reason: choice?.finish ?? 'stop', message }], { usage: usageOf(answer) })
}

function wrap({ id, model, created }: Answer, object: string, choices: readonly JsonObject[], rest: object): JsonObject {
  return { id: uuid(id), model, created, object, choices, ...rest, system_fingerprint: 'fp_b6f445fc1c' }
}
