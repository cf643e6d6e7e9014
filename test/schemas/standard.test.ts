import { describe, expect, test } from 'vitest'
import { jsonSchemaOf } from '../../src/schemas/standard.ts'

const closed = (schema: Record<string, unknown>): unknown => jsonSchemaOf(undefined, 'ask', schema, true)

describe('jsonSchemaOf()', () => {
  test.each(['object', ['object', 'null']])('closes an object of type %j that says nothing, wherever it is', (type) => {
    const inner = { type, properties: { a: { type: 'string' } } }
    const open = { type: 'object', properties: { list: { type: 'array', items: inner }, any: { anyOf: [inner] } } }
    const shut = { ...inner, additionalProperties: false }
    expect(closed(open)).toEqual({ type: 'object', additionalProperties: false, properties: { list: { type: 'array', items: shut }, any: { anyOf: [shut] } } })
  })

  test('leaves what says whether it is open, and what is no object', () => {
    for (const schema of [{ type: 'object', properties: {}, additionalProperties: true }, { type: 'string' }, { type: 'object' }]) expect(closed(schema)).toEqual(schema)
  })

  test('leaves all as it is where nobody asks for strictness', () => {
    const schema = { type: 'object', properties: {} }
    expect(jsonSchemaOf(undefined, 'ask', schema, false)).toBe(schema)
  })

  test('says that there is none', () => {
    expect(() => jsonSchemaOf(undefined, 'ask', undefined, true)).toThrow('Cannot ask as its schema has no JSON Schema')
  })
})
