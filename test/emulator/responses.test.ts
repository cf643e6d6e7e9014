import { describe, expect, test } from 'vitest'
import { createEmulator, DEPLOYMENTS } from '../../src/emulator/index.ts'
import type { Emulator } from '../../src/emulator/index.ts'
import { ask, HOST, lastCall, post, responseEvents, WEATHER } from './asking.ts'
import type { ResponseEvent, ResponseObject } from './asking.ts'

const PATH = '/openai/v1/responses'
const TOOL = { type: 'function', ...WEATHER.function }

const create = async (body: object, emulator: Emulator = createEmulator()): Promise<ResponseObject> => {
  const response = await post(emulator, PATH, { model: 'gpt-5-mini', input: 'Hello there', ...body })
  expect(response.status).toBe(200)
  return (await response.json()) as ResponseObject
}
const stream = async (body: object, emulator: Emulator = createEmulator()) => responseEvents(await post(emulator, PATH, { model: 'gpt-5-mini', input: 'Hello there', stream: true, ...body }))
const textOf = ({ output }: ResponseObject) => output.flatMap(({ content }) => content ?? []).map(({ text }) => text ?? '').join('')
const deltas = (events: readonly ResponseEvent[], type: string) => events.filter((event) => event.type === `${type}.delta`).map(({ delta }) => delta).join('')
const types = (events: readonly ResponseEvent[]) => events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1])
const last = (events: readonly ResponseEvent[]) => events.at(-1)?.response

async function refusal(body: object, emulator: Emulator = createEmulator()): Promise<{ status: number; message: string; param: unknown; code: unknown }> {
  const response = await post(emulator, PATH, { model: 'gpt-5-mini', input: 'Hello there', ...body })
  const { error } = (await response.json()) as { error: { message: string; param: unknown; code: unknown } }
  return { status: response.status, message: error.message, param: error.param, code: error.code }
}

describe('responses', () => {
  for (const path of [PATH, `${PATH}?api-version=preview`, '/api/projects/p-1/openai/v1/responses']) {
    test(`are served at ${path}`, async () => {
      const emulator = createEmulator()
      const response = await post(emulator, path, { model: 'gpt-5-mini', input: 'Hello there' })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/json')
      expect(response.headers.get('x-ratelimit-limit-requests')).toBe('250')
      const body = (await response.json()) as ResponseObject
      expect(body).toMatchObject({ object: 'response', status: 'completed', error: null, incomplete_details: null, model: 'gpt-5-mini', store: true })
      expect(textOf(body)).toContain('You said: "Hello there"')
      expect(lastCall(emulator)).toMatchObject({ operation: 'responses', deployment: 'gpt-5-mini', status: 200, state: 'complete' })
    })
  }

  test.each(['/models/responses?api-version=1', '/openai/deployments/gpt-5-mini/responses?api-version=1', `${PATH}/`])('are not served at %s', async (path) => {
    expect((await post(createEmulator(), path, { model: 'gpt-5-mini', input: 'Hi' })).status).toBe(404)
  })

  for (const model of ['gpt-5-mini', 'gpt-4o-mini', 'gpt-6-luna', 'gpt-5-codex']) {
    test(`of ${model} say the same streamed and whole, and end with all that was said`, async () => {
      const events = await stream({ model })
      const end = last(events)
      expect(types(events).slice(-6)).toEqual(['response.content_part.added', 'response.output_text.delta', 'response.output_text.done', 'response.content_part.done', 'response.output_item.done', 'response.completed'])
      expect([events[0]?.response, end].map((response) => response?.['service_tier'])).toEqual(['auto', 'default'])
      expect(types(events).slice(0, 3)).toEqual(['response.created', 'response.in_progress', 'response.output_item.added'])
      expect(end && textOf(end)).toBe(deltas(events, 'response.output_text'))
      expect(end?.output.map(({ type }) => type)).toEqual(model === 'gpt-4o-mini' ? ['message'] : ['reasoning', 'message'])
      const emulator = createEmulator({ now: () => 0 })
      const again = createEmulator({ now: () => 0 })
      expect(last(await stream({ model }, emulator))).toEqual(await create({ model }, again))
    })
  }

  test('keep obfuscation, and leave it out where it is not wanted', async () => {
    const padded = (events: readonly ResponseEvent[]) => events.filter((event) => 'obfuscation' in event).length
    const events = await stream({ max_output_tokens: 70 })
    expect(padded(events)).toBe(events.filter(({ type }) => type.endsWith('.delta')).length)
    expect(padded(await stream({ stream_options: { include_obfuscation: false } }))).toBe(0)
  })

  test('summarise reasoning where they are asked to, and encrypt it where they are asked to', async () => {
    const events = await stream({ reasoning: { effort: 'low', summary: 'auto' }, include: ['reasoning.encrypted_content'] })
    expect(types(events).slice(2, 8)).toEqual(['response.output_item.added', 'response.reasoning_summary_part.added', 'response.reasoning_summary_text.delta', 'response.reasoning_summary_text.done', 'response.reasoning_summary_part.done', 'response.output_item.done'])
    const item = last(events)?.output[0]
    expect(item).toMatchObject({ type: 'reasoning', summary: [{ type: 'summary_text', text: deltas(events, 'response.reasoning_summary_text') }], encrypted_content: expect.stringMatching(/^gAAAAAB/) })
    const first = events.find(({ type }) => type === 'response.output_item.added')?.item
    expect(item?.encrypted_content?.startsWith(first?.encrypted_content ?? 'none')).toBe(true)
    expect(item?.encrypted_content).not.toBe(first?.encrypted_content)
    expect(last(events)).toMatchObject({ reasoning: { effort: 'low', summary: 'auto' }, usage: { output_tokens_details: { reasoning_tokens: 32 } } })
    const plain = await create({})
    expect(plain.output[0]).toEqual({ id: expect.any(String), type: 'reasoning', content: [], summary: [] })
    expect((await create({ reasoning: { effort: 'low', summary: null } })).output[0]?.summary).toEqual([])
    expect((await create({ reasoning: { effort: 'minimal' } })).output.map(({ type }) => type)).toEqual(['message'])
  })

  test('call functions, and talk of the result that comes back', async () => {
    const emulator = createEmulator()
    const events = await stream({ tools: [TOOL], input: 'How is the weather?' }, emulator)
    const call = last(events)?.output.find(({ type }) => type === 'function_call')
    expect(call).toMatchObject({ status: 'completed', name: 'get_weather', arguments: '{"city":"Paris","unit":"celsius"}', call_id: expect.stringMatching(/^call_/), id: expect.stringMatching(/^fc_/) })
    expect(deltas(events, 'response.function_call_arguments')).toBe(call?.arguments)
    expect(events.find(({ type }) => type === 'response.function_call_arguments.done')).toMatchObject({ arguments: call?.arguments, item_id: call?.id, output_index: 1 })
    expect(last(events)?.['tools']).toEqual([{ ...TOOL, description: null, strict: true }])
    const result = { type: 'function_call_output', call_id: call?.call_id, output: '21 degrees' }
    const next = await create({ tools: [TOOL], input: [result], previous_response_id: last(events)?.id }, emulator)
    expect(textOf(next)).toContain('The tool answered: "21 degrees"')
    const stateless = await create({ tools: [TOOL], input: [{ role: 'user', content: 'How is the weather?' }, ...(last(events)?.output ?? []), result] })
    expect(textOf(stateless)).toContain('The tool answered: "21 degrees"')
    const chosen = await create({ tools: [TOOL, { type: 'function', name: 'other' }], tool_choice: { type: 'function', name: 'other' } })
    expect(chosen.output.at(-1)).toMatchObject({ type: 'function_call', name: 'other' })
  })

  test('refuse in a part of their own', async () => {
    const events = await stream({ input: '/refuse' })
    expect(types(events).slice(-6)).toEqual(['response.content_part.added', 'response.refusal.delta', 'response.refusal.done', 'response.content_part.done', 'response.output_item.done', 'response.completed'])
    expect(events.at(-2)?.item?.content).toEqual([{ type: 'refusal', refusal: deltas(events, 'response.refusal') }])
    expect(deltas(events, 'response.refusal')).toContain('I cannot help')
  })

  test('are incomplete at max_output_tokens, which counts thoughts', async () => {
    const events = await stream({ max_output_tokens: 67 })
    expect(last(events)).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, completed_at: null, max_output_tokens: 67, usage: { output_tokens: 67 } })
    expect(events.at(-1)?.type).toBe('response.incomplete')
    expect(events.at(-2)?.item).toMatchObject({ status: 'incomplete' })
    expect(deltas(events, 'response.output_text').split(' ')).toHaveLength(3)
    expect((await create({ max_output_tokens: 64 })).output.map(({ type }) => type)).toEqual(['reasoning'])
  })

  test('follow a JSON schema', async () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } } }
    const body = await create({ text: { format: { type: 'json_schema', name: 'place', schema } } })
    expect(JSON.parse(textOf(body))).toEqual({ city: 'Paris' })
    expect(body['text']).toEqual({ format: { type: 'json_schema', name: 'place', schema }, verbosity: 'medium' })
  })

  test('are filtered: the prompt with 400, the answer in content_filters', async () => {
    expect(await refusal({ input: 'x [filter:prompt]', stream: true })).toMatchObject({ status: 400, code: 'content_filter', param: 'prompt' })
    const good = await create({})
    expect(good['content_filters']).toMatchObject([{ blocked: false, source_type: 'prompt' }, { blocked: false, source_type: 'completion' }])
    const events = await stream({ input: 'x [filter:output]' })
    expect(events.slice(0, -1).map(({ response }) => response?.['content_filters'] ?? null).every((found) => found === null)).toBe(true)
    expect(last(events)).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'content_filter' }, content_filters: [{ blocked: false }, { blocked: true, content_filter_results: { hate: { filtered: true } } }] })
    expect((await create({ input: 'x [filter:error]' }))['content_filters']).toMatchObject([{ content_filter_results: { error: { code: 'content_filter_error' } } }, {}])
  })

  test('hear instructions, parts and roles, and tell a reply function what chat would', async () => {
    const heard: unknown[] = []
    const reply = (request: { prompt: string; promptTokens: number; body: object }) => (heard.push(request), 'yes')
    const emulator = createEmulator({ deployments: { mine: { model: 'm', dialect: 'azure-openai', reply } } })
    const input = [{ role: 'developer', content: 'be brief' }, { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'see this' }, { type: 'input_image', image_url: 'data:image/gif;base64,R0lG' }] }]
    expect(textOf(await create({ model: 'mine', instructions: 'one two', input, temperature: 0.5 }, emulator))).toBe('yes')
    expect(heard[0]).toMatchObject({ prompt: 'see this', promptTokens: 6, body: { messages: [{ role: 'system' }, { role: 'developer' }, { role: 'user' }] } })
  })
})

describe('responses that are stored', () => {
  const at = async (emulator: Emulator, method: string, id: string) => emulator.fetch(`${HOST}${PATH}/${id}`, { method, headers: { authorization: `Bearer ${(await emulator.token()).token}` } })

  test('are read and deleted by their id, streamed or not', async () => {
    const emulator = createEmulator()
    for (const body of [await create({}, emulator), last(await stream({}, emulator))]) {
      const read = await at(emulator, 'GET', body?.id ?? '')
      expect(read.status).toBe(200)
      expect(await read.json()).toEqual(body)
      expect(lastCall(emulator)).toMatchObject({ operation: 'responses', deployment: '', method: 'GET' })
      expect(await (await at(emulator, 'DELETE', body?.id ?? '')).json()).toEqual({ id: body?.id, object: 'response.deleted', deleted: true })
      const gone = await at(emulator, 'GET', body?.id ?? '')
      expect(gone.status).toBe(404)
      expect(await gone.json()).toMatchObject({ error: { message: `Response with id '${body?.id}' not found.`, type: 'invalid_request_error' } })
    }
  })

  test('carry a conversation on, over more than one turn', async () => {
    const emulator = createEmulator()
    const first = await create({ input: 'one two three' }, emulator)
    const second = await create({ input: 'four', previous_response_id: first.id }, emulator)
    const third = await create({ input: 'five', previous_response_id: second.id }, emulator)
    const tokens = ({ usage }: ResponseObject) => (usage as { input_tokens: number }).input_tokens
    expect(tokens(second)).toBe(3 + textOf(first).split(/\s+/).length + 1)
    expect(tokens(third)).toBe(tokens(second) + textOf(second).split(/\s+/).length + 1)
    expect(third['previous_response_id']).toBe(second.id)
  })

  test('are not those of store: false, nor those whose stream was broken off', async () => {
    const emulator = createEmulator()
    const { id, store } = await create({ store: false }, emulator)
    expect(store).toBe(false)
    expect((await at(emulator, 'GET', id)).status).toBe(404)
    const wanted = { status: 400, code: 'previous_response_not_found', param: 'previous_response_id', message: `Previous response with id '${id}' not found.` }
    expect(await refusal({ previous_response_id: id }, emulator)).toEqual(wanted)
    const response = await post(emulator, PATH, { model: 'gpt-5-mini', input: 'Hi', stream: true })
    const reader = response.body?.getReader()
    const begun = new TextDecoder().decode((await reader?.read())?.value)
    await reader?.cancel()
    expect((await at(emulator, 'GET', /"id":"(resp_\w+)"/.exec(begun)?.[1] ?? 'none')).status).toBe(404)
  })

  test('are the last thousand', async () => {
    const emulator = createEmulator({ deployments: { short: { model: 'm', dialect: 'azure-openai', reply: 'yes' } } })
    const ids: string[] = []
    for (let made = 0; made < 1001; made += 1) ids.push((await create({ model: 'short' }, emulator)).id)
    expect(new Set(ids).size).toBe(1001)
    expect((await at(emulator, 'GET', ids[0] ?? '')).status).toBe(404)
    expect((await at(emulator, 'GET', ids[1] ?? '')).status).toBe(200)
  })

  test('give their items to references, and no other', async () => {
    const emulator = createEmulator()
    const { output } = await create({ input: 'one' }, emulator)
    const id = output.at(-1)?.id
    const body = await create({ input: [{ type: 'item_reference', id }, { role: 'user', content: 'two' }] }, emulator)
    expect(textOf(body)).toContain('You said: "two"')
    expect(await refusal({ input: [{ type: 'item_reference', id: 'msg_none' }] }, emulator)).toMatchObject({ status: 404, param: 'input', message: expect.stringMatching(/^Item with id 'msg_none' not found\. Items are not persisted/) })
  })

  test('may be deleted by a page', async () => {
    const preflight = async (method: string) => createEmulator().fetch(`${HOST}${PATH}/x`, { method: 'OPTIONS', headers: { origin: 'https://page.example', 'access-control-request-method': method } })
    // A browser takes this header from its own preflights alone.
    const asked = new Request(HOST, { headers: { 'access-control-request-method': 'DELETE' } }).headers.has('access-control-request-method')
    expect((await preflight('DELETE')).headers.get('access-control-allow-methods')).toBe(asked ? 'POST, GET, DELETE' : 'POST, GET')
    expect((await preflight('POST')).headers.get('access-control-allow-methods')).toBe('POST, GET')
  })
})

describe('responses are refused', () => {
  const refusals: readonly [what: string, body: object, wanted: object][] = [
    ['without an input', { input: undefined }, { param: 'input', code: 'missing_required_parameter' }],
    ['with messages', { messages: [] }, { param: 'messages', code: 'unsupported_parameter', message: expect.stringContaining("has moved to 'input'") }],
    ['with response_format', { response_format: {} }, { param: 'response_format', message: expect.stringContaining("has moved to 'text.format'") }],
    ['with max_completion_tokens', { max_completion_tokens: 1 }, { message: expect.stringContaining("has moved to 'max_output_tokens'") }],
    ['with a limit below 16', { max_output_tokens: 15 }, { param: 'max_output_tokens', code: 'integer_below_min_value' }],
    ['with a temperature for a model that reasons', { temperature: 0.5 }, { param: 'temperature', message: "Unsupported parameter: 'temperature' is not supported with this model." }],
    ['with an effort for a model that does not reason', { model: 'gpt-4o-mini', reasoning: { effort: 'low' } }, { param: 'reasoning.effort', code: 'unsupported_parameter' }],
    ['with encrypted reasoning of a model that does not reason', { model: 'gpt-4o-mini', include: ['reasoning.encrypted_content'] }, { param: 'include', message: 'Encrypted content is not supported with this model.' }],
    ['with a tool of chat completions', { tools: [WEATHER] }, { param: 'tools[0].name', code: 'missing_required_parameter' }],
    ['with a format of chat completions', { text: { format: { type: 'json_schema', json_schema: { name: 'x' } } } }, { param: 'text.format.name' }],
    ['with a part of chat completions', { input: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] }, { param: 'input[0].content[0]', code: 'invalid_value', message: "Invalid value: 'text'. Supported values are: 'input_text', 'input_image' and 'input_file'." }],
    ['with words of the user in the mouth of the assistant', { input: [{ role: 'assistant', content: [{ type: 'input_text', text: 'x' }] }] }, { message: "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'." }],
    ['with an input that is none', { input: 7 }, { param: 'input', code: 'invalid_type' }],
    ['with an item that is none', { input: ['x'] }, { param: 'input[0]', code: 'invalid_type' }],
    ['with a result without its call', { input: [{ type: 'function_call_output', call_id: 'call_1', output: 'x' }] }, { param: 'input', message: 'No tool call found for function call output with call_id call_1.' }],
    ['with a call without its result', { input: [{ type: 'function_call', call_id: 'call_1', name: 'x', arguments: '{}' }] }, { param: 'input', message: 'No tool output found for function call call_1.' }],
    ['with thoughts that were tampered with', { input: [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'mine' }] }, { code: 'invalid_encrypted_content' }],
  ]
  for (const [what, body, wanted] of refusals) {
    test(what, async () => {
      expect(await refusal(body)).toMatchObject({ status: 400, ...wanted })
    })
  }

  test('not with values of other types, which count as not there', async () => {
    const odd = { tools: [null, 'x'], reasoning: 'high', text: null, include: 'all', metadata: null, max_output_tokens: 'many', instructions: 5, stream_options: 1, tool_choice: null }
    for (const stream of [false, true]) expect((await post(createEmulator(), PATH, { model: 'gpt-5-mini', input: [{ role: 'user' }], stream, ...odd })).status).toBe(200)
  })

  test.each(['grok-4-1-fast', 'mistral-small', 'text-embedding-3-small', 'embed-v-4-0'])('by %s, which is not served there', async (model) => {
    expect(await refusal({ model })).toMatchObject({ status: 400, message: 'Model not supported' })
  })

  test('by chat completions of a model that has no other surface', async () => {
    const response = await ask(createEmulator(), { model: 'gpt-5-codex' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'OperationNotSupported', message: expect.stringContaining('The chatCompletion operation does not work with the specified model, gpt-5-codex. Please') } })
    expect(Object.keys(DEPLOYMENTS)).not.toContain('gpt-5-codex')
  })

  test('by nobody for tools with an effort, which chat completions of gpt-5.4 and later send there', async () => {
    const tools = { model: 'gpt-6-luna', tools: [WEATHER], reasoning_effort: 'low' }
    expect(await (await ask(createEmulator(), tools)).text()).toContain('Please use /v1/responses instead.')
    expect((await create({ model: 'gpt-6-luna', tools: [TOOL], reasoning: { effort: 'low' }, input: 'Use a tool' })).output.at(-1)?.type).toBe('function_call')
  })
})
