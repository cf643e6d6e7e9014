import { describe, expect, test } from 'vitest'
import { chat, streamChat } from '../../src/index.ts'
import type { ChatRequest } from '../../src/index.ts'
import { ENDPOINT, foundry, readAll } from './foundry.ts'

const TOOL = { type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } } as const
const ask = (content: string, more: Partial<ChatRequest> = {}) => ({ messages: [{ role: 'user', content }], ...more }) as const

const DEPLOYMENTS = ['gpt-5-mini', 'gpt-4o-mini', 'gpt-6-luna', 'grok-4-1-fast', 'deepseek-v4', 'mistral-small']
const KINDS = [ENDPOINT, `${ENDPOINT}/api/projects/p`, `${ENDPOINT}/openai/deployments`, `${ENDPOINT}/models`]

describe.each(KINDS)('over %s', (endpoint) => {
  test.each(DEPLOYMENTS)('streamChat() and chat() give the same result of %s', async (model) => {
    const { connection, emulator } = foundry({ endpoint })
    const stream = streamChat(connection, { model, ...ask('Tell me about the sea') })
    const { events, error } = await readAll(stream)
    expect(error).toBeUndefined()
    const streamed = await stream.result
    const whole = await chat(connection, { model, ...ask('Tell me about the sea') })
    const same = ({ text, reasoning, refusal, toolCalls, finishReason }: typeof streamed) => ({ text, reasoning, refusal, toolCalls, finishReason })
    expect(same(streamed)).toEqual(same(whole))
    expect(streamed.text.length).toBeGreaterThan(100)
    expect(events.filter(({ type }) => type === 'text').length).toBeGreaterThan(5)
    expect(streamed.usage?.total_tokens).toBe(whole.usage?.total_tokens)
    expect(streamed.usage?.total_tokens).toBeGreaterThan(0)
    expect(streamed.model).toBe(whole.model)
    expect(streamed.id).toBeTruthy()
    expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1)
    expect(emulator.calls.map(({ state }) => state)).not.toContain('cancelled')
  })

  test.each(DEPLOYMENTS)('streamChat() assembles the tool call of %s', async (model) => {
    const { connection } = foundry({ endpoint })
    const stream = streamChat(connection, { model, ...ask('Use get_weather for the weather in Rome', { tools: [TOOL] }) })
    const { events, error } = await readAll(stream)
    expect(error).toBeUndefined()
    const { toolCalls, finishReason, message } = await stream.result
    expect(finishReason).toBe('tool_calls')
    expect(toolCalls.length).toBeGreaterThan(0)
    for (const call of toolCalls) {
      expect(call).toMatchObject({ id: expect.stringMatching(/./), name: 'get_weather' })
      expect(() => JSON.parse(call.arguments)).not.toThrow()
    }
    expect(events.filter(({ type }) => type === 'tool-call')).toHaveLength(toolCalls.length)
    expect(message.tool_calls?.[0]).toEqual({ id: toolCalls[0]?.id, type: 'function', function: { name: 'get_weather', arguments: toolCalls[0]?.arguments } })
  })
})

describe('streamChat()', () => {
  test('gives reasoning apart from text', async () => {
    const stream = streamChat(foundry().connection, { model: 'deepseek-v4', ...ask('Think') })
    const { events } = await readAll(stream)
    const { reasoning, text, message } = await stream.result
    expect(reasoning).not.toBe('')
    expect(events.flatMap((event) => (event.type === 'reasoning' ? [event.text] : [])).join('')).toBe(reasoning)
    expect(text).not.toContain(reasoning)
    expect(message).toMatchObject({ role: 'assistant', content: text, reasoning_content: reasoning })
  })

  test('gives a refusal apart from text', async () => {
    const stream = streamChat(foundry().connection, { model: 'gpt-4o-mini', ...ask('/refuse') })
    const { events } = await readAll(stream)
    expect((await stream.result).refusal).not.toBe('')
    expect(events.some(({ type }) => type === 'refusal')).toBe(true)
  })

  test('keeps the choices of n apart', async () => {
    const { connection } = foundry()
    const stream = streamChat(connection, { model: 'gpt-4o-mini', n: 3, ...ask('Hello') })
    const { events } = await readAll(stream)
    const { choices, text } = await stream.result
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2])
    for (const choice of choices) {
      expect(choice.finishReason).toBe('stop')
      expect(events.flatMap((event) => (event.type === 'text' && event.choice === choice.index ? [event.text] : [])).join('')).toBe(choice.text)
    }
    let firstAlone = ''
    for await (const words of streamChat(connection, { model: 'gpt-4o-mini', n: 3, ...ask('Hello') }).text) firstAlone += words
    expect(firstAlone).toBe(text)
  })

  test('says that a limit cut the answer', async () => {
    const { finishReason } = await streamChat(foundry().connection, { model: 'gpt-4o-mini', ...ask('Hello', { max_completion_tokens: 5 }) }).result
    expect(finishReason).toBe('length')
  })

  test('asks for usage by default, once more without where that is refused, and then never again', async () => {
    const { connection, emulator } = foundry()
    await streamChat(connection, { model: 'mistral-small', ...ask('Hello') }).result
    await streamChat(connection, { model: 'mistral-small', ...ask('Hello') }).result
    const asked = emulator.calls.map(({ body, status }) => [status, (body as ChatRequest).stream_options])
    expect(asked).toEqual([[expect.toSatisfy((status) => status === 400 || status === 422), { include_usage: true }], [200, undefined], [200, undefined]])
    await streamChat(connection, { model: 'gpt-5-mini', ...ask('Hello') }).result
    expect((emulator.calls.at(-1)?.body as ChatRequest | undefined)?.stream_options).toEqual({ include_usage: true })
  })

  test('leaves stream_options alone where the request has them', async () => {
    const { connection, emulator } = foundry()
    const { usage } = await streamChat(connection, { model: 'gpt-5-mini', ...ask('Hello', { stream_options: { include_usage: false } }) }).result
    expect(usage).toBeUndefined()
    expect((emulator.calls[0]?.body as ChatRequest | undefined)?.stream_options).toEqual({ include_usage: false })
  })

  test('passes parameters that it does not know', async () => {
    const { connection, emulator } = foundry()
    await streamChat(connection, { model: 'gpt-5-mini', ...ask('Hello'), safety_identifier: 'x', a: { b: [1] } }).result
    expect(emulator.calls[0]?.body).toMatchObject({ safety_identifier: 'x', a: { b: [1] }, stream: true, model: 'gpt-5-mini' })
  })

  test('gives the wire object of each event untouched', async () => {
    const { events } = await readAll(streamChat(foundry().connection, { model: 'gpt-5-mini', ...ask('Hello') }))
    for (const { raw } of events) expect(raw).toHaveProperty('object')
  })
})

describe('the content filter', () => {
  test('that refuses a prompt is an error with its categories', async () => {
    const stream = streamChat(foundry().connection, { model: 'gpt-5-mini', ...ask('[filter:prompt]') })
    const { error } = await readAll(stream)
    expect(error).toMatchObject({ code: 'content-filter', status: 400, contentFilter: { source: 'prompt', filtered: true, categories: expect.anything() } })
  })

  test.each(['stream', 'chat'])('that cuts an answer is on the result, %s', async (how) => {
    const { connection } = foundry()
    const request = { model: 'gpt-5-mini', ...ask('[filter:output]') }
    const result = how === 'chat' ? await chat(connection, request) : await streamChat(connection, request).result
    expect(result).toMatchObject({ finishReason: 'content_filter', contentFilter: { source: 'completion', filtered: true, categories: expect.anything() } })
  })

  test('that strikes late retracts what had finished', async () => {
    const stream = streamChat(foundry().connection, { model: 'gpt-6-luna', ...ask('[filter:late]') })
    const { events } = await readAll(stream)
    expect(await stream.result).toMatchObject({ finishReason: 'content_filter', contentFilter: { source: 'completion', filtered: true } })
    expect(events.filter((event) => event.type === 'filter' && event.filtered && event.source === 'completion').length).toBeGreaterThan(0)
    expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1)
  })

  test('that did not run is an annotation and no failure', async () => {
    const result = await streamChat(foundry().connection, { model: 'gpt-5-mini', ...ask('[filter:error]') }).result
    expect(result).toMatchObject({ finishReason: 'stop' })
    expect(result.text).not.toBe('')
  })

  test('annotates the prompt of an answer that passes', async () => {
    expect((await streamChat(foundry().connection, { model: 'gpt-5-mini', ...ask('Hello') }).result).promptFilter).toMatchObject({ source: 'prompt', filtered: false })
    expect((await streamChat(foundry().connection, { model: 'grok-4-1-fast', ...ask('Hello') }).result).promptFilter).toBeUndefined()
  })
})
