import { afterEach, expect, test, vi } from 'vitest'
import { chat, connect, streamChat } from '../../src/index.ts'
import { rejection } from '../conformance/foundry.ts'

afterEach(() => void vi.unstubAllGlobals())

const PLACES = ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore', 'document', 'process', 'Deno', 'Bun', 'navigator'] as const

test('a call touches no storage, no cookie and no environment', async () => {
  const touched: string[] = []
  const answers = [
    () => new Response('data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'),
    () => new Response('{"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}]}'),
    () => new Response('{"error":{"code":"x","message":"y"}}', { status: 400 }),
    () => new Response('{}', { status: 401 }),
    () => new Response('{}', { status: 401 }),
  ]
  const foundry = connect({ endpoint: 'https://c.services.ai.azure.com', token: () => ({ token: 'token', expiresOn: Date.now() + 3_600_000 }), fetch: async () => answers.shift()?.() ?? Response.error() })
  const request = { model: 'gpt', messages: [{ role: 'user', content: 'Hello' }] } as const
  const spied = (name: string) => new Proxy({}, {
    get: (_, member) => void touched.push(`${name}.${String(member)}`),
    set: (_, member) => touched.push(`${name}.${String(member)}`) > 0,
  })
  // Only while the call is on: the test's own tools look at some of these, between its steps alone.
  for (const name of PLACES) vi.stubGlobal(name, spied(name))
  const streamed = await streamChat(foundry, request).result
  const plain = await chat(foundry, request)
  const failed = await rejection(chat(foundry, request))
  const refused = await rejection(chat(foundry, request))
  vi.unstubAllGlobals()
  expect([streamed.text, plain.text]).toEqual(['Hi', 'Hi'])
  expect([failed, refused]).toMatchObject([{ code: 'bad-request' }, { code: 'unauthorized' }])
  expect(touched).toEqual([])
})
