/**
 * A JSON Schema in, the smallest plausible value that fits it out: what a model would fill into a tool's arguments.
 * Runtimes: all. Imports: `./request.ts`.
 * @module
 */
import { isObject, object } from './request.ts'
import type { JsonObject } from './request.ts'

/** Deeper than this a schema is taken for one that refers to itself. */
const MAX_DEPTH = 8

/**
 * Makes a value that fits a schema. The same schema gives the same value, always.
 *
 * Knows the keywords that Azure's structured outputs allow: `type`, `properties`, `items`, `enum`, `const`, `anyOf`, `$ref` to `$defs`, and
 * `minimum` and `minItems`, which they do not allow.
 *
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/how-to/structured-outputs
 */
export function sample(schema: unknown, name = 'value', root: unknown = schema, depth = 0): unknown {
  if (!isObject(schema) || depth > MAX_DEPTH) return null
  if ('const' in schema) return schema['const']
  const choices = schema['enum']
  if (Array.isArray(choices)) return choices[0] as unknown
  const reference = schema['$ref']
  if (typeof reference === 'string') return sample(resolve(reference, root), name, root, depth + 1)
  const alternatives = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(alternatives)) return sample(alternatives[0], name, root, depth + 1)
  const minimum = typeof schema['minimum'] === 'number' ? schema['minimum'] : 1
  const type: unknown = Array.isArray(schema['type']) ? schema['type'][0] : schema['type']
  switch (type) {
    case 'string':
      return /city|location|place/i.test(name) ? 'Paris' : `example ${name}`
    case 'integer':
    case 'number':
      return minimum
    case 'boolean':
      return true
    case 'null':
      return null
    case 'array': {
      const length = typeof schema['minItems'] === 'number' ? schema['minItems'] : 1
      return Array.from({ length: Math.min(length, 16) }, () => sample(schema['items'], name, root, depth + 1))
    }
    default:
      return sampleObject(schema, root, depth)
  }
}

function sampleObject(schema: JsonObject, root: unknown, depth: number): JsonObject {
  const properties = object(schema['properties'])
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, sample(value, key, root, depth + 1)]))
}

/** Follows a pointer such as `#/$defs/step`, inside of the same schema alone. */
function resolve(reference: string, root: unknown): unknown {
  let found: unknown = root
  for (const part of reference.split('/').slice(1)) found = object(found)[part]
  return found
}
