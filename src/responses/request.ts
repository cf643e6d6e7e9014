/**
 * A chat completions request in, the same request as the Responses API takes it out.
 * Runtimes: all. Imports: `../schemas` (types), `../endpoints`.
 * @module
 */
import { refuse } from '../endpoints/refuse.ts'
import type { WireObject } from '../schemas/completion.ts'
import type { ChatMessage } from '../schemas/message.ts'
import { itemsOf } from './items.ts'

/** What a request says itself, as `store`, `include` or `reasoning`, wins over these. */
export interface ResponsesOptions {
  /**
   * Whether the service keeps each response, for 30 days, so that a request may name it as `previous_response_id`.
   * The service's own default is to keep. Behind a relay nothing is said by default, as what is kept is the relay's to decide:
   * that of `keyless-chat/edge` keeps nothing. @defaultValue `false`
   */
  readonly store?: boolean
  /**
   * Asks for the model's reasoning, encrypted, so that the next turn goes on from it though nothing is stored: set it for
   * reasoning models that call tools. Off by default, as models that do not reason answer it with 400, and as messages that
   * carry it cannot be sent to chat completions. @defaultValue `false`
   */
  readonly encryptedReasoning?: boolean
  /** Asks for a summary of the model's reasoning, which comes as `reasoning` events. @defaultValue none */
  readonly reasoningSummary?: 'auto' | 'concise' | 'detailed'
}

/**
 * What chat completions have and the Responses API has not, by openai 7.57, and the value that asks for nothing.
 *
 * What neither is known to have passes: the service refuses it in its own words.
 */
const LACKING: Readonly<Record<string, unknown>> = {
  n: 1,
  logprobs: false,
  presence_penalty: 0,
  frequency_penalty: 0,
  logit_bias: null,
  stop: null,
  seed: null,
  audio: null,
  modalities: null,
  prediction: null,
  functions: null,
  function_call: null,
  web_search_options: null,
  data_sources: null,
}

/** A request, by the members that are read here. */
export interface AnyRequest extends WireObject {
  readonly messages: readonly ChatMessage[]
  readonly tools?: readonly Typed[] | null
  readonly stream_options?: WireObject | null
  readonly reasoning?: object | null
  readonly text?: object | null
}
/** What has its body under the name of its type. */
interface Typed extends WireObject { readonly type: string }

/**
 * Writes the body. What the request says in the Responses API's own words wins.
 *
 * @throws `ChatError` `invalid-request`, naming the parameters that the Responses API has not.
 */
export function responsesBody(request: AnyRequest, { encryptedReasoning, reasoningSummary }: ResponsesOptions, store: boolean | undefined): object {
  const { messages, max_tokens, max_completion_tokens, verbosity, reasoning_effort, response_format, stream_options, tools, tool_choice, reasoning, text, ...others } = request
  const lacking = Object.keys(others).filter((name) => name in LACKING)
  const asked = lacking.filter((name) => (others[name] ?? LACKING[name]) !== LACKING[name])
  if (asked.length) refuse('send the request', `the Responses API has no ${asked.join(', ')}`)
  return {
    max_output_tokens: max_completion_tokens ?? max_tokens,
    include: encryptedReasoning ? ['reasoning.encrypted_content'] : undefined,
    ...others,
    ...Object.fromEntries(lacking.map((name) => [name, undefined])),
    input: itemsOf(messages),
    store: others['store'] ?? store,
    tools: tools?.map(toolOf),
    tool_choice: flat(tool_choice),
    stream_options: some({ ...stream_options, include_usage: undefined }),
    reasoning: some({ effort: reasoning_effort, summary: reasoningSummary, ...reasoning }),
    text: some({ format: flat(response_format), verbosity, ...text }),
  }
}

/** What an object of chat completions has under the name of its type, the Responses API has beside it; so do a grammar and the tools that are allowed. */
function flat(given: unknown): unknown {
  if (typeof given !== 'object' || !given) return given
  const { [(given as Typed).type]: body, ...rest } = given as WireObject
  const all: WireObject = { ...rest, ...(body as object | undefined) }
  const { format, tools } = all
  return { ...all, format: flat(format), tools: Array.isArray(tools) ? tools.map(flat) : tools }
}

/** Where nothing is said, chat completions are not strict and the Responses API is. */
function toolOf(tool: Typed): unknown {
  const { function: body } = tool as { readonly function?: { readonly strict?: boolean | null } }
  return flat(body ? { ...tool, function: { parameters: null, ...body, strict: body.strict ?? false } } : tool)
}

/** Nothing, where nothing is said. */
function some(object: object): object | undefined {
  return Object.values(object).some((value) => value != null) ? object : undefined
}
