/**
 * A whole answer in, the value of a schema out.
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

/**
 * Takes the value out of an answer that the model has finished.
 *
 * @returns the schema's output.
 * @throws `ChatError` `refused`, `incomplete`, `schema-violation`, each with the answer as `partial`; what the schema itself throws.
 */
export async function valueOf<Output>(partial: ChatResult, { requestId, attempts }: ChatAnswer['response'], schema: StandardSchema<unknown, Output>): Promise<Output> {
  const { text, refusal, finishReason, contentFilter } = partial
  const fail = (code: ChatErrorCode, why: string, facts?: object) => new ChatError(code, `Cannot get the value as ${why}`, { partial, requestId, attempts, ...facts })
  if (refusal) throw fail('refused', `the model declined: ${refusal}`)
  if (finishReason !== 'stop') throw fail('incomplete', `the answer was ended by ${finishReason}`, { finishReason, contentFilter })
  const value = parse(text)
  const verdict = value === undefined ? { issues: [{ path: '', message: 'the answer is no JSON' }] } : await validate(schema as StandardSchema<never, Output>, value)
  if (!verdict.issues) return verdict.value
  const { issues } = verdict
  throw fail('schema-violation', issues.map(({ path, message }) => `${path} ${message}`.trim()).join(', '), { issues })
}
