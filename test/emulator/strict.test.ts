import { describe, expect, test } from 'vitest'
import { createEmulator, DEPLOYMENTS } from '../../src/emulator/index.ts'
import { ask, post } from './asking.ts'

const CITY = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false }
const { additionalProperties: _, ...OPEN } = CITY
const LOOSE = { ...CITY, required: [] }
const FALSE = "'additionalProperties' is required to be supplied and to be false."
const missing = (key: string) => `'required' is required to be supplied and to be an array including every key in properties. Missing '${key}'.`
const user = (content: string) => [{ role: 'user', content }]

interface Refusal {
  readonly message: string
  readonly param: string | null
  readonly code: string | null
}
async function outcome(response: Response): Promise<{ readonly status: number; readonly error?: Refusal }> {
  const { error } = (await response.json()) as { readonly error?: Refusal | null }
  return { status: response.status, ...(error ? { error } : {}) }
}
const chat = async (body: object, model = 'gpt-4o-mini') => outcome(await ask(createEmulator(), { model, ...body }))
const responses = async (body: object, model = 'gpt-5-mini') => outcome(await post(createEmulator(), '/openai/v1/responses', { model, input: 'Hello', ...body }))
const formatted = (schema: object, strict = true) => ({ response_format: { type: 'json_schema', json_schema: { name: 'place', strict, schema } } })

describe('a strict schema', () => {
  for (const [what, schema, problem] of [
    ['an open object', OPEN, `In context=(), ${FALSE}`],
    ['a property that is not required', LOOSE, `In context=(), ${missing('city')}`],
    ['no list of what is required', { ...CITY, required: undefined }, `In context=(), ${missing('city')}`],
    ['an open object in a property', { ...CITY, properties: { city: OPEN } }, `In context=('properties', 'city'), ${FALSE}`],
    ['an open object in an array', { ...CITY, properties: { city: { type: 'array', items: LOOSE } } }, `In context=('properties', 'city', 'items'), ${missing('city')}`],
    ['an open object among several', { ...CITY, properties: { city: { anyOf: [{ type: 'string' }, OPEN] } } }, `In context=('properties', 'city', 'anyOf', '1'), ${FALSE}`],
    ['an open definition', { ...CITY, $defs: { town: OPEN } }, `In context=('$defs', 'town'), ${FALSE}`],
    ['an open object that may be null', { ...CITY, properties: { city: { ...OPEN, type: ['object', 'null'] } } }, `In context=('properties', 'city'), ${FALSE}`],
  ] as const) {
    test(`with ${what} is refused, in chat and in responses, as a format and as a tool`, async () => {
      const format = `Invalid schema for response_format 'place': ${problem}`
      expect(await chat(formatted(schema))).toEqual({ status: 400, error: { message: format, type: 'invalid_request_error', param: 'response_format', code: null } })
      const tool = { name: 'find', strict: true, parameters: schema }
      const wrong = `Invalid schema for function 'find': ${problem}`
      expect((await chat({ tools: [{ type: 'function', function: tool }] })).error).toMatchObject({ message: wrong, param: 'tools[0].function.parameters', code: 'invalid_function_parameters' })
      const text = { format: { type: 'json_schema', name: 'place', strict: true, schema } }
      expect((await responses({ text })).error).toMatchObject({ message: `Invalid schema for text.format 'place': ${problem}`, param: 'text.format.schema', code: 'invalid_json_schema' })
      expect((await responses({ tools: [{ type: 'function', ...tool }] })).error).toMatchObject({ message: wrong, param: 'tools[0].parameters', code: 'invalid_function_parameters' })
    })
  }

  test('that keeps to the rules is taken, and so is any where strict is not asked for or the model is none of OpenAI', async () => {
    expect(await chat(formatted(CITY))).toEqual({ status: 200 })
    expect(await chat(formatted(OPEN, false))).toEqual({ status: 200 })
    expect(await chat({ tools: [{ type: 'function', function: { name: 'find', parameters: OPEN } }] })).toEqual({ status: 200 })
    expect(await chat(formatted(OPEN), 'grok-4-1-fast')).toEqual({ status: 200 })
    expect((await responses({ text: { format: { type: 'json_schema', name: 'place', strict: true, schema: CITY } } })).status).toBe(200)
  })

  test('is looked at as deep as anybody nests, and a deeper one does no harm', async () => {
    const nested = (depth: number) => JSON.parse(`${'{"items":'.repeat(depth)}${JSON.stringify(OPEN)}${'}'.repeat(depth)}`) as object
    expect((await chat(formatted(nested(20)))).status).toBe(400)
    expect((await chat(formatted(nested(100)))).status).toBe(200)
  })
})

describe('a deployment without structured outputs', () => {
  const emulator = createEmulator({ deployments: Object.fromEntries(Object.entries(DEPLOYMENTS).map(([name, options]) => [name, { ...options, structured: false }])) })

  test('refuses json_schema and answers json_object', async () => {
    const words = (where: string) => `Invalid parameter: '${where}' of type 'json_schema' is not supported with this model. Learn more about supported models at the Structured Outputs guide: https://platform.openai.com/docs/guides/structured-outputs`
    expect(await outcome(await ask(emulator, { model: 'gpt-4o-mini', ...formatted(CITY) }))).toMatchObject({ status: 400, error: { message: words('response_format'), param: null, code: null } })
    const text = { format: { type: 'json_schema', name: 'place', schema: CITY } }
    expect((await outcome(await post(emulator, '/openai/v1/responses', { model: 'gpt-5-mini', input: 'Hello', text }))).error).toMatchObject({ message: words('text.format') })
    const other = await ask(emulator, { model: 'mistral-small', ...formatted(CITY) })
    expect(other.status).toBe(422)
    expect(await other.json()).toMatchObject({ code: 'parameter_not_supported', detail: { loc: ['body', 'response_format'], input: 'json_schema' } })
    expect((await ask(emulator, { model: 'gpt-4o-mini', response_format: { type: 'json_object' }, messages: user('JSON please') })).status).toBe(200)
  })
})

describe('json_object', () => {
  test('wants the word in a message, in any case', async () => {
    const response_format = { type: 'json_object' }
    expect(await chat({ response_format })).toMatchObject({ status: 400, error: { message: "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.", param: 'messages', code: null } })
    expect(await chat({ response_format, messages: [{ role: 'system', content: 'Answer in JSON' }, ...user('Hello')] })).toEqual({ status: 200 })
    const text = { format: response_format }
    expect((await responses({ text })).error).toMatchObject({ message: expect.stringContaining("must contain the word 'json'"), param: 'input' })
    expect((await responses({ text, input: 'As Json' })).status).toBe(200)
    expect(await chat({ response_format }, 'grok-4-1-fast')).toEqual({ status: 200 })
  })
})

describe('tool messages', () => {
  const calls = (...ids: readonly string[]) => ({ role: 'assistant', content: null, tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'find', arguments: '{}' } })) })
  const result = (id: string) => ({ role: 'tool', tool_call_id: id, content: '21' })
  const lacking = "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: "
  const orphan = "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."

  for (const [what, messages, message, param] of [
    ['a call without a result', [...user('x'), calls('a')], `${lacking}a`, 'messages.[2].role'],
    ['two calls, one result', [...user('x'), calls('a', 'b'), result('a'), ...user('and?')], `${lacking}b`, 'messages.[3].role'],
    ['a result after something else', [...user('x'), calls('a'), ...user('y'), result('a')], `${lacking}a`, 'messages.[2].role'],
    ['a result without a call', [...user('x'), result('a')], orphan, 'messages.[1].role'],
    ['a result of another call', [...user('x'), calls('a'), result('c')], "Invalid parameter: 'tool_call_id' of 'c' not found in 'tool_calls' of previous message.", 'messages.[2].tool_call_id'],
    ['a result of a call before the last', [...user('x'), calls('a'), result('a'), ...user('y'), result('a')], orphan, 'messages.[4].role'],
  ] as const) {
    test(`are refused for ${what}`, async () => {
      expect(await chat({ messages })).toEqual({ status: 400, error: { message, type: 'invalid_request_error', param, code: null } })
    })
  }

  test('are taken in any order, round after round', async () => {
    expect(await chat({ messages: [...user('x'), calls('a', 'b'), result('b'), result('a'), calls('c'), result('c')] })).toEqual({ status: 200 })
  })
})

describe('tools with an effort', () => {
  const tools = [{ type: 'function', function: { name: 'find', parameters: CITY } }]
  const deployments = Object.fromEntries(['gpt-5.3', 'gpt-5.4', 'gpt-6-astra', 'gpt-6-luna'].map((model) => [model, { model, dialect: 'azure-openai', reasoning: true } as const]))
  const status = async (model: string, effort?: string) => (await ask(createEmulator({ deployments }), { model, tools, ...(effort ? { reasoning_effort: effort } : {}) })).status

  test('are refused by gpt-5.4 and later, and luna wants no effort at all', async () => {
    expect([await status('gpt-5.3', 'low'), await status('gpt-5.4', 'low'), await status('gpt-6-astra', 'low'), await status('gpt-6-luna', 'low')]).toEqual([200, 400, 400, 400])
    expect([await status('gpt-5.4', 'none'), await status('gpt-6-astra', 'none'), await status('gpt-6-luna', 'none')]).toEqual([200, 200, 400])
    expect([await status('gpt-5.4'), await status('gpt-6-luna')]).toEqual([200, 200])
  })
})
