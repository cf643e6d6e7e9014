// Answers that fit a schema, whole and as they grow, over the emulator and every library of schemas.
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ChatRequest, Connection } from '../../src/index.ts'
import { chatAs, streamAs } from '../../src/structured/index.ts'
import type { StandardSchema, StructuredOptions } from '../../src/structured/index.ts'
import { ASK, foundry, readAll, rejection } from '../conformance/foundry.ts'
import { isPrefix } from './prefix.ts'
import { rig, wireOf } from './rig.ts'

const TRIP = toStandardJsonSchema(v.object({ city: v.string(), days: v.array(v.object({ name: v.string(), degrees: v.number() })), note: v.nullable(v.string()) }))
const SAMPLE = { city: 'Paris', days: [{ name: 'example name', degrees: 1 }], note: 'example note' }
const JSON_TRIP = JSON.stringify({ city: 'Rome', days: [{ name: 'Monday', degrees: -3.5 }, { name: 'Tuesday', degrees: 20 }], note: null })
const request: ChatRequest = { model: 'model', messages: ASK }

/** A schema by hand, which takes what `check` gives. */
const byHand = (check: (value: unknown) => string): StandardSchema<unknown, string> => ({ '~standard': { version: 1, vendor: 'hand', validate: (value) => ({ value: check(value) }) } })

/** The two ways to ask; of a stream every state is read first. */
const WAYS: readonly [string, <Input, Output>(connection: Connection, request: ChatRequest, schema: StandardSchema<Input, Output>, options?: StructuredOptions) => Promise<{ readonly value: Output; readonly text: string }>][] = [
  ['chatAs', chatAs],
  [
    'streamAs',
    async (...args) => {
      const stream = streamAs(...args)
      const { error } = await readAll(stream)
      if (error === undefined) return stream.result
      // The loop and the result fail alike.
      expect(await rejection(stream.result)).toBe(error)
      throw error
    },
  ],
]

describe.each(WAYS)('%s()', (_, ask) => {
  test.each(['gpt-5-mini', 'gpt-4o-mini', 'gpt-6-luna', 'grok-4-1-fast', 'deepseek-v4', 'mistral-small'])('gets a value of the schema from %s', async (model) => {
    const { connection, bodies } = rig()
    const { value, text } = await ask(connection, { ...request, model }, TRIP)
    expect(value).toEqual(SAMPLE)
    expect(JSON.parse(text)).toEqual(SAMPLE)
    expect(bodies[0]).toMatchObject({
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', strict: true, schema: { type: 'object', additionalProperties: false, required: ['city', 'days', 'note'], properties: { days: { items: { additionalProperties: false } } } } },
      },
    })
  })

  test.each([
    ['valibot', toStandardJsonSchema(v.object({ city: v.pipe(v.string(), v.transform((city) => city.length)) }))],
    ['zod', z.object({ city: z.string().transform((city) => city.length) })],
    ['arktype', type({ city: 'string' }).pipe(({ city }) => ({ city: city.length }))],
  ] as const)('gives the output of a schema of %s', async (_library, schema) => {
    expect((await ask(foundry().connection, { ...request, model: 'gpt-5-mini' }, schema as StandardSchema<{ city: string }, { city: number }>)).value).toEqual({ city: 5 })
  })

  test('takes a JSON Schema by hand, a name, and strict: false', async () => {
    const { connection, bodies } = rig({})
    const jsonSchema = { type: 'object', properties: { city: { type: 'string' } } }
    const { value } = await ask(connection, request, byHand((given) => JSON.stringify(given)), { jsonSchema, name: 'my-Trip_1', strict: false })
    expect(value).toBe('{"city":"Paris"}')
    expect(bodies[0]).toMatchObject({ response_format: { json_schema: { name: 'my-Trip_1', strict: false, schema: jsonSchema } } })
    expect(JSON.stringify(bodies[0])).not.toContain('additionalProperties')
  })

  test.each([
    ['a response_format', { response_format: { type: 'json_object' } }, {}, 'response_format'],
    ['n', { n: 2 }, {}, 'n must be 1: it is 2'],
    ['a name with a blank', {}, { name: 'my answer' }, 'my answer'],
    ['no name', {}, { name: '' }, 'name'],
    ['a long name', {}, { name: 'x'.repeat(65) }, 'name'],
  ])('refuses %s, and sends nothing', async (_what, more, options, said) => {
    const { connection, bodies } = rig({})
    const failed = await rejection((async () => ask(connection, { ...request, ...more }, TRIP, options))())
    expect(failed).toMatchObject({ code: 'invalid-request', message: expect.stringContaining(said) })
    expect(bodies).toEqual([])
  })

  test('refuses a schema that has no JSON Schema', async () => {
    expect(await rejection((async () => ask(foundry().connection, request, v.object({ city: v.string() })))())).toMatchObject({ code: 'invalid-request', message: expect.stringContaining('jsonSchema') })
  })

  test('tells a refusal of the model apart', async () => {
    const failed = await rejection(ask(rig({}).connection, { ...request, messages: [{ role: 'user', content: '/refuse' }] }, TRIP))
    expect(failed).toMatchObject({ code: 'refused', partial: { refusal: expect.stringContaining('sorry'), text: '', finishReason: 'stop' }, requestId: expect.stringMatching(/./), attempts: 1 })
  })

  test.each([
    ['a limit of tokens', { max_completion_tokens: 2 }, 'Hello', 'length', undefined],
    ['the content filter', {}, '[filter:output]', 'content_filter', { source: 'completion', filtered: true }],
    ['a tool call', { tools: [{ type: 'function', function: { name: 'weather' } }] }, 'weather', 'tool_calls', undefined],
  ])('tells an answer apart that ended by %s', async (_what, more, content, finishReason, contentFilter) => {
    const failed = await rejection(ask(rig({ reply: JSON_TRIP }).connection, { ...request, ...more, messages: [{ role: 'user', content }] }, TRIP))
    expect(failed).toMatchObject({ code: 'incomplete', finishReason, partial: { finishReason }, requestId: expect.stringMatching(/./), attempts: 1 })
    if (contentFilter) expect(failed).toMatchObject({ contentFilter })
    if (finishReason === 'length') expect(failed).toMatchObject({ partial: { text: expect.stringMatching(/^\{"city/) } })
  })

  test('an answer that is complete JSON is incomplete where the model was cut', async () => {
    const { connection } = foundry({ fetch: async () => new Response(JSON.stringify({ choices: [{ index: 0, finish_reason: 'length', message: { content: JSON_TRIP } }] })) })
    expect(await rejection(ask(connection, request, TRIP))).toMatchObject({ code: 'incomplete', finishReason: 'length' })
  })

  test.each([
    ['no JSON', 'Sure! Here is your trip.', [{ path: '', message: 'no JSON' }]],
    ['half of JSON', JSON_TRIP.slice(0, -1), [{ path: '', message: 'no JSON' }]],
    ['JSON and more', `${JSON_TRIP} Enjoy!`, [{ path: '', message: 'no JSON' }]],
    ['nothing', '', [{ path: '', message: 'no JSON' }]],
    ['another shape', JSON_TRIP.replace('-3.5', '"cold"'), [{ path: 'days[0].degrees', message: expect.stringContaining('number') }]],
    ['null', 'null', [{ path: '', message: expect.stringContaining('Object') }]],
  ])('tells %s apart, and keeps the text', async (_what, reply, issues) => {
    const failed = await rejection(ask(rig({ reply }).connection, request, TRIP))
    expect(failed).toMatchObject({ code: 'schema-violation', issues, partial: { text: reply, finishReason: 'stop' }, requestId: expect.stringMatching(/./), attempts: 1 })
    expect((failed as Error).message).toContain('message')
  })

  test('what the schema throws passes as it is', async () => {
    const mine = new Error('mine')
    const thrown = byHand(() => {
      throw mine
    })
    expect(await rejection(ask(rig({}).connection, request, thrown, { jsonSchema: {}, strict: false }))).toBe(mine)
  })

  test.each(['cut', 'no-finish', 'error-200', '401-role', 'html-200'])('a failure passes as it is: %s', async (fault) => {
    const failed = await rejection(ask(rig().connection, { ...request, model: `gpt-5-mini~${fault}` }, TRIP))
    expect((failed as { code: string }).code).toMatch(/^(truncated|malformed|server-error|missing-role|not-a-stream)$/)
  })

  test('an abort passes as it is', async () => {
    const signal = AbortSignal.abort(new Error('mine'))
    const { connection, bodies } = rig({})
    const reading = readAll(streamAs(connection, request, TRIP, { signal }))
    expect((await reading).error).toBe(signal.reason)
    expect(await rejection(chatAs(connection, request, TRIP, { signal }))).toBe(signal.reason)
    expect(bodies).toEqual([])
  })

  test('headers go along', async () => {
    let sent: unknown
    const { connection } = foundry({ fetch: async (_url, init) => ((sent = new Headers(init?.headers).get('x-mine')), new Response(wireOf(JSON_TRIP).join(''))) })
    await ask(connection, request, TRIP, { headers: { 'x-mine': '1' } })
    expect(sent).toBe('1')
  })

  describe('where the deployment takes no json_schema', () => {
    const poor = (dialect: 'azure-openai' | 'mistral' = 'azure-openai') => rig({ structured: false, dialect, reply: ({ body }) => (JSON.stringify(body['response_format']) === '{"type":"json_object"}' ? JSON_TRIP : 'not asked for JSON') })

    test.each(['azure-openai', 'mistral'] as const)('asks %s once more for any object, where told so', async (dialect) => {
      const { connection, bodies } = poor(dialect)
      const { value } = await ask(connection, { ...request, temperature: 0 }, TRIP, { fallback: 'json_object' })
      expect(value).toMatchObject({ city: 'Rome', note: null })
      const [last, before] = [bodies.at(-1), bodies.at(-2)]
      expect(before).toMatchObject({ response_format: { type: 'json_schema' } })
      expect(last).toMatchObject({ temperature: 0, model: 'model', response_format: { type: 'json_object' }, messages: [{ role: 'system', content: expect.stringContaining('JSON') }, ASK[0]] })
      expect(JSON.stringify(last)).toContain(JSON.stringify('"degrees"').slice(1, -1))
      expect(last?.['stream']).toBe(before?.['stream'])
    })

    test.each(['system', 'developer'] as const)('states the schema beside a message of the role %s in the same role', async (role) => {
      const { connection, bodies } = poor()
      await ask(connection, { ...request, messages: [{ role, content: 'Be brief' }, ...ASK] }, TRIP, { fallback: 'json_object' })
      expect(bodies.at(-1)).toMatchObject({ messages: [{ role }, { role }, { role: 'user' }] })
    })

    test('validates what comes then, too', async () => {
      const { connection, bodies } = rig({ structured: false, reply: '{"answer": 1}' })
      expect(await rejection(ask(connection, request, TRIP, { fallback: 'json_object' }))).toMatchObject({ code: 'schema-violation', partial: { text: '{"answer": 1}' } })
      expect(bodies).toHaveLength(2)
    })

    test('passes the refusal on, where not', async () => {
      const { connection, bodies } = poor()
      expect(await rejection(ask(connection, request, TRIP))).toMatchObject({ code: 'bad-request', status: 400, serviceMessage: expect.stringContaining('json_schema') })
      expect(bodies).toHaveLength(1)
    })

    test('passes a second refusal on', async () => {
      const { connection, bodies } = rig()
      expect(await rejection(ask(connection, { ...request, model: 'mistral-small~422' }, TRIP, { fallback: 'json_object' }))).toMatchObject({ code: 'unsupported-parameter', param: expect.stringContaining('response_format') })
      expect(bodies).toHaveLength(2)
    })

    test.each(['gpt-5-mini~flat-400', 'gpt-5-mini~404-deployment', 'gpt-5-mini~error-200', 'gpt-5-mini~401-role'])('asks only once where %s says nothing of the format', async (model) => {
      const { connection, bodies } = rig()
      await rejection(ask(connection, { ...request, model }, TRIP, { fallback: 'json_object' }))
      expect(bodies).toHaveLength(1)
    })

    test('asks only once where the failure is of another kind, whatever it says', async () => {
      let calls = 0
      const { connection } = foundry({ fetch: async () => (calls++, Response.json({ error: { message: 'response_format json_schema', param: 'response_format' } }, { status: 403 })) })
      expect(await rejection(ask(connection, request, TRIP, { fallback: 'json_object' }))).toMatchObject({ code: 'forbidden' })
      expect(calls).toBe(1)
    })

    test('asks only once where the failure came inside of an answer', async () => {
      let calls = 0
      const error = { error: { message: "'response_format' of type 'json_schema' is not supported", param: 'response_format', status: 400 } }
      const { connection } = foundry({ fetch: async () => (calls++, new Response(`${wireOf('{"city": "P')[0]}data: ${JSON.stringify(error)}\n\n`)) })
      expect(await rejection(ask(connection, request, TRIP, { fallback: 'json_object' }))).toMatchObject({ midStream: true, partial: { text: '{"city": "P' } })
      expect(calls).toBe(1)
    })
  })
})

describe('streamAs()', () => {
  test('gives the value as it grows, one object, and only where something has changed', async () => {
    const stream = streamAs(rig({ reply: JSON_TRIP }).connection, request, TRIP)
    const states: unknown[] = []
    const objects = new Set<unknown>()
    for await (const value of stream) {
      objects.add(value)
      const state = structuredClone(value)
      expect(isPrefix(states.at(-1), state)).toBe(true)
      expect(state).not.toEqual(states.at(-1))
      states.push(state)
    }
    expect(objects.size).toBe(1)
    expect(states.length).toBeGreaterThan(5)
    expect(states.at(-1)).toEqual(JSON.parse(JSON_TRIP))
    const { value, text, usage, finishReason } = await stream.result
    expect(value).toEqual(JSON.parse(JSON_TRIP))
    expect({ text, finishReason }).toEqual({ text: JSON_TRIP, finishReason: 'stop' })
    expect(usage?.total_tokens).toBeGreaterThan(0)
  })

  test('shows each state in its turn', async () => {
    const { connection } = foundry({ fetch: async () => new Response(wireOf('{"city', '": "R', 'ome', '", "days": [{"degrees": 1', '2', '}', '], "note": nul', 'l}').join('')) })
    const states: unknown[] = []
    for await (const value of streamAs(connection, request, toStandardJsonSchema(v.looseObject({})))) states.push(structuredClone(value))
    const [a, b] = [{ city: 'Rome', days: [{}] }, { city: 'Rome', days: [{ degrees: 12 }] }]
    expect(states).toEqual([{}, { city: 'R' }, { city: 'Rome' }, a, b, { ...b, note: null }])
  })

  test('shows a number that is all of the answer, once it is whole', async () => {
    const { connection } = foundry({ fetch: async () => new Response(wireOf('1', '2').join('')) })
    const stream = streamAs(connection, request, toStandardJsonSchema(v.number()))
    expect((await readAll(stream)).events).toEqual([12])
    expect((await stream.result).value).toBe(12)
  })

  test('what came of an answer that fails is shown and kept', async () => {
    const { connection } = foundry({ fetch: async () => new Response(wireOf('{"city": "Rome", "days": [', '{"degrees": 1').slice(0, 2).join('')) })
    const stream = streamAs(connection, request, TRIP)
    const { events, error } = await readAll(stream)
    expect(error).toMatchObject({ code: 'truncated', partial: { text: '{"city": "Rome", "days": [{"degrees": 1' } })
    // The number may go on, so it is not shown.
    expect(events.at(-1)).toEqual({ city: 'Rome', days: [{}] })
    expect(stream.partial.text).toBe('{"city": "Rome", "days": [{"degrees": 1')
    expect(await rejection(stream.result)).toBe(error)
  })

  test('what is no JSON shows nothing more', async () => {
    const { events, error } = await readAll(streamAs(rig({ reply: 'Sure! {"city": "Rome"}' }).connection, request, TRIP))
    expect(events).toEqual([])
    expect(error).toMatchObject({ code: 'schema-violation' })
  })
})
