/**
 * A request and a schema in, one whole answer with its value out.
 * Runtimes: all. Imports: `../chat`, `../schemas` (types).
 * @module
 */
import { chat } from '../chat/chat.ts'
import type { ChatAnswer } from '../chat/chat.ts'
import type { Connection } from '../chat/request.ts'
import type { ChatRequest } from '../schemas/request.ts'
import type { StandardSchema } from '../schemas/standard.ts'
import { askFor } from './ask.ts'
import type { StructuredOptions } from './ask.ts'
import { withValue } from './value.ts'
import type { WithValue } from './value.ts'

/**
 * Asks for an answer that fits a schema, and waits for all of it.
 *
 * Any library of Standard Schema will do. What the model wrote is validated, however strict the service was; `value` is what the
 * schema makes of it, transformations included.
 *
 * @throws `ChatError`: as `chat()` does; `refused`, `incomplete` and `schema-violation` with the whole answer as `partial`. The signal's
 * own reason after an abort. What the schema itself throws.
 * @example
 * ```ts
 * const { value } = await chatAs(foundry, { model: 'gpt-5-mini', messages }, z.object({ city: z.string(), days: z.array(z.number()) }))
 * show(value.city)
 * ```
 */
export async function chatAs<Input, Output>(
  connection: Connection,
  request: ChatRequest,
  schema: StandardSchema<Input, Output>,
  options: StructuredOptions = {},
): Promise<WithValue<ChatAnswer, Output>> {
  const answer = await chat(...askFor(connection, request, schema, options), options)
  return withValue(answer, answer.response, schema)
}
