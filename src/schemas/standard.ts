/**
 * A schema of any library in, its JSON Schema, its verdicts and its types out.
 *
 * By shape, as Standard Schema means it, so that no library is imported: valibot, zod and arktype all have the shape.
 * Runtimes: all. Imports: `../errors.ts`, `./completion.ts` (types).
 * @module
 * @see https://standardschema.dev
 */
import { ChatError } from '../errors.ts'
import type { SchemaIssue } from '../errors.ts'
import type { WireObject } from './completion.ts'

/** A schema that tells whether a value fits; with `jsonSchema` also what to tell a model (zod from 4.2, arktype from 2.1.28, valibot by `toStandardJsonSchema()` of `@valibot/to-json-schema`). */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaVerdict<Output> | Promise<SchemaVerdict<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
    readonly jsonSchema?: { readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown> } | undefined
  }
}

/** What a schema says of a value. */
export type SchemaVerdict<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined }[] }

/** What a model has to write. */
export type SchemaInput<Schema> = Schema extends StandardSchema<infer Input, unknown> ? Input : never
/** What a program gets of it. */
export type SchemaOutput<Schema> = Schema extends StandardSchema<unknown, infer Output> ? Output : never

/**
 * Finds the JSON Schema of a schema.
 *
 * @param what - What cannot be done without, such as `make the tool weather`.
 * @param byHand - Wins over the schema's own.
 * @param strict - Closes every object that does not say whether it is open, as the service's strict mode wants; optional properties it leaves.
 * @throws `ChatError` `invalid-request` where there is none, or the library cannot write it.
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/how-to/structured-outputs
 */
export function jsonSchemaOf(schema: StandardSchema | undefined, what: string, byHand: WireObject | undefined, strict: boolean): WireObject {
  const convert = schema?.['~standard'].jsonSchema
  let found = byHand
  try {
    found ??= convert?.input({ target: 'draft-2020-12' })
  } catch (cause) {
    throw new ChatError('invalid-request', `Cannot ${what} as its schema cannot be written as JSON Schema: see cause`, {}, { cause })
  }
  if (!found) throw new ChatError('invalid-request', `Cannot ${what} as its schema has no JSON Schema: wrap a valibot schema with toStandardJsonSchema(), or give jsonSchema`)
  return strict ? close(found) : found
}

/** Copies a JSON Schema with `additionalProperties: false` where an object says nothing of them. */
function close<T>(node: T): T {
  if (typeof node !== 'object' || node === null) return node
  if (Array.isArray(node)) return node.map(close) as T
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, close(value)]))
  return (copy['properties'] && [copy['type']].flat().includes('object') ? { additionalProperties: false, ...copy } : copy) as T
}

/**
 * Asks a schema about a value. Schemas that throw are not told apart from those that find an issue.
 *
 * @returns the schema's output; or what is wrong.
 */
export async function validate<Output>(schema: StandardSchema<unknown, Output>, value: unknown): Promise<{ readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] }> {
  const verdict = await schema['~standard'].validate(value)
  return verdict.issues ? { issues: verdict.issues.map(({ message, path = [] }) => ({ message, path: path.map(write).join('').replace(/^\./, '') })) } : verdict
}

function write(step: PropertyKey | { readonly key: PropertyKey }): string {
  const key = typeof step === 'object' ? step.key : step
  return typeof key === 'number' ? `[${key}]` : `.${String(key)}`
}
