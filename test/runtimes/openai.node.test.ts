/**
 * The official `openai` package as a client of the relay, in each runtime of the relay's.
 * Runtime of this file: Node.
 */
import OpenAI, { APIError, APIUserAbortError, AuthenticationError, NotFoundError, RateLimitError } from 'openai'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { callsOf, eventually, tokenOf } from './client.ts'
import { startRelay, there } from './servers.ts'
import type { RelayServer } from './servers.ts'

const emulator = inject('emulator')
const messages = [{ role: 'user' as const, content: 'Hello' }]
const failureOf = async (promise: PromiseLike<unknown>): Promise<unknown> => {
  try {
    return await promise
  } catch (error) {
    return error
  }
}

describe.each(there)('the openai package through a relay in %s', (name) => {
  let server: RelayServer
  let openai: OpenAI
  beforeAll(async () => {
    server = await startRelay(name, emulator)
    openai = new OpenAI({ baseURL: `${server.url}/openai/v1`, apiKey: await tokenOf(), maxRetries: 0 })
  })
  afterAll(() => server?.stop())

  test('chats, streamed and plain', async () => {
    let streamed = ''
    let usage: OpenAI.CompletionUsage | null | undefined
    for await (const chunk of await openai.chat.completions.create({ model: 'chat', messages, stream: true, stream_options: { include_usage: true } })) {
      streamed += chunk.choices[0]?.delta?.content ?? ''
      usage = chunk.usage ?? usage
    }
    const plain = await openai.chat.completions.create({ model: 'chat', messages })
    expect(streamed.length).toBeGreaterThan(100)
    expect(plain.choices[0]?.message.content).toBe(streamed)
    expect(usage).toEqual(plain.usage)
  })

  test('gets usage that nobody asked for, as the quota wants it, and is not disturbed by it', async () => {
    const runner = openai.chat.completions.stream({ model: 'plain', messages })
    expect((await runner.finalContent())?.length).toBeGreaterThan(100)
    expect((await runner.totalUsage()).total_tokens).toBeGreaterThan(10)
  })

  test('calls tools', async () => {
    const tools: OpenAI.ChatCompletionTool[] = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }]
    const runner = openai.chat.completions.stream({ model: 'chat', messages, tools, tool_choice: 'required' })
    const { tool_calls: calls } = await runner.finalMessage()
    expect(calls).toMatchObject([{ type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } }])
    const answer = await openai.chat.completions.create({ model: 'chat', messages: [...messages, { role: 'assistant', tool_calls: calls ?? [] }, { role: 'tool', tool_call_id: calls?.[0]?.id ?? '', content: 'Rain' }], tools })
    expect(answer.choices[0]?.message.content).toMatch(/\w/)
  })

  test('embeds, by base64 as it does by itself and by numbers', async () => {
    const { data, usage } = await openai.embeddings.create({ model: 'embed', input: ['one', 'two'] })
    const numbers = await openai.embeddings.create({ model: 'embed', input: 'one', encoding_format: 'float' })
    expect(data.map(({ embedding }) => embedding.length)).toEqual([1536, 1536])
    expect(data[0]?.embedding[0]).toBeCloseTo(numbers.data[0]?.embedding[0] ?? NaN, 5)
    expect(usage.total_tokens).toBeGreaterThan(0)
  })

  test('lists the deployments, and finds one', async () => {
    const ids: string[] = []
    for await (const { id } of openai.models.list()) ids.push(id)
    expect(ids).toContain('chat')
    expect(await openai.models.retrieve('chat')).toMatchObject({ id: 'chat', object: 'model' })
  })

  test('is told 401 of a token that is none', async () => {
    const error = await failureOf(new OpenAI({ baseURL: `${server.url}/openai/v1`, apiKey: 'none', maxRetries: 0 }).chat.completions.create({ model: 'chat', messages }))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ status: 401, code: 'invalid_token', type: 'authentication_error' })
  })

  test('is told 404 of a deployment that is not offered', async () => {
    const error = await failureOf(openai.chat.completions.create({ model: 'gpt-5-mini', messages }))
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ status: 404, code: 'DeploymentNotFound', param: 'model' })
  })

  test('is told 429, and how long to wait', async () => {
    const error = await failureOf(openai.chat.completions.create({ model: 'limited', messages }))
    expect(error).toBeInstanceOf(RateLimitError)
    expect((error as RateLimitError).headers.get('retry-after')).toMatch(/^\d{5}$/)
  })

  test('is told what the content filter struck', async () => {
    const error = await failureOf(openai.chat.completions.create({ model: 'chat', messages: [{ role: 'user', content: '[filter:prompt]' }] }))
    expect(error).toMatchObject({ status: 400, code: 'content_filter', error: { innererror: { code: 'ResponsibleAIPolicyViolation' } } })
  })

  test('is told of an upstream that dies in the middle, which without the relay it takes for the end', async () => {
    const read = async () => {
      let text = ''
      for await (const chunk of await openai.chat.completions.create({ model: 'unfinished', messages, stream: true })) text += chunk.choices[0]?.delta?.content ?? ''
      return text
    }
    const error = await failureOf(read())
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ code: 'upstream_closed' })
  })

  test('aborts, and so does the upstream', async () => {
    const before = (await callsOf(emulator, 'gpt-5-mini~endless')).length
    const stream = await openai.chat.completions.create({ model: 'endless', messages, stream: true })
    let seen = 0
    for await (const _ of stream) if (++seen === 5) stream.controller.abort()
    await eventually(async () => (await callsOf(emulator, 'gpt-5-mini~endless'))[before]?.state === 'cancelled')
    const aborted = AbortSignal.abort()
    expect(await failureOf(openai.chat.completions.create({ model: 'chat', messages }, { signal: aborted }))).toBeInstanceOf(APIUserAbortError)
  })

  test('retries what the relay says to wait for, and no more than it was told', async () => {
    const retrying = new OpenAI({ baseURL: `${server.url}/openai/v1`, apiKey: await tokenOf(), maxRetries: 2 })
    const before = (await callsOf(emulator, 'gpt-5-mini~404-deployment')).length
    await failureOf(retrying.chat.completions.create({ model: 'missing', messages }))
    expect((await callsOf(emulator, 'gpt-5-mini~404-deployment')).length - before).toBe(1)
  })
})
