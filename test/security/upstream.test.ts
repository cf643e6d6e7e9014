/** A service, or who speaks for it, that means harm. */
import { describe, expect, test } from 'vitest'
import { chat, connect, endpointFor, streamChat } from '../../src/index.ts'
import type { Fetch } from '../../src/index.ts'
import { conversation } from '../../src/conversation/index.ts'
import { partialJson } from '../../src/structured/partial-json.ts'
import { runTools, tool } from '../../src/tools/index.ts'
import { rejection } from '../conformance/foundry.ts'

const ENDPOINT = 'https://c.services.ai.azure.com'
const REQUEST = { model: 'gpt', messages: [{ role: 'user', content: 'Hello' }] } as const
const connection = (fetch: Fetch) => connect({ endpoint: ENDPOINT, retries: 0, token: () => 'token', fetch })
const events = (...data: string[]) => new Response(data.map((one) => `data: ${one}\n\n`).join(''))

describe('names that objects have by themselves', () => {
  const EVIL = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}'
  const untouched = () => expect([({} as Record<string, unknown>)['polluted'], Object.keys(Object.prototype)]).toEqual([undefined, []])

  test('in every object of an answer change no object but their own', async () => {
    const call = `{"index":0,${EVIL},"id":"__proto__","function":{"name":"constructor","arguments":"{}",${EVIL}}}`
    const chunk = `{${EVIL},"choices":[{"index":0,${EVIL},"delta":{"content":"Hi",${EVIL},"tool_calls":[${call}]},"content_filter_results":{${EVIL}},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,${EVIL}},"prompt_filter_results":[{${EVIL},"content_filter_results":{${EVIL}}}]}`
    for (const answer of [await streamChat(connection(async () => events(chunk, '[DONE]')), REQUEST).result, await chat(connection(async () => new Response(chunk.replace('"delta"', '"message"'))), REQUEST)]) {
      expect(answer.text).toBe('Hi')
      expect(answer.toolCalls[0]).toMatchObject({ id: '__proto__', name: 'constructor' })
      for (const part of [answer, answer.message, answer.toolCalls[0]]) expect([Object.getPrototypeOf(part), (part as { polluted?: unknown }).polluted]).toEqual([Object.prototype, undefined])
      untouched()
    }
  })

  test('in a failure change no error', async () => {
    const error = await rejection(chat(connection(async () => new Response(`{"error":{${EVIL},"code":"x","message":"y","innererror":{${EVIL},"content_filter_result":{${EVIL}}}},${EVIL}}`, { status: 400 })), REQUEST))
    expect(error).toMatchObject({ name: 'ChatError', serviceCode: 'x' })
    expect((error as { polluted?: unknown }).polluted).toBeUndefined()
    untouched()
  })

  test('find no tool that nobody has made, and run none', async () => {
    const ran: unknown[] = []
    const called = (name: string) => events(`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"1","function":{"name":${JSON.stringify(name)},"arguments":"{}"}}]},"finish_reason":"tool_calls"}]}`)
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'run ']) {
      const run = runTools(connection(async () => called(name)), REQUEST, { tools: [tool({ name: 'run', description: 'x', run: (input) => void ran.push(input) })] })
      expect(await rejection(run.result)).toMatchObject({ code: 'invalid-tool-call', tool: name })
    }
    expect(ran).toEqual([])
  })

  test('in a structured answer, while it grows and when it is whole, are members as any other', () => {
    const growing = partialJson()
    for (const char of `{${EVIL},"city":"Oslo"}`) growing.push(char)
    const value = growing.end() as Record<string, unknown>
    expect([Object.getPrototypeOf(value), Object.keys(value), value['polluted']]).toEqual([Object.prototype, ['__proto__', 'constructor', 'city'], undefined])
    untouched()
  })

  test('in a stored conversation change none of its messages', () => {
    const restored = conversation({ messages: JSON.parse(`[{"role":"user","content":"Hello",${EVIL}}]`) as never })
    expect((restored.messages[0] as { polluted?: unknown }).polluted).toBeUndefined()
    untouched()
  })
})

describe('an endpoint that is pasted', () => {
  test.each([
    ['https://c.openai.azure.com\\@evil.example/', 'https://c.openai.azure.com'],
    ['https://c.openai.azure.com//evil.example/openai/v1', 'https://c.openai.azure.com'],
    ['https://c.openai.azure.com/\\evil.example', 'https://c.openai.azure.com'],
    ['https://c.openai.azure.com/%2f%2fevil.example', 'https://c.openai.azure.com'],
    ['https://c.openai.azure.com/;@evil.example', 'https://c.openai.azure.com'],
    ['https://c.openai.azure.com#@evil.example', 'https://c.openai.azure.com'],
    ['https://c.openai.azure.com?@evil.example', 'https://c.openai.azure.com'],
    ['https://c.openai.azure.com/openai/deployments/d?api-version=1%26y%3d2%23', 'https://c.openai.azure.com'],
    // What a browser takes for another host is another host here, and no guess makes Azure's of it.
    ['https:\\\\evil.example', 'https://evil.example'],
    ['https://c.openai.azure.com%2eevil.example', 'https://c.openai.azure.com.evil.example'],
  ])('%s sends to the origin that a browser reads in it, and to no other', async (pasted, origin) => {
    const sent: string[] = []
    const foundry = connect({ endpoint: pasted, retries: 0, token: () => 'token', fetch: async (url) => (sent.push(url), new Response('{}', { status: 500 })) })
    await rejection(chat(foundry, REQUEST))
    expect(sent.map((url) => new URL(url).origin)).toEqual([origin])
    expect([foundry.endpoint.origin, new URL(pasted).origin]).toEqual([origin, origin])
    const { hash, searchParams } = new URL(sent[0] ?? '')
    expect([hash, ...searchParams.keys()].filter((part) => part !== 'api-version')).toEqual([''])
  })

  test.each(['http://127.0.0.1.evil.example', 'http://localhost.evil.example', 'http://[::ffff:127.0.0.1]', 'http://10.0.0.1', 'javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'blob:https://c.openai.azure.com/1', 'https://c.openai.azure.com%00.evil.example', '//c.openai.azure.com'])('%s is no endpoint', (pasted) => {
    expect(() => endpointFor(pasted)).toThrow(expect.objectContaining({ code: 'invalid-request' }))
  })
})
