import { describe, expect, test } from 'vitest'
import { connect, streamChat } from '../../src/core.ts'
import { endpointFor } from '../../src/endpoints/detect.ts'
import { operationUrl } from '../../src/endpoints/endpoint.ts'
import { failureFrom } from '../../src/schemas/failure.ts'
import { retryAfter } from '../../src/transport/retry-after.ts'
import { ASK, ENDPOINT, rejection } from '../conformance/foundry.ts'
import { everythingSaid } from './codes.ts'

const tokens = { scopes: [], redact: (text: string) => text }
const from = (body: string) => failureFrom(body, tokens, { url: 'https://c.example', status: 400 })

describe('failureFrom()', () => {
  test('reads what is nested deeper than the stack, and objects that are no primitives', () => {
    expect(from(`{"error":{"message":${'['.repeat(32_000)}${']'.repeat(32_000)}}}`).code).toBe('bad-request')
    expect(from('{"error":{"code":{"toString":1,"valueOf":2}}}').code).toBe('bad-request')
    expect(from('{"error":{"innererror":{"content_filter_result":"x"}}}').code).toBe('bad-request')
  })

  test('tells no wait without an end', () => {
    expect(from(`{"message":"retry after ${'9'.repeat(400)} ms"}`)).toMatchObject({ retryAfterMs: expect.toSatisfy((wait: number) => wait < Infinity) as number })
    expect(retryAfter(new Headers({ 'retry-after': 'Infinity' }))).toBeUndefined()
  })
})

describe('an error', () => {
  const TOKEN = 'eyJ.secret.token'
  test.each<[string, () => Response]>([
    ['the content type', () => new Response('<html>', { headers: { 'content-type': `text/html; x=${TOKEN}` } })],
    ['the request id', () => new Response('{}', { status: 400, headers: { 'x-request-id': TOKEN } })],
    ['the verdict of the content filter', () => Response.json({ error: { code: 'content_filter', innererror: { content_filter_result: { custom: { detail: TOKEN } } } } }, { status: 400 })],
  ])('has no token that %s echoes', async (_, answer) => {
    const connection = connect({ endpoint: ENDPOINT, token: () => TOKEN, fetch: async () => answer() })
    expect(everythingSaid(await rejection(streamChat(connection, { model: 'm', messages: ASK }).result))).not.toContain(TOKEN)
  })

  test.each(['data: {"choices":[{"del', ': keep-alive\n\n', 'event: message\nda'])('is `truncated` where a stream ends cleanly with %j', async (text) => {
    const connection = connect({ endpoint: ENDPOINT, token: () => TOKEN, fetch: async () => new Response(text, { headers: { 'content-type': 'text/event-stream' } }) })
    expect(await rejection(streamChat(connection, { model: 'm', messages: ASK }).result)).toMatchObject({ code: 'truncated' })
  })
})

describe('endpointFor()', () => {
  test.each(['c.openai.azure.com/openai?api-key=hunter2', 'https://user:hunter2@c.openai.azure.com/%', 'https://c.openai.azure.com:99999?subscription-key=hunter2'])('does not quote the secret of %s', (input) => {
    expect(() => endpointFor(input)).toThrow(/^(?!.*hunter2).*valid absolute URL/)
  })

  test('takes an empty api-version for none, and an explicit kind for its route', () => {
    expect(endpointFor('https://c.openai.azure.com/openai/deployments?api-version=').query).toBe('?api-version=2024-10-21')
    expect(endpointFor('https://c.openai.azure.com/v1', { kind: 'deployments' }).base).toBe('https://c.openai.azure.com/openai/deployments')
  })
})

describe('operationUrl()', () => {
  test('refuses half of a surrogate pair', () => {
    expect(() => operationUrl(endpointFor('https://c.openai.azure.com/openai/deployments'), 'chat/completions', 'a\ud800')).toThrow(expect.objectContaining({ code: 'invalid-request' }))
  })
})
