/**
 * A request and a schema in, the request that asks for an answer of that schema out.
 * Runtimes: all. Imports: `../chat` (types), `../endpoints/refuse.ts`, `../errors.ts`, `../schemas`.
 * @module
 */
import type { CallOptions, Connection } from '../chat/request.ts'
import { refuse } from '../endpoints/refuse.ts'
import type { ChatError, ServiceFacts } from '../errors.ts'
import type { WireObject } from '../schemas/completion.ts'
import type { ChatRequest } from '../schemas/request.ts'
import { jsonSchemaOf } from '../schemas/standard.ts'
import type { StandardSchema } from '../schemas/standard.ts'

/** Options of a structured answer. */
export interface StructuredOptions extends CallOptions {
  /** What the model is told that it writes: 1 to 64 of `a-z`, `A-Z`, `0-9`, `_` and `-`. @defaultValue `'answer'` */
  readonly name?: string
  /** The JSON Schema to send. @defaultValue what the schema itself says, see `StandardSchema` */
  readonly jsonSchema?: WireObject
  /**
   * Whether the service holds the model to the schema. It then takes a part of JSON Schema alone, and wants of each object
   * `additionalProperties: false`, which is added where nothing is said, and every property required: make it nullable, not optional.
   *
   * @defaultValue `true`
   * @see https://learn.microsoft.com/azure/ai-foundry/openai/how-to/structured-outputs
   */
  readonly strict?: boolean
  /**
   * What to ask for where the deployment refuses `json_schema`, or this schema: any JSON object, with the schema in a first message. That
   * is a second request, and the service then holds the model to nothing. Unless it is set, the refusal passes on.
   */
  readonly fallback?: 'json_object'
}

const ASK = 'ask for a structured answer'

/**
 * Puts a schema into a request, and its fallback into the connection.
 *
 * @returns the connection to ask and what to ask it.
 * @throws `ChatError` `invalid-request`
 */
export function askFor(connection: Connection, request: ChatRequest, schema: StandardSchema, { name = 'answer', jsonSchema, strict = true, fallback }: StructuredOptions): readonly [Connection, ChatRequest] {
  const { messages, n, response_format } = request
  if (response_format) refuse(ASK, 'the request has a response_format of its own')
  if (n && n > 1) refuse(ASK, `n must be 1: it is ${n}`)
  if (!/^[\w-]{1,64}$/.test(name)) refuse(ASK, `name must be 1 to 64 letters, digits, _ and -: it is ${name}`)
  const wanted = jsonSchemaOf(schema, ASK, jsonSchema, strict)
  const send: Connection['send'] = (call) =>
    connection.send(call).catch((error: unknown) => {
      const { code, param, serviceMessage } = (error ?? {}) as Partial<ChatError & ServiceFacts>
      if (!fallback || !/^(bad-|unsupported-).*(response_format|json_schema)/s.test(`${code} ${param} ${serviceMessage}`)) throw error
      // Azure takes no system message beside a developer's: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning
      const role = messages.some((message) => message.role === 'developer') ? 'developer' : 'system'
      // Without the word JSON in a message the service refuses json_object.
      const content = `Answer in JSON of this JSON Schema: ${JSON.stringify(wanted)}`
      return connection.send({ ...call, body: { ...call.body, messages: [{ role, content }, ...messages], response_format: { type: fallback } } })
    })
  return [{ ...connection, send }, { ...request, response_format: { type: 'json_schema', json_schema: { name, schema: wanted, strict } } }]
}
