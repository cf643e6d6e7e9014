import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { chat, connect, isChatError, streamChat } from '../../src/core.ts'
import type { ChatMessage, ChatRequest } from '../../src/core.ts'
import { responses } from '../../src/responses/index.ts'
import { chatAs } from '../../src/structured/index.ts'
import { runTools, tool } from '../../src/tools/index.ts'
import { foundry, rejection, until } from '../conformance/foundry.ts'
import { emulated, framesOf, REQUEST, responseOf, scripted, streamed, WEATHER } from './rig.ts'

const said = (events: readonly { type: string }[], type: string) => events.filter((event) => event.type === type).map((event) => (event as unknown as { text: string }).text).join('')

describe('responses()', () => {
  test.each([
    ['gpt-5-codex', {}],
    ['gpt-5-mini', {}],
    ['gpt-4o-mini', {}],
    ['gpt-5-codex', { tools: [WEATHER], messages: [{ role: 'user', content: 'How is the weather?' }] }],
    ['gpt-5-mini', { messages: [{ role: 'user', content: '/refuse' }] }],
    ['gpt-5-mini', { max_completion_tokens: 67 }],
    ['gpt-5-mini', { messages: [{ role: 'user', content: '[filter:output] Hello' }] }],
    ['gpt-5-mini', { response_format: { type: 'json_schema', json_schema: { name: 'place', schema: { type: 'object', properties: { city: { type: 'string' } } } } } }],
  ] as const)('answers %s with %j the same, streamed and whole', async (model, more) => {
    const options = model === 'gpt-4o-mini' ? {} : ({ encryptedReasoning: true, reasoningSummary: 'auto' } as const)
    const of = () => emulated(options, { now: () => 0 }).connection
    const { events, error, result } = await streamed(of(), { ...REQUEST, model, ...more })
    expect(error).toBeUndefined()
    const { response, ...whole } = await chat(of(), { ...REQUEST, model, ...more })
    expect(whole).toEqual(result)
    expect(response.url).toBe('https://c.services.ai.azure.com/openai/v1/responses')
    expect(result.finishReason).toBe('tools' in more ? 'tool_calls' : 'max_completion_tokens' in more ? 'length' : JSON.stringify(more).includes('filter') ? 'content_filter' : 'stop')
    for (const type of ['text', 'refusal', 'reasoning'] as const) expect(said(events, type)).toBe(result[type])
    expect(result).toMatchObject({ id: expect.stringMatching(/^resp_/), model, usage: { prompt_tokens: expect.any(Number), total_tokens: expect.any(Number), prompt_tokens_details: { cached_tokens: 0 }, completion_tokens_details: { reasoning_tokens: expect.any(Number) } } })
    expect(result.reasoning.length > 0).toBe(model !== 'gpt-4o-mini')
    expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1)
    for (const event of events) expect(event.raw['type']).toMatch(/^response\./)
  })
})

describe('responses() over turns', () => {
  const messages = [{ role: 'user', content: 'How is the weather?' }] as const

  test.each([[{}], [{ encryptedReasoning: true }], [{ store: true }]])('with %j answers calls, and goes on', async (options) => {
    const { connection, emulator } = emulated(options)
    const request = { ...REQUEST, tools: [WEATHER], messages }
    const first = await streamChat(connection, request).result
    expect(first.toolCalls).toHaveLength(1)
    const carried = first.message['response_output'] as readonly { type: string }[] | undefined
    expect(carried?.map(({ type }) => type)).toEqual(Object.keys(options).length ? ['reasoning', 'function_call'] : undefined)
    const answer = { role: 'tool', tool_call_id: first.toolCalls[0]?.id ?? '', content: '21 degrees' } as const
    // As a page that was closed in between has kept it.
    const kept = JSON.parse(JSON.stringify([...messages, first.message, answer])) as ChatMessage[]
    const second = await chat(connection, { ...request, messages: kept })
    expect(second.text).toContain('The tool answered: "21 degrees"')
    expect((await chat(connection, { ...request, messages: [...kept, second.message, { role: 'user', content: 'Thanks' }] })).text).toContain('Thanks')
    expect(emulator.calls.map(({ operation, status }) => [operation, status])).toEqual(Array.from({ length: 3 }, () => ['responses', 200]))
  })

  test('sends reasoning back as it came, before its call', async () => {
    const { connection } = emulated({ encryptedReasoning: true })
    const { message, toolCalls } = await chat(connection, { ...REQUEST, tools: [WEATHER], messages })
    const answer = { role: 'tool', tool_call_id: toolCalls[0]?.id ?? '', content: 'x' } as const
    const next = scripted(JSON.stringify(responseOf([])))
    await chat(next.connection, { ...REQUEST, messages: [...messages, message, answer] })
    const input = next.sent[0]?.body['input'] as readonly Readonly<Record<string, unknown>>[]
    expect(input.map(({ type }) => type)).toEqual(['message', 'reasoning', 'function_call', 'function_call_output'])
    expect(input.slice(1, 3)).toEqual(message['response_output'])
    expect(input[1]?.['encrypted_content']).toMatch(/^gAAAAAB/)
  })

  test('goes on from a response that is stored, and is told of one that is not', async () => {
    const { connection, plain } = emulated({ store: true })
    const { id, toolCalls } = await chat(connection, { ...REQUEST, tools: [WEATHER], messages })
    const answer = [{ role: 'tool', tool_call_id: toolCalls[0]?.id ?? '', content: '21 degrees' }] as const
    expect((await chat(connection, { ...REQUEST, messages: answer, previous_response_id: id })).text).toContain('21 degrees')
    const forgotten = await chat(responses(plain), { ...REQUEST, messages: [{ role: 'user', content: 'Hi' }] })
    for (const previous_response_id of [forgotten.id, 'resp_none']) {
      expect(await rejection(chat(connection, { ...REQUEST, messages: [{ role: 'user', content: 'Hi' }], previous_response_id }))).toMatchObject({ code: 'bad-request', status: 400, serviceCode: 'previous_response_not_found', param: 'previous_response_id' })
    }
  })

  test('is what runTools() and chatAs() stand on', async () => {
    const { connection, emulator } = emulated({ encryptedReasoning: true })
    const weather = tool({ name: 'get_weather', description: 'The weather', jsonSchema: WEATHER.function.parameters, run: () => '21 degrees' })
    const run = await runTools(connection, { model: 'gpt-5-codex', messages }, { tools: [weather] }).result
    expect(run.text).toContain('21 degrees')
    expect(run.rounds).toHaveLength(2)
    expect(emulator.calls.map(({ operation }) => operation)).toEqual(['responses', 'responses'])
    const { value } = await chatAs(connection, { model: 'gpt-5-codex', messages }, v.object({ city: v.string() }), { jsonSchema: WEATHER.function.parameters })
    expect(value).toEqual({ city: expect.any(String) })
  })

  test('sends what is no chat by its own way', async () => {
    const { connection, emulator } = emulated()
    const answer = await connection.send({ url: 'https://c.services.ai.azure.com/openai/v1/embeddings', headers: {}, body: { model: 'text-embedding-3-small', input: 'x' }, streamed: false, signal: undefined, controller: new AbortController() })
    expect(answer.info.status).toBe(200)
    expect(emulator.calls.at(-1)?.operation).toBe('embeddings')
  })
})

describe('responses() refuses', () => {
  const at = (endpoint: string, kind?: 'relay') => connect({ endpoint, token: () => 'eyJ.secret', ...(kind ? { kind } : {}) })
  test.each([
    ['https://c.services.ai.azure.com/models', 'inference', 'models endpoints'],
    ['https://c.openai.azure.com/openai/deployments/gpt', 'deployments', 'classic endpoints without a version'],
    ['https://c.openai.azure.com/openai/deployments/gpt?api-version=2025-02-01-preview', 'deployments', 'classic endpoints of an old version'],
  ])('%s when it is called: %s', (endpoint, kind) => {
    let error: unknown
    try {
      responses(at(endpoint))
    } catch (caught) {
      error = caught
    }
    expect(error).toMatchObject({ code: 'unsupported', kind, operation: 'responses', kinds: ['v1', 'relay'] })
  })

  test.each([
    ['https://c.services.ai.azure.com', 'https://c.services.ai.azure.com/openai/v1/responses'],
    ['https://c.services.ai.azure.com/api/projects/p', 'https://c.services.ai.azure.com/api/projects/p/openai/v1/responses'],
    ['https://c.openai.azure.com/openai/v1?api-version=preview', 'https://c.openai.azure.com/openai/v1/responses?api-version=preview'],
    ['https://c.openai.azure.com/openai/deployments/gpt?api-version=2025-03-01-preview', 'https://c.openai.azure.com/openai/responses?api-version=2025-03-01-preview'],
    ['https://relay.contoso.com', 'https://relay.contoso.com/openai/v1/responses'],
  ])('nothing of %s, and asks %s', async (endpoint, url) => {
    const { connection, sent } = scripted(JSON.stringify(responseOf([])), {}, endpoint)
    await chat(connection, { ...REQUEST, model: 'a/b' })
    expect(sent).toMatchObject([{ url, body: { model: 'a/b' } }])
  })

  test('a deployment that has no name, and no messages', async () => {
    const { connection, emulator } = emulated()
    for (const request of [{ ...REQUEST, model: '' }, { ...REQUEST, model: '..' }, { ...REQUEST, messages: [] }]) expect(await rejection(chat(connection, request))).toMatchObject({ code: 'invalid-request' })
    expect(emulator.calls).toHaveLength(0)
  })

  test('to hide the query of the URL that failed', async () => {
    const { connection } = scripted(framesOf({ type: 'response.failed', response: responseOf([], { status: 'failed', error: { message: 'x' } }) }), {}, 'https://c.openai.azure.com/openai/v1?api-version=preview')
    expect(await rejection(streamChat(connection, REQUEST).result)).toMatchObject({ url: 'https://c.openai.azure.com/openai/v1/responses' })
  })
})

describe('responses() where things go wrong', () => {
  const ask = (fault: string, more: Partial<ChatRequest> = {}) => streamed(emulated().connection, { ...REQUEST, model: `gpt-4o-mini~${fault}`, ...more })

  test.each([
    ['failed', { code: 'server-error', serviceCode: 'server_error', midStream: true }],
    ['failed-429', { code: 'rate-limited', serviceCode: 'rate_limit_exceeded', retryAfterMs: 2000, midStream: true }],
    ['error-event', { code: 'server-error', serviceCode: 'server_error', midStream: true }],
    ['error-flat', { code: 'server-error', serviceCode: 'server_error', midStream: true }],
    ['cut', { code: 'truncated' }],
    ['cut-clean', { code: 'truncated' }],
    ['no-finish', { code: 'truncated' }],
    ['html-200', { code: 'not-a-stream' }],
    ['bad-json', { code: 'malformed', path: 'data' }],
    ['bad-type', { code: 'malformed', path: 'delta' }],
    ['429-none', { code: 'rate-limited', status: 429 }],
    ['401-role', { code: 'missing-role', status: 401 }],
  ])('%s is what it is, with what had come', async (fault, expected) => {
    const { events, error, result } = await ask(fault)
    expect(isChatError(error)).toBe(true)
    expect(error).toMatchObject({ ...expected, partial: { text: result.text } })
    expect(events.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('')).toBe(result.text)
    if (/^(failed|error-|cut|no-finish)/.test(fault) && fault !== 'failed-429') expect(result.text).not.toBe('')
  })

  test('failed says so whole, too, and an output of the wrong type', async () => {
    const { connection } = emulated()
    expect(await rejection(chat(connection, { ...REQUEST, model: 'gpt-4o-mini~failed' }))).toMatchObject({ code: 'server-error', serviceCode: 'server_error' })
    expect(await rejection(chat(connection, { ...REQUEST, model: 'gpt-4o-mini~bad-type' }))).toMatchObject({ code: 'malformed', path: 'output' })
  })

  test.each(['keepalive', 'crlf', 'drip', 'no-content-type', 'json-200', 'trailing'])('%s changes nothing', async (fault) => {
    const { error, result } = await ask(fault)
    const { text, finishReason } = await chat(emulated().connection, { ...REQUEST, model: 'gpt-4o-mini' })
    expect(error).toBeUndefined()
    expect(result).toMatchObject({ text, finishReason })
  })

  test('encrypted reasoning is refused by a model that does not reason, in its words', async () => {
    expect(await rejection(chat(emulated({ encryptedReasoning: true }).connection, { ...REQUEST, model: 'gpt-4o-mini' }))).toMatchObject({ code: 'bad-request', serviceMessage: 'Encrypted content is not supported with this model.', param: 'include' })
  })

  test('an abort and a break close the connection, and keep what had come', async () => {
    const { connection, emulator } = emulated()
    const request = { ...REQUEST, model: 'gpt-4o-mini~endless' }
    const controller = new AbortController()
    const aborted = streamChat(connection, request, { signal: controller.signal })
    const error = await rejection(
      (async () => {
        for await (const event of aborted) if (event.type === 'text') controller.abort(new Error('enough'))
      })(),
    )
    expect(error).toBe(controller.signal.reason)
    expect(await rejection(aborted.result)).toMatchObject({ code: 'aborted', partial: { text: aborted.partial.text } })
    expect(aborted.partial.text).not.toBe('')
    const left = streamChat(connection, request)
    for await (const event of left) if (event.type === 'text') break
    expect(await rejection(left.result)).toMatchObject({ code: 'aborted' })
    await until(() => emulator.calls.every(({ state }) => state === 'cancelled'))
  })

  test('a silence after the first words is an idle-timeout', async () => {
    const { connection } = foundry({ timeouts: { idleMs: 50 } })
    const error = await rejection(streamChat(responses(connection), { ...REQUEST, model: 'gpt-4o-mini~stall' }).result)
    expect(error).toMatchObject({ code: 'idle-timeout', limitMs: 50, partial: { text: expect.stringMatching(/./) } })
  })
})

describe('chat() without responses()', () => {
  // https://github.com/openai/openai-openapi/issues/541
  const refusal = 'Function tools with reasoning_effort are not supported for gpt-5.4 in /v1/chat/completions. Please use /v1/responses instead.'
  const answering = (error: object) => connect({ endpoint: 'https://c.openai.azure.com', token: () => 'eyJ.secret', fetch: async () => Response.json({ error }, { status: 400 }) })

  test('is told to use it where the service says so', async () => {
    const error = await rejection(chat(answering({ message: refusal, type: 'invalid_request_error', param: 'reasoning_effort', code: null }), { ...REQUEST, reasoning_effort: 'low', tools: [WEATHER] }))
    expect(error).toMatchObject({ code: 'use-responses', status: 400, param: 'reasoning_effort', message: expect.stringContaining('use keyless-chat/responses') })
  })

  test('is not told so for other reasons', async () => {
    expect(await rejection(chat(answering({ message: "Invalid value: 'x'", param: 'reasoning_effort', code: 'invalid_value' }), REQUEST))).toMatchObject({ code: 'bad-request' })
    expect(await rejection(chat(answering({ message: "Unsupported parameter: 'seed'", param: 'seed', code: 'unsupported_parameter' }), REQUEST))).toMatchObject({ code: 'unsupported-parameter' })
  })

  test('finds no model that answers there alone, which responses() does', async () => {
    const { connection, plain } = emulated()
    expect(await rejection(chat(plain, REQUEST))).toMatchObject({ name: 'ChatError', status: 400 })
    expect((await chat(connection, REQUEST)).text).toContain('Hello there')
  })
})
