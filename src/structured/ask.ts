/**
 * A request and a schema in, the request that asks for an answer of that schema out.
 * Runtimes: all. Imports: `../chat` (types), `../endpoints/refuse.ts`, `../errors.ts`, `../schemas`.
 * @module
 */
import type { CallOptions } from '../chat/request.ts'
import { refuse } from '../endpoints/refuse.ts'
import { isChatError } from '../errors.ts'
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
   * What to ask for where the deployment refuses `json_schema`: any JSON object, with the schema in a first message. That is a second
   * request. Unless it is set, the refusal passes on.
   */
  readonly fallback?: 'json_object'
}

/** The way of a structured request. */
export interface Asking {
  readonly request: ChatRequest
  /** The request to send in its place. @throws the failure itself, where nothing is to be sent */
  readonly instead: (failure: unknown) => ChatRequest
}

const ASK = 'ask for a structured answer'

/**
 * Puts a schema into a request.
 *
 * @throws `ChatError` `invalid-request`
 */
export function askFor(request: ChatRequest, schema: StandardSchema, { name = 'answer', jsonSchema, strict = true, fallback }: StructuredOptions): Asking {
  const { messages, n, response_format } = request
  if (response_format) refuse(ASK, 'the request has a response_format of its own')
  if (n && n > 1) refuse(ASK, `n must be 1: it is ${n}`)
  if (!/^[\w-]{1,64}$/.test(name)) refuse(ASK, `name must be 1 to 64 letters, digits, _ and -: it is ${name}`)
  const wanted = jsonSchemaOf(schema, ASK, jsonSchema, strict)
  return {
    request: { ...request, response_format: { type: 'json_schema', json_schema: { name, schema: wanted, strict } } },
    instead(failure) {
      // One that came inside of an answer is not asked about again.
      if (fallback && isChatError(failure) && (failure.code === 'bad-request' || failure.code === 'unsupported-parameter') && !failure.midStream && /response_format|json_schema/.test(`${failure.param} ${failure.serviceMessage}`)) {
        // Azure takes no system message beside a developer's: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning
        const role = messages.some((message) => message.role === 'developer') ? 'developer' : 'system'
        // Without the word JSON in a message the service refuses json_object.
        return { ...request, messages: [{ role, content: `Answer in JSON of this JSON Schema: ${JSON.stringify(wanted)}` }, ...messages], response_format: { type: 'json_object' } }
      }
      throw failure
    },
  }
}
