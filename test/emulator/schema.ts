// The published specifications, and as much of JSON Schema as they use. They lie beside the project, not in it, so that tests which read them
// are skipped by name where they are not there.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export type Json = Readonly<Record<string, unknown>>

const folder = fileURLToPath(new URL('../../../shared/openapi/', import.meta.url))

export const haveSpecifications: boolean = existsSync(folder)

/** What a skipped suite is called, so that the report says why. */
export const specifications: string = haveSpecifications ? 'specifications' : 'specifications (skipped: ../shared/openapi is not there)'

export interface Specification {
  /** Says what is wrong with a value, a line for each problem; `name` is a schema of the document. */
  readonly problems: (name: string, value: unknown) => string[]
  /** The schema that a discriminator gives a value. */
  readonly discriminated: (name: string, value: string) => string | undefined
}

/** Reads `azure-openai-v1` or `azure-ai-model-inference`. */
export function readSpecification(name: string): Specification {
  const { components } = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as { components: { schemas: Record<string, Json> } }
  const { schemas } = components
  const prefix = '#/components/schemas/'
  const byName = (wanted: string): Json => {
    const schema = schemas[wanted]
    if (!schema) throw new Error(`${name} has no schema ${wanted}`)
    return schema
  }

  function check(schema: Json, value: unknown, at: string): string[] {
    if (typeof schema['$ref'] === 'string') return check(byName(schema['$ref'].slice(prefix.length)), value, at)
    if (value === null && schema['nullable'] === true) return []
    const found: string[] = []
    for (const part of (schema['allOf'] ?? []) as Json[]) found.push(...check(part, value, at))
    const choices = (schema['anyOf'] ?? schema['oneOf']) as Json[] | undefined
    if (choices) {
      const tried = choices.map((choice) => check(choice, value, at))
      if (tried.every((problems) => problems.length > 0)) found.push(`${at}: fits no choice: ${tried.map((problems) => problems[0]).join(' | ')}`)
    }
    const allowed = schema['enum'] as unknown[] | undefined
    if (allowed && !allowed.includes(value)) found.push(`${at}: ${JSON.stringify(value)} is not one of ${JSON.stringify(allowed)}`)
    return [...found, ...checkType(schema, value, at)]
  }

  function checkType(schema: Json, value: unknown, at: string): string[] {
    const wrong = [`${at}: ${JSON.stringify(value)?.slice(0, 80)} is no ${String(schema['type'])}`]
    switch (schema['type']) {
      case 'string':
        return typeof value === 'string' ? [] : wrong
      case 'boolean':
        return typeof value === 'boolean' ? [] : wrong
      case 'integer':
      case 'number': {
        if (typeof value !== 'number' || (schema['type'] === 'integer' && !Number.isInteger(value))) return wrong
        const { minimum = -Infinity, maximum = Infinity } = schema as { minimum?: number; maximum?: number }
        return value >= minimum && value <= maximum ? [] : [`${at}: ${value} is out of range`]
      }
      case 'array':
        return Array.isArray(value) ? value.flatMap((item, index) => check((schema['items'] ?? {}) as Json, item, `${at}[${index}]`)) : wrong
      case 'object':
        return typeof value === 'object' && value !== null && !Array.isArray(value) ? checkObject(schema, value as Json, at) : wrong
      default:
        return schema['properties'] ? checkObject(schema, value as Json, at) : []
    }
  }

  function checkObject(schema: Json, value: Json, at: string): string[] {
    const missing = ((schema['required'] ?? []) as string[]).filter((key) => !Object.hasOwn(value, key)).map((key) => `${at}: ${key} is missing`)
    const properties = (schema['properties'] ?? {}) as Record<string, Json>
    // Undefined members are never on the wire.
    return [...missing, ...Object.entries(properties).flatMap(([key, property]) => (value[key] === undefined ? [] : check(property, value[key], `${at}.${key}`)))]
  }

  return {
    problems: (wanted, value) => check(byName(wanted), value, wanted),
    discriminated: (wanted, value) => (byName(wanted)['discriminator'] as { mapping: Record<string, string> } | undefined)?.mapping[value]?.slice(prefix.length),
  }
}
