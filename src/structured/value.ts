/**
 * A whole answer in, the answer with its value out.
 * Runtimes: all. Imports: `../chat` (types), `../errors.ts`, `../schemas`, `../transport` by `../chat` (types).
 * @module
 */
import type { ChatAnswer } from '../chat/chat.ts'
import type { ChatResult } from '../chat/events.ts'
import { ChatError } from '../errors.ts'
import type { ChatErrorCode } from '../errors.ts'
import { validate } from '../schemas/standard.ts'
import type { StandardSchema } from '../schemas/standard.ts'
import { parse } from './partial-json.ts'

/** A whole answer and its value. */
export type WithValue<Answer extends ChatResult, Output> = Answer & { readonly value: Output }

/**
 * Takes the value out of an answer that the model has finished.
 *
 * @returns the answer with the schema's output.
 * @throws `ChatError` `refused`, `incomplete`, `schema-violation`, each with the answer as `partial`; what the schema itself throws.
 */
export async function withValue<Answer extends ChatResult, Output>(answer: Answer, { requestId, attempts }: ChatAnswer['response'], schema: StandardSchema<unknown, Output>): Promise<WithValue<Answer, Output>> {
  const { text, refusal, finishReason, contentFilter } = answer
  const fail = (code: ChatErrorCode, why: string, facts?: object) => new ChatError(code, `Cannot get the value as ${why}`, { partial: answer, requestId, attempts, ...facts })
  if (refusal) throw fail('refused', `the model declined: ${refusal}`)
  if (finishReason !== 'stop') throw fail('incomplete', `the answer ended by ${finishReason}`, { finishReason, contentFilter })
  const read = parse(text)
  const verdict = read === undefined ? { issues: [{ path: '', message: 'no JSON' }] } : await validate(schema, read)
  const { issues } = verdict
  if (issues) throw fail('schema-violation', `the answer does not fit: ${JSON.stringify(issues)}`, { issues })
  return { ...answer, value: verdict.value }
}
