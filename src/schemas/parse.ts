/**
 * Unproven JSON in, proven fields out: absent and `null` are `undefined`, unknown fields are nobody's affair.
 *
 * Hand-written, as it runs for each chunk of a stream; see docs/decisions/0001-hand-written-reader.md.
 * Runtimes: all. Imports: `../errors.ts`.
 * @module
 */
import { ChatError } from '../errors.ts'
import type { WireObject } from './completion.ts'

/** Reads a string. @throws `ChatError` `malformed`, naming the path `parent + name`, where it is something else */
export function string(object: WireObject, name: string, parent?: string): string | undefined {
  return field(object, name, 'string', parent) as string | undefined
}

/** Reads a number. @throws `ChatError` `malformed` */
export function number(object: WireObject, name: string, parent?: string): number | undefined {
  return field(object, name, 'number', parent) as number | undefined
}

/** Reads an object. @throws `ChatError` `malformed` */
export function object(object: WireObject, name: string, parent?: string): WireObject | undefined {
  return field(object, name, 'object', parent) as WireObject | undefined
}

/** Reads an array of objects; absent it is empty. @throws `ChatError` `malformed` */
export function objects(object: WireObject, name: string, parent?: string): readonly WireObject[] {
  const items = (field(object, name, 'array', parent) ?? []) as WireObject[]
  for (const item of items) prove(item, 'object', `${name}[]`, parent)
  return items
}

/** The JSON object that a text holds; `undefined` where it holds none. */
export function parseObject(text: string): WireObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return kindOf(value) === 'object' ? (value as WireObject) : undefined
  } catch {
    return undefined
  }
}

function field(object: WireObject, name: string, kind: string, parent?: string): unknown {
  const value = object[name] ?? undefined
  if (value !== undefined) prove(value, kind, name, parent)
  return value
}

/** The path in two parts, as it is put together only when it is needed. */
function prove(value: unknown, kind: string, name: string, parent = ''): void {
  const found = kindOf(value)
  if (found !== kind) throw new ChatError('malformed', `Cannot get the answer as ${parent}${name} must be ${kind}: it is ${found}`, { path: parent + name })
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}
