/**
 * A request's body in, the few facts that decide an answer out.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** A JSON object that nothing is known of yet. */
export type JsonObject = Readonly<Record<string, unknown>>

/** What a deployment's `reply` function is told of the request. */
export interface EmulatedRequest {
  /** The deployment's name as asked for. */
  readonly deployment: string
  /** The text of the last user message; empty where there is none. */
  readonly prompt: string
  /** The URLs of the images in the last user message, data URLs among them. */
  readonly images: readonly string[]
  /** The role of the last message. */
  readonly lastRole: string
  /** The text of the last message, whoever wrote it: a tool's result after a tool call. */
  readonly lastText: string
  /** Words in all messages: the emulator's idea of a token. */
  readonly promptTokens: number
  readonly stream: boolean
  /** `stream_options.include_usage`. */
  readonly includeUsage: boolean
  /** `stream_options.include_obfuscation`. @defaultValue `true` */
  readonly includeObfuscation: boolean
  /** Answers asked for. */
  readonly n: number
  /** `max_completion_tokens`, else `max_tokens`; `Infinity` where neither is there. */
  readonly maxTokens: number
  /** Texts that end an answer before them. */
  readonly stop: readonly string[]
  readonly seed: number
  /** The function tools offered. */
  readonly tools: readonly EmulatedTool[]
  /** The whole body; what is asked of the Responses API stands here as chat completions have it. */
  readonly body: JsonObject
}

/** A function tool that a request offers. */
export interface EmulatedTool {
  readonly name: string
  /** The JSON Schema of its arguments. */
  readonly parameters: JsonObject
}

/** Tells an object from everything else that JSON can hold. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value where it is an object, else an empty one. */
export function object(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

/** Reads what a body asks for; what is missing or of the wrong type counts as not there. */
export function readRequest(body: JsonObject, deployment: string): EmulatedRequest {
  const messages = list(body['messages']).filter(isObject)
  const last = messages.at(-1) ?? {}
  const user = messages.findLast((message) => message['role'] === 'user') ?? {}
  const options = object(body['stream_options'])
  const stop = typeof body['stop'] === 'string' ? [body['stop']] : list(body['stop'])
  return {
    deployment,
    prompt: textOf(user),
    // Chat has an object around the URL, responses have not.
    images: list(user['content']).map((part) => object(part)['image_url']).map((image) => object(image)['url'] ?? image).filter((url) => typeof url === 'string'),
    lastRole: String(last['role'] ?? ''),
    lastText: textOf(last),
    promptTokens: messages.reduce((sum, message) => sum + textOf(message).split(/\s+/).length, 0),
    stream: body['stream'] === true,
    includeUsage: options['include_usage'] === true,
    includeObfuscation: options['include_obfuscation'] !== false,
    n: Math.trunc(number(body['n'], 1)),
    maxTokens: number(body['max_completion_tokens'], number(body['max_tokens'], Infinity)),
    stop: stop.filter((text) => typeof text === 'string' && text !== '').map(String),
    seed: Math.abs(Math.trunc(number(body['seed'], 0))),
    tools: list(body['tools']).map((tool) => object(object(tool)['function'])).filter((tool) => typeof tool['name'] === 'string')
      .map((tool) => ({ name: String(tool['name']), parameters: object(tool['parameters']) })),
    body,
  }
}

/** The text of a message, whether its content is a string or parts. */
function textOf(message: JsonObject): string {
  const content = message['content']
  if (typeof content === 'string') return content
  return list(content).map((part) => object(part)['text']).filter((text) => typeof text === 'string').join('\n')
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function number(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise
}
