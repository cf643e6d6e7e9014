/**
 * A function and what a model may know of it in, a typed tool out.
 * Runtimes: all. Imports: `../errors.ts`, `../endpoints/refuse.ts`, `../schemas`.
 * @module
 */
import { refuse } from '../endpoints/refuse.ts'
import type { ToolCall } from '../errors.ts'
import type { WireObject } from '../schemas/completion.ts'
import type { FunctionTool } from '../schemas/request.ts'
import { jsonSchemaOf } from '../schemas/standard.ts'
import type { StandardSchema } from '../schemas/standard.ts'

/** What services take. */
const NAME = /^[\w-]{1,64}$/

/** What a tool is told beside its input. */
export interface ToolContext {
  /** Aborts when the run is aborted, left, or over: hand it to `fetch` and the like. */
  readonly signal: AbortSignal
  /** The call as the model made it. */
  readonly call: ToolCall
}

/** A function that a model may call, from {@link tool}. */
export interface Tool<Input = never> {
  readonly name: string
  /** As it is sent in a request's `tools`. */
  readonly definition: FunctionTool
  /** What arguments have to pass; without one they reach `run` unvalidated. */
  readonly input?: StandardSchema | undefined
  readonly run: (input: Input, context: ToolContext) => unknown
}

/** What arguments become on their way through a schema; `unknown` without one. */
export type ToolInput<Schema> = Schema extends StandardSchema<unknown, infer Output> ? Output : unknown

/** What a tool is made of. */
export interface ToolOptions<Schema extends StandardSchema | undefined> {
  /** Letters, digits, `_` and `-`, at most 64 of them. */
  readonly name: string
  /** Tells the model what the tool does and when to call it. */
  readonly description?: string
  /** Any Standard Schema: what the model must write, and how it reaches `run`. @defaultValue none: without `jsonSchema` too, a tool without arguments */
  readonly input?: Schema
  /** JSON Schema of the arguments. @defaultValue that of `input` */
  readonly jsonSchema?: WireObject
  /** Has the service hold the model to the schema, whose properties must all be required then. @defaultValue `false` */
  readonly strict?: boolean
  /**
   * Does the work. What it returns goes to the model: a string as it is, `undefined` as nothing, all else as JSON. What it
   * throws is told to the model by its message.
   */
  readonly run: (input: ToolInput<Schema>, context: ToolContext) => unknown
}

/**
 * Makes a tool that a model may call.
 *
 * @throws `ChatError` `invalid-request` for a name that services refuse, and for a schema that has no JSON Schema.
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/how-to/function-calling
 * @example
 * ```ts
 * import { tool } from 'keyless-chat/tools'
 * import { z } from 'zod'
 *
 * export const weather = tool({
 *   name: 'get_weather',
 *   description: 'The weather in a city, now',
 *   input: z.object({ city: z.string() }),
 *   run: async ({ city }, { signal }) => (await fetch(`/weather?${new URLSearchParams({ city })}`, { signal })).json(),
 * })
 * ```
 */
export function tool<Schema extends StandardSchema | undefined = undefined>(options: ToolOptions<Schema>): Tool<ToolInput<Schema>> {
  const { name, description, input, jsonSchema, strict, run } = options
  const what = `make the tool ${name}`
  if (!NAME.test(name)) refuse(what, `its name must match ${NAME}`)
  const parameters = jsonSchemaOf(input, what, jsonSchema ?? (input ? undefined : { type: 'object', properties: {} }), !!strict)
  return { name, input, run, definition: { type: 'function', function: { name, ...(description && { description }), parameters, ...(strict && { strict }) } } }
}
