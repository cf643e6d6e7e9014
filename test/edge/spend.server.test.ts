// Ways to get more than a budget allows, each tried.
import { describe, expect, test } from 'vitest'
import { memoryQuota } from '../../src/quota/index.ts'
import { until } from '../conformance/foundry.ts'
import { rig } from './rig.ts'

const MANY = { tokens: 100_000_000, windowMs: 60_000 }
const WORDS = 'word '.repeat(200_000)

describe('a caller pays', () => {
  test('for a text by its length, however it begins', async () => {
    for (const content of [`data: ${WORDS}`, `data:image/png;base64,${WORDS}`, [{ type: 'text', text: `https://${WORDS}` }]]) {
      const { post } = rig({ quota: memoryQuota(MANY), deployments: { chat: { deployment: 'gpt-4o-mini', maxOutputTokens: 1 } } })
      const left = Number((await post({ model: 'chat', messages: [{ role: 'user', content }], stream: true })).headers.get('x-ratelimit-remaining-tokens'))
      expect(MANY.tokens - left).toBeGreaterThan(900_000)
    }
  })

  test('for a text in the schema of a tool, though it is called an image there', async () => {
    for (const url of [`https://${WORDS}`, `data:image/png;base64,${WORDS.replaceAll(' ', '')}`]) {
      const { post } = rig({ quota: memoryQuota(MANY), deployments: { chat: { deployment: 'gpt-4o-mini', maxOutputTokens: 1 } } })
      const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {}, default: { url } } } }]
      const response = await post({ model: 'chat', messages: [{ role: 'user', content: 'x' }], tools, stream: true })
      expect(MANY.tokens - Number(response.headers.get('x-ratelimit-remaining-tokens'))).toBeGreaterThan(700_000)
    }
  })

  test('for tokens that come as numbers, one by one', async () => {
    const { post, finished } = rig({ quota: memoryQuota(MANY), fetch: async () => Response.json({ error: { message: 'No' } }, { status: 500 }) })
    await post({ model: 'embed', input: [Array.from({ length: 100_000 }, () => 7)] }, { path: '/openai/v1/embeddings' })
    expect(finished[0]?.chargedTokens).toBeGreaterThan(100_000)
  })

  test('for an image, whether it comes along or is only named', async () => {
    for (const url of ['https://pictures.example/a.png', 'data:image/png;base64,AAAA']) {
      const { post } = rig({ quota: memoryQuota(MANY), deployments: { chat: { deployment: 'gpt-4o-mini', maxOutputTokens: 1 } } })
      const response = await post({ model: 'chat', messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }], stream: true })
      expect(MANY.tokens - Number(response.headers.get('x-ratelimit-remaining-tokens'))).toBeGreaterThan(1000)
    }
  })

  test('for an answer that is not streamed, though they leave before its last byte', async () => {
    const quota = memoryQuota(MANY)
    const parts = ['{"choices":[{"message":{"content":"', 'all that was wanted']
    const body = () => new ReadableStream<Uint8Array>({ pull: (controller) => (parts.length ? controller.enqueue(new TextEncoder().encode(parts.shift())) : new Promise<void>(() => {})) }, { highWaterMark: 0 })
    const { post, finished } = rig({ quota, fetch: async () => new Response(body(), { headers: { 'content-type': 'application/json' } }), deployments: { chat: { maxOutputTokens: 5000 } } })
    const reader = (await post()).body?.getReader()
    await reader?.read()
    await reader?.read()
    await reader?.cancel()
    await until(() => finished.length === 1)
    expect(finished[0]?.chargedTokens).toBeGreaterThanOrEqual(5000)
  })

  test('for nothing where they have left before it was sent', async () => {
    const left = new AbortController()
    const counted = memoryQuota(MANY)
    const quota = {
      ...counted,
      async reserve(...request: Parameters<typeof counted.reserve>) {
        left.abort()
        return counted.reserve(...request)
      },
    }
    const { post, sent, finished } = rig({ quota })
    await post(undefined, { signal: left.signal })
    expect([sent.length, finished[0]?.chargedTokens]).toEqual([0, 0])
  })

  test('for thoughts that nobody has seen, by the time that they took', async () => {
    const clock = { now: 0 }
    const chunk = 'data: {"choices":[{"index":0,"delta":{"content":"42"}}]}\n\n'
    const body = () => new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new TextEncoder().encode(chunk)) }, { highWaterMark: 0 })
    const { post, finished } = rig({ quota: memoryQuota(MANY), now: () => clock.now, fetch: async () => new Response(body(), { headers: { 'content-type': 'text/event-stream' } }) })
    const reader = (await post({ model: 'chat', messages: [{ role: 'user', content: 'x' }], stream: true })).body?.getReader()
    clock.now = 60_000
    await reader?.read()
    await reader?.cancel()
    await until(() => finished.length === 1)
    expect(finished[0]?.chargedTokens).toBeGreaterThan(8000)
    expect(finished[0]?.usage).toBeUndefined()
  })
})
