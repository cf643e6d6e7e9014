import { describe, expect, test } from 'vitest'
import { createEmulator, DEPLOYMENTS } from '../../src/emulator/index.ts'
import { ask, chunks, finishes, payloads, textOf, WEATHER } from './asking.ts'
import type { Chunk } from './asking.ts'

const user = (content: string) => [{ role: 'user', content }]
const streamed = async (body: Readonly<Record<string, unknown>>): Promise<Chunk[]> => chunks(await ask(createEmulator(), { stream: true, ...body }))
const whole = async (body: Readonly<Record<string, unknown>>): Promise<Chunk> => (await (await ask(createEmulator(), body)).json()) as Chunk
const names = Object.keys(DEPLOYMENTS)
const WEATHER_CALL = { type: 'function', function: { name: 'get_weather', arguments: '{}' } }

describe('every dialect', () => {
  for (const model of names) {
    test(`${model} says the same more than 60 words streamed and whole, each time`, async () => {
      const text = textOf(await streamed({ model }))
      expect(text.split(' ').length).toBeGreaterThan(60)
      expect(text).toContain('You said: "Hello there"')
      expect((await whole({ model })).choices[0]?.message?.content).toBe(text)
      expect(textOf(await streamed({ model }))).toBe(text)
      if (model !== 'mistral-small') expect(textOf(await streamed({ model, seed: 1 }))).not.toBe(text)
    })

    test(`${model} calls a tool once, with arguments that fit its schema, and then talks of the result`, async () => {
      const all = await streamed({ model, tools: [WEATHER], messages: user('How is the weather?') })
      const calls = all.flatMap(({ choices }) => choices).flatMap(({ delta }) => delta?.tool_calls ?? [])
      expect(calls[0]?.function.name).toBe('get_weather')
      expect(calls[0]?.id).toEqual(expect.any(String))
      expect(JSON.parse(calls.map((call) => call.function.arguments).join(''))).toEqual({ city: 'Paris', unit: 'celsius' })
      expect(finishes(all)).toEqual(['tool_calls'])
      const { choices } = await whole({ model, tools: [WEATHER], messages: user('How is the weather?') })
      expect(choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { tool_calls: [{ function: { name: 'get_weather' } }] } })
      const after = await streamed({ model, tools: [WEATHER], messages: [...user('How is the weather?'), { role: 'assistant', content: null, tool_calls: [{ ...WEATHER_CALL, id: 'x' }] }, { role: 'tool', tool_call_id: 'x', content: '21 degrees' }] })
      expect(textOf(after)).toContain('The tool answered: "21 degrees"')
    })

    test(`${model} ends at the limit with length and at a stop with stop`, async () => {
      const limit = DEPLOYMENTS[model]?.dialect === 'mistral' ? 'max_tokens' : 'max_completion_tokens'
      const short = await streamed({ model, [limit]: 3 })
      expect(textOf(short).split(' ')).toHaveLength(3)
      expect(finishes(short)).toEqual(['length'])
      const stopped = await streamed({ model, stop: [' You said'] })
      expect(textOf(stopped)).not.toContain('You')
      expect(finishes(stopped)).toEqual(['stop'])
    })
  }
})

describe('azure-openai', () => {
  test('streams the prompt filter, role, words with verdicts, finish, usage; keys in alphabetical order', async () => {
    const all = await streamed({ model: 'gpt-4o-mini', stream_options: { include_usage: true } })
    expect(all[0]).toMatchObject({ choices: [], created: 0, id: '', model: '', object: '', prompt_filter_results: [{ prompt_index: 0 }] })
    expect(all[1]?.choices[0]).toMatchObject({ content_filter_results: {}, delta: { content: '', refusal: null, role: 'assistant' }, finish_reason: null, logprobs: null })
    expect(Object.keys(all[2]?.choices[0]?.content_filter_results ?? {})).toEqual(['hate', 'protected_material_code', 'protected_material_text', 'self_harm', 'sexual', 'violence'])
    expect(all.at(-2)?.choices).toEqual([{ content_filter_results: {}, delta: {}, finish_reason: 'stop', index: 0, logprobs: null }])
    expect(all.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: all.length - 4, total_tokens: all.length - 4 + 2 } })
    for (const chunk of all) expect(Object.keys(chunk).filter((key) => key !== 'prompt_filter_results')).toEqual(Object.keys(chunk).filter((key) => key !== 'prompt_filter_results').sort())
    expect(all.slice(1, -1).every((chunk) => chunk.usage === null && typeof chunk['obfuscation'] === 'string')).toBe(true)
  })

  test('has no usage key, and no padding, where they are not asked for', async () => {
    const all = await streamed({ model: 'gpt-4o-mini', stream_options: { include_obfuscation: false } })
    expect(all.some((chunk) => 'usage' in chunk || 'obfuscation' in chunk)).toBe(false)
  })

  test('interleaves the choices of n > 1, each with its own words', async () => {
    const all = await streamed({ model: 'gpt-4o-mini', n: 2 })
    expect(all.slice(1, 7).map(({ choices }) => choices[0]?.index)).toEqual([0, 1, 0, 1, 0, 1])
    expect(textOf(all, 0)).not.toBe(textOf(all, 1))
    expect(finishes(all)).toEqual(['stop', 'stop'])
    expect((await whole({ model: 'gpt-4o-mini', n: 3 })).choices).toHaveLength(3)
    expect((await ask(createEmulator(), { model: 'gpt-4o-mini', n: 1e9 })).status).toBe(400)
  })

  test('streams a tool call in fragments, the first with id, name and empty arguments', async () => {
    const all = await streamed({ model: 'gpt-4o-mini', tools: [WEATHER], messages: user('Use a tool') })
    expect(all[1]?.choices[0]?.delta).toMatchObject({ content: null, refusal: null, role: 'assistant', tool_calls: [{ function: { arguments: '', name: 'get_weather' }, index: 0, type: 'function' }] })
    expect(Object.keys(all[2]?.choices[0]?.delta?.tool_calls?.[0] ?? {})).toEqual(['function', 'index'])
  })

  test('calls several tools at once where the user names them, unless told not to', async () => {
    const tools = ['first_tool', 'second_tool'].map((name) => ({ type: 'function', function: { name } }))
    const body = { model: 'gpt-4o-mini', tools, messages: user('first_tool and second_tool please') }
    const count = async (extra: object) => (await whole({ ...body, ...extra })).choices[0]?.message?.tool_calls?.length
    expect(await count({})).toBe(2)
    expect(await count({ parallel_tool_calls: false })).toBe(1)
    expect(await count({ tool_choice: { type: 'function', function: { name: 'second_tool' } } })).toBe(1)
    expect(await count({ tool_choice: 'none' })).toBeUndefined()
  })

  test('counts reasoning tokens, and refuses what reasoning models refuse', async () => {
    const usage = (await whole({ model: 'gpt-5-mini', reasoning_effort: 'low' })).usage
    expect(usage).toMatchObject({ completion_tokens_details: { reasoning_tokens: 32 } })
    expect((await whole({ model: 'gpt-4o-mini' })).usage).toMatchObject({ completion_tokens_details: { reasoning_tokens: 0 } })
    const refused = async (body: object) => ((await (await ask(createEmulator(), { ...body })).json()) as { error: object }).error
    expect(await refused({ model: 'gpt-5-mini', max_tokens: 5 })).toMatchObject({ code: 'unsupported_parameter', param: 'max_tokens' })
    expect(await refused({ model: 'gpt-5-mini', temperature: 0.2 })).toMatchObject({ code: 'unsupported_value', param: 'temperature' })
    expect(await refused({ model: 'gpt-6-luna', tools: [WEATHER], reasoning_effort: 'low' })).toMatchObject({ code: null, param: 'reasoning_effort' })
    expect(await refused({ model: 'gpt-4o-mini', messages: [] })).toMatchObject({ param: 'messages' })
    expect((await ask(createEmulator(), { model: 'gpt-5-mini', temperature: 1 })).status).toBe(200)
  })

  test('refuses in the refusal field, streamed and whole', async () => {
    const all = await streamed({ model: 'gpt-4o-mini', messages: user('/refuse') })
    expect(textOf(all)).toBe('')
    expect(textOf(all, 0, 'refusal')).toBe('I am sorry, but I cannot help with that request.')
    expect(finishes(all)).toEqual(['stop'])
    expect((await whole({ model: 'gpt-4o-mini', messages: user('/refuse') })).choices[0]?.message).toMatchObject({ content: null, refusal: expect.any(String) })
  })

  test('answers JSON that fits the schema asked for', async () => {
    const schema = { type: 'object', properties: { name: { type: 'string' }, steps: { type: 'array', items: { $ref: '#/$defs/step' } } }, $defs: { step: { type: 'object', properties: { n: { type: 'integer' } } } } }
    const { choices } = await whole({ model: 'gpt-4o-mini', response_format: { type: 'json_schema', json_schema: { name: 's', schema } } })
    expect(JSON.parse(choices[0]?.message?.content ?? '')).toEqual({ name: 'example name', steps: [{ n: 1 }] })
    const free = await whole({ model: 'gpt-4o-mini', response_format: { type: 'json_object' }, messages: user('Some JSON') })
    expect(JSON.parse(free.choices[0]?.message?.content ?? '')).toEqual({ answer: 'Some JSON' })
  })

  test('has the headers of the backend, and echoes the client request id', async () => {
    const emulator = createEmulator()
    const { headers } = await ask(emulator, { model: 'gpt-4o-mini', stream: true }, { headers: { 'x-ms-client-request-id': 'mine' } })
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(headers.get('x-ms-client-request-id')).toBe('mine')
    for (const name of ['apim-request-id', 'x-request-id', 'x-ms-region', 'x-ratelimit-limit-requests', 'x-ratelimit-remaining-tokens']) expect(headers.has(name), name).toBe(true)
    expect(headers.get('x-ratelimit-remaining-requests')).toBe('249')
  })

  test('says what a deployment is told to say', async () => {
    const base = { model: 'm', dialect: 'azure-openai' } as const
    const emulator = createEmulator({ deployments: { text: { ...base, reply: 'Short.' }, code: { ...base, reply: ({ prompt, promptTokens }) => `${prompt}: ${promptTokens}` }, no: { ...base, refuse: true } } })
    expect(textOf(await chunks(await ask(emulator, { model: 'text', stream: true })))).toBe('Short.')
    expect(textOf(await chunks(await ask(emulator, { model: 'code', stream: true })))).toBe('Hello there: 2')
    expect(textOf(await chunks(await ask(emulator, { model: 'no', stream: true })), 0, 'refusal')).not.toBe('')
  })
})

describe('content filter', () => {
  test('[filter:prompt] is the real 400, with the verdict inside', async () => {
    const response = await ask(createEmulator(), { model: 'gpt-5-mini', stream: true, messages: user('say [filter:prompt]') })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { type: null, param: 'prompt', code: 'content_filter', status: 400, innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: { violence: { filtered: true, severity: 'high' }, jailbreak: { detected: false } } } },
    })
  })

  test('[filter:output] cuts the stream, and takes the message out of a whole answer', async () => {
    const all = await streamed({ model: 'gpt-4o-mini', messages: user('[filter:output]') })
    expect(all.at(-1)?.choices[0]).toMatchObject({ finish_reason: 'content_filter', delta: {}, content_filter_results: { hate: { filtered: true, severity: 'high' } } })
    expect(textOf(all)).not.toBe('')
    const choice = (await whole({ model: 'gpt-4o-mini', messages: user('[filter:output]') })).choices[0]
    expect(choice).toMatchObject({ finish_reason: 'content_filter', content_filter_results: { hate: { filtered: true } } })
    expect(choice).not.toHaveProperty('message')
  })

  test('[filter:late] blocks asynchronously in a choice without a delta, in place of a finish', async () => {
    const all = await streamed({ model: 'gpt-6-luna', messages: user('[filter:late]') })
    expect(all.at(-1)).toMatchObject({ id: '', model: '', object: '', created: 0 })
    expect(all.at(-1)?.choices[0]).toMatchObject({ finish_reason: 'content_filter', content_filter_results: { violence: { filtered: true } }, content_filter_offsets: { start_offset: 13 } })
    expect(all.at(-1)?.choices[0]).not.toHaveProperty('delta')
    expect(finishes(all)).toEqual(['content_filter'])
    expect(finishes(await streamed({ model: 'gpt-4o-mini', messages: user('[filter:late]') }))).toEqual(['stop'])
  })

  test('[filter:error] stands in every choice of an answer that ends well, and the prompt chunk is missing', async () => {
    const all = await streamed({ model: 'gpt-4o-mini', messages: user('[filter:error]') })
    expect(all[0]?.choices).toHaveLength(1)
    for (const { choices } of all) expect(choices[0]).toMatchObject({ content_filter_result: { error: { code: 'content_filter_error' } }, content_filter_results: {} })
    expect(finishes(all)).toEqual(['stop'])
  })
})

describe('azure-openai-async-filter', () => {
  test('annotates without a delta, in the middle and after the finish, with growing offsets', async () => {
    const all = await streamed({ model: 'gpt-6-luna', stream_options: { include_usage: true } })
    const notes = all.filter(({ choices }) => choices[0] && !('delta' in choices[0]))
    const finish = all.findIndex(({ choices }) => choices[0]?.finish_reason === 'stop')
    expect(notes.length).toBeGreaterThan(4)
    expect(notes.filter((note) => all.indexOf(note) > finish)).toHaveLength(4)
    const ends = notes.map(({ choices }) => choices[0]?.content_filter_offsets?.end_offset ?? 0)
    expect(ends).toEqual([...ends].sort((a, b) => a - b))
    expect(ends.at(-1)).toBe('Hello there'.length + textOf(all).length)
    expect(all.some(({ choices }) => choices[0]?.delta && choices[0].content_filter_results)).toBe(false)
    expect(all.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens_details: { cache_write_tokens: 0 } }, latency_checkpoint: {}, routing: {} })
  })
})

describe('grok', () => {
  test('starts with role and text, has no finish_reason until the last, and spaces in the usage chunk alone', async () => {
    const response = await ask(createEmulator(), { model: 'grok-4-1-fast', stream: true, stream_options: { include_usage: true } })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const wire = await payloads(response)
    const all = wire.slice(0, -1).map((text) => JSON.parse(text) as Chunk)
    expect(all[0]?.choices[0]?.delta).toEqual({ content: 'Thank', role: 'assistant' })
    expect(all.slice(0, -2).some(({ choices }) => choices[0] && 'finish_reason' in choices[0])).toBe(false)
    expect(all.at(-2)?.choices[0]).toEqual({ index: 0, delta: {}, finish_reason: 'stop' })
    expect(wire.findIndex((text) => text.startsWith('{"id": "'))).toBe(wire.length - 2)
    expect(wire[0]).not.toMatch(/content_filter|prompt_filter|logprobs/)
    expect(all[0]?.['id']).toMatch(/^[\da-f]{8}-[\da-f]{4}-/)
  })

  test('makes a whole tool call in one delta', async () => {
    const all = await streamed({ model: 'grok-4-1-fast', tools: [WEATHER], messages: user('weather') })
    expect(all).toHaveLength(2)
    expect(all[0]?.choices[0]?.delta).toMatchObject({ role: 'assistant', tool_calls: [{ index: 0, function: { name: 'get_weather', arguments: '{"city":"Paris","unit":"celsius"}' } }] })
  })
})

describe('deepseek', () => {
  test('thinks in reasoning_content before it talks, and every delta has every key', async () => {
    const all = await streamed({ model: 'deepseek-v4', stream_options: { include_usage: true } })
    const deltas = all.flatMap(({ choices }) => choices).map(({ delta }) => delta)
    for (const delta of deltas) expect(Object.keys(delta ?? {})).toEqual(['role', 'content', 'reasoning_content', 'tool_calls'])
    expect(deltas[0]).toEqual({ role: 'assistant', content: '', reasoning_content: null, tool_calls: null })
    expect(deltas[1]).toEqual({ role: null, content: null, reasoning_content: 'The', tool_calls: null })
    expect(textOf(all, 0, 'reasoning_content')).toContain('The user wrote to me')
    expect(all.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens_details: null, reasoning_tokens: 0 } })
  })
})

describe('mistral', () => {
  test('finishes on a chunk that still talks, with the usage beside it', async () => {
    const all = await streamed({ model: 'mistral-small' })
    expect(all[0]?.choices[0]).toEqual({ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null })
    expect(all.at(-1)?.choices[0]).toMatchObject({ finish_reason: 'stop', delta: { content: expect.stringMatching(/\w/) } })
    expect(all.at(-1)?.usage).toMatchObject({ prompt_tokens: 2 })
  })

  test('calls a tool and finishes in the same chunk', async () => {
    const all = await streamed({ model: 'mistral-small', tools: [WEATHER], messages: user('weather') })
    expect(all).toHaveLength(2)
    expect(all[1]?.choices[0]).toMatchObject({ finish_reason: 'tool_calls', delta: { tool_calls: [{ function: { name: 'get_weather' } }] } })
  })

  test('refuses stream_options, max_completion_tokens, and a user right after a tool', async () => {
    const emulator = createEmulator()
    const options = await ask(emulator, { model: 'mistral-small', stream: true, stream_options: { include_usage: true } })
    expect(options.status).toBe(422)
    const { error } = (await options.json()) as { error: { message: string } }
    expect(error).toMatchObject({ code: 'Invalid input', status: 422 })
    expect(JSON.parse(error.message)).toMatchObject({ detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options', 'include_usage'] }] })
    expect(await (await ask(emulator, { model: 'mistral-small', max_completion_tokens: 5 })).text()).toContain('max_completion_tokens')
    const order = await ask(emulator, { model: 'mistral-small', messages: [{ role: 'tool', content: '1' }, ...user('and?')] })
    expect(order.status).toBe(400)
    expect(await order.json()).toMatchObject({ object: 'Error', type: 'invalid_request_message_order', code: 3230 })
  })
})
