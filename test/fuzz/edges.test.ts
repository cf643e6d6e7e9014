// Edges that random input seldom meets, each with a guard of its own.
import { describe, expect, test } from 'vitest'
import { fold } from '../../src/chat/collect.ts'
import { chat, connect, streamChat } from '../../src/core.ts'
import { passedHeaders } from '../../src/edge/answer.ts'
import { createCors } from '../../src/edge/cors.ts'
import { endpointFor } from '../../src/endpoints/detect.ts'
import { operationUrl } from '../../src/endpoints/endpoint.ts'
import { isChatError } from '../../src/errors.ts'
import { failureFrom } from '../../src/schemas/failure.ts'
import { createDecoder } from '../../src/sse/index.ts'
import { tokenCache } from '../../src/tokens/cache.ts'
import type { TokenRequest } from '../../src/tokens/provider.ts'
import { memoryQuota } from '../../src/quota/memory.ts'
import { ASK, ENDPOINT, rejection } from '../conformance/foundry.ts'
import { bytesOf } from '../cut.ts'

describe('isChatError()', () => {
  test.each([undefined, null, 'ChatError', {}, { name: 'ChatError' }, { name: 'ChatError', code: 7 }, { code: 'network' }])('takes %o for none', (value) => {
    expect(isChatError(value)).toBe(false)
  })
})

describe('createDecoder()', () => {
  test('fails at every call once a message was too large, also where others came in the same block', () => {
    const decoder = createDecoder({ maxMessageBytes: 20 })
    expect(decoder.push(bytesOf(`data: a\n\ndata: ${'x'.repeat(30)}\n`))).toHaveLength(1)
    for (let call = 0; call < 3; call++) expect(() => decoder.push(bytesOf('\n'))).toThrow('maxMessageBytes')
  })

  test('keeps the last id where another holds a NUL', () => {
    expect(createDecoder().push(bytesOf('id: a\ndata: 1\n\nid: b\0\ndata: 2\n\nid\ndata: 3\n\n')).map(({ id }) => id)).toEqual(['a', 'a', ''])
  })
})

describe('failureFrom()', () => {
  test('has no piece of a token where the body is cut in the middle of it', () => {
    const token = 'eyJ0eXAi.c2VjcmV0'
    const tokens = { scopes: [], redact: (text: string) => text.replaceAll(token, '[token]') }
    // Spaces become one, so that the end of what is read is quoted.
    for (let part = 1; part < token.length; part++) {
      const { message } = failureFrom(`x${' '.repeat(8191 - part)}${token}`, tokens, { url: 'https://c.example', status: 502 })
      expect(message).not.toMatch(/ e/)
    }
  })

  test('tells a missing role by words alone', () => {
    const body = { error: { code: '401', message: 'The principal `x` lacks the required data action `y` to perform `POST`' } }
    expect(failureFrom(body, { scopes: [], redact: (text) => text }, { url: 'https://c.example', status: 401 }).code).toBe('missing-role')
  })
})

describe('endpointFor()', () => {
  test.each(['c.openai.azure.com.evil.example', 'c.services.ai.azure.com.example', 'c.azure-api.net.example', 'c.azure-api.network'])("takes %s for a host of anybody's", (host) => {
    expect(endpointFor(`https://${host}`)).toMatchObject({ kind: 'relay', scopes: [] })
  })
})

describe('operationUrl()', () => {
  test('makes one part of the path of any deployment', () => {
    const endpoint = endpointFor('https://c.openai.azure.com/openai/deployments')
    expect(operationUrl(endpoint, 'chat/completions', 'a/b?c#d')).toBe('https://c.openai.azure.com/openai/deployments/a%2Fb%3Fc%23d/chat/completions?api-version=2024-10-21')
  })
})

describe('tokenCache()', () => {
  test('asks anew for a refused token though a plain acquisition runs, and keeps the newer of the two', async () => {
    const asked: { readonly request: TokenRequest; readonly resolve: (token: string) => void }[] = []
    const cache = tokenCache((request) => new Promise((resolve) => asked.push({ request, resolve })), { origin: 'https://c.example', scopes: [] })
    const { signal } = new AbortController()
    const plain = cache.get(signal)
    const forced = cache.get(signal, { token: 'refused' })
    expect(asked.map(({ request }) => request.forceRefresh)).toEqual([false, true])
    asked[1]?.resolve('newer')
    expect(await forced).toBe('newer')
    asked[0]?.resolve('older')
    expect(await plain).toBe('older')
    expect(await cache.get(signal)).toBe('newer')
  })
})

describe('streamChat()', () => {
  const answers = (body: string, status = 200, more = {}) => connect({ endpoint: `${ENDPOINT}/openai/v1?api-version=preview`, token: () => 'token', fetch: async () => new Response(body, { status }), ...more })
  const failure = (connection: ReturnType<typeof answers>, messages: readonly typeof ASK[number][] = ASK) => rejection(streamChat(connection, { model: 'm', messages }).result)

  test('has no query in the URL of its errors', async () => {
    expect(await failure(answers('', 500))).toMatchObject({ url: `${ENDPOINT}/openai/v1/chat/completions`, message: expect.not.stringContaining('?') as string })
  })

  test('takes a page that speaks of choices for a page', async () => {
    expect(await failure(answers('<p>"choices"</p>'))).toMatchObject({ code: 'not-a-stream' })
  })

  test('holds an answer of many lines that are no events to its limit', async () => {
    expect(await rejection(chat(answers('x\n'.repeat(100), 200, { maxMessageBytes: 50 }), { model: 'm', messages: ASK }))).toMatchObject({ code: 'too-large' })
  })

  test('sends nothing without messages', async () => {
    expect(await failure(answers(''), [])).toMatchObject({ code: 'invalid-request' })
  })
})

describe('fold()', () => {
  test('keeps its id where an annotation has none', () => {
    const answer = fold()
    for (const id of ['a', '']) answer.take({ id, choices: [] })
    expect(answer.copy().id).toBe('a')
  })
})

describe('memoryQuota()', () => {
  test.each([NaN, Infinity, -1, 0])('refuses a limit of %s', (tokens) => expect(() => memoryQuota({ tokens, windowMs: 1000 })).toThrow(RangeError))
})

describe('createCors()', () => {
  test.each(['https://app.example/', 'https://APP.example', 'https://app.example:443', 'null', '*'])('refuses %s for an origin', (origin) => {
    expect(() => createCors({ origins: [origin] }, 'GET', false)).toThrow('it must be exact')
  })
})

describe('passedHeaders()', () => {
  test('takes the credential out of a header that echoes it', () => {
    expect(passedHeaders(new Headers({ 'x-request-id': 'a secret' }), {}, (text) => text.replace('secret', '[key]')).get('x-request-id')).toBe('a [key]')
  })
})
