// What a tool is made of, and what cannot be made into one.
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { tool } from '../../src/tools/index.ts'

const run = () => 1
const CITY = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

describe('tool()', () => {
  test.each([
    ['valibot', toStandardJsonSchema(v.object({ city: v.string() }))],
    ['zod', z.object({ city: z.string() })],
    ['arktype', type({ city: 'string' })],
  ])('takes the JSON Schema of %s', (_, input) => {
    const made = tool({ name: 'get_weather', description: 'Works', input, run })
    expect(made.definition).toMatchObject({ type: 'function', function: { name: 'get_weather', description: 'Works', parameters: CITY } })
    expect(made).toMatchObject({ name: 'get_weather', input, run })
    expect(made.definition.function).not.toHaveProperty('strict')
  })

  test('takes a JSON Schema by hand, before that of a schema', () => {
    const by = { type: 'object', properties: { city: { const: 'Paris' } } }
    expect(tool({ name: 'a', jsonSchema: by, run }).definition).toEqual({ type: 'function', function: { name: 'a', parameters: by } })
    expect(tool({ name: 'a', jsonSchema: by, input: z.object({}), run }).definition.function.parameters).toBe(by)
    expect(tool({ name: 'a', jsonSchema: by, input: v.object({}), run }).definition.function.parameters).toBe(by)
  })

  test('without a schema has no arguments', () => {
    expect(tool({ name: 'now', run }).definition).toEqual({ type: 'function', function: { name: 'now', parameters: { type: 'object', properties: {} } } })
  })

  test('is strict where that is asked for, with closed objects', () => {
    expect(tool({ name: 'now', strict: true, run }).definition.function).toEqual({ name: 'now', strict: true, parameters: { type: 'object', properties: {}, additionalProperties: false } })
    const nested = tool({ name: 'a', strict: true, jsonSchema: { type: 'object', properties: { of: CITY } }, run })
    expect(nested.definition.function.parameters).toEqual({ type: 'object', additionalProperties: false, properties: { of: { ...CITY, additionalProperties: false } } })
  })

  test.each(['a', 'Get-weather_2', 'x'.repeat(64)])('can be called %j', (name) => {
    expect(tool({ name, run }).name).toBe(name)
  })

  test.each(['', 'get weather', 'get.weather', 'wetter_für', 'x'.repeat(65), 'a\n'])('cannot be called %j', (name) => {
    expect(() => tool({ name, run })).toThrow(expect.objectContaining({ code: 'invalid-request', message: expect.stringContaining('name') }))
  })

  test.each([
    ['that has none', v.object({ city: v.string() })],
    ['that cannot be written as one', z.object({ at: z.date() })],
  ])('needs the JSON Schema of a schema %s', (_, input) => {
    expect(() => tool({ name: 'get_weather', input, run })).toThrow(expect.objectContaining({ code: 'invalid-request', message: expect.stringContaining('get_weather') }))
  })
})
