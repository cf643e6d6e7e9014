/**
 * Unproven JSON in, proven fields out: absent and `null` are `undefined`, unknown fields are nobody's affair.
 *
 * Hand-written, as it runs for each chunk of a stream; see docs/decisions/0001-hand-written-reader.md.
 * Runtimes: all. Imports: `../errors.ts`.
 * @module
 */
import { ChatError } from '../errors.ts'
import type { WireObject } from './completion.ts'

/** Reads a string. @throws `ChatError` `malformed`, naming the path, where it is something else */
export function string(value: unknown, path: string): string | undefined {
  return proven(value, 'string', path) as string | undefined
}

/** Reads a number. @throws `ChatError` `malformed` */
export function number(value: unknown, path: string): number | undefined {
  return proven(value, 'number', path) as number | undefined
}

/** Reads an object. @throws `ChatError` `malformed` */
export function object(value: unknown, path: string): WireObject | undefined {
  return proven(value, 'object', path) as WireObject | undefined
}

/** Reads an array of objects; absent it is empty. @throws `ChatError` `malformed` */
export function objects(value: unknown, path: string): readonly WireObject[] {
  const items = (proven(value, 'array', path) ?? []) as WireObject[]
  for (const item of items) prove(item, 'object', path, '[]')
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

function proven(value: unknown, kind: string, path: string): unknown {
  if (value == null) return undefined
  prove(value, kind, path)
  return value
}

/** The path in two parts, as it is put together only when it is needed. */
function prove(value: unknown, kind: string, parent: string, name = ''): void {
  const found = kindOf(value)
  if (found !== kind) {
    const path = parent + name
    throw new ChatError('malformed', `Cannot get the answer as ${path} must be ${kind}: it is ${found}`, { path })
  }
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}
