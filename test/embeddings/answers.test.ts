// What comes over the wire and is no whole answer, one row each.
import { describe, expect, test } from 'vitest'
import { embed } from '../../src/embeddings/index.ts'
import type { EmbedRequest } from '../../src/embeddings/index.ts'
import { everythingIn } from '../everything.ts'
import { foundry, rejection } from '../conformance/foundry.ts'

const MODEL = 'text-embedding-3-small'
const once = { retries: 0 } as const
const item = (index: unknown, embedding: unknown = [0.5]) => ({ object: 'embedding', index, embedding })
/** A connection to a service that answers with this body, as no emulated model would. */
const answering = (body: string | Uint8Array<ArrayBuffer> | ReadableStream, headers: Record<string, string> = { 'content-type': 'application/json', 'apim-request-id': 'r-1' }) => foundry({ ...once, fetch: async () => new Response(body, { headers }) })
const asked = async (data: unknown, count = 2, more: object = {}) => embed(answering(JSON.stringify({ data, ...more })).connection, { model: MODEL, input: Array.from({ length: count }, () => 'x') })

describe('embed() with faults', () => {
  test.each([
    ['401-role', 'missing-role', { status: 401 }],
    ['403-html', 'forbidden', { status: 403 }],
    ['404-deployment', 'deployment-not-found', { serviceCode: 'DeploymentNotFound' }],
    ['422', 'unsupported-parameter', { status: 422 }],
    ['429', 'rate-limited', { retryAfterMs: 2000 }],
    ['429-ms', 'rate-limited', { retryAfterMs: 20 }],
    ['500', 'server-error', { status: 500 }],
    ['html-200', 'not-a-stream', { contentType: 'text/html', snippet: expect.stringContaining('<html') }],
    ['error-200', 'server-error', { status: 0, url: 'https://c.services.ai.azure.com/openai/v1/embeddings' }],
    ['redirect', 'redirected', {}],
    ['cut', 'truncated', { cause: expect.anything() }],
    ['cut-clean', 'truncated', {}],
    ['no-finish', 'truncated', {}],
    ['bad-json', 'truncated', {}],
    ['bad-type', 'malformed', { path: 'data' }],
  ])('%s becomes %s', async (fault, code, facts) => {
    const { connection } = foundry(once)
    const error = await rejection(embed(connection, { model: `${MODEL}~${fault}`, input: 'Hello' }))
    expect(error).toMatchObject({ name: 'ChatError', code, attempts: 1, ...facts })
    if (code !== 'redirected') expect(error).toMatchObject({ requestId: expect.stringMatching(/./) })
    expect(String(error)).toMatch(/^ChatError: Cannot .{20}/)
  })

  test.each(['drip', 'no-content-type', '401-once'])('%s is a whole answer', async (fault) => {
    const { connection } = foundry(once)
    expect((await embed(connection, { model: `${MODEL}~${fault}`, input: 'Hello', dimensions: 4 })).embeddings[0]).toHaveLength(4)
  })

  test('a model for chat alone is refused in the words of the service', async () => {
    const { connection } = foundry()
    expect(await rejection(embed(connection, { model: 'gpt-5-mini', input: 'Hello' }))).toMatchObject({ status: 400 })
  })

  test('silence ends with the limits of the connection', async () => {
    const { connection } = foundry({ ...once, timeouts: { firstEventMs: 40 } })
    for (const fault of ['hang', 'stall']) expect(await rejection(embed(connection, { model: `${MODEL}~${fault}`, input: 'Hello' })), fault).toMatchObject({ code: 'first-event-timeout' })
  })
})

describe('embed() proves the answer:', () => {
  test.each([
    ['too few', [item(0)], 'data'],
    ['too many', [item(0), item(1), item(2)], 'data'],
    ['no list', { 0: item(0) }, 'data'],
    ['no objects', [1, 2], 'data[]'],
    ['an index twice', [item(1), item(1)], 'data[1].index'],
    ['an index beyond', [item(0), item(2)], 'data[1].index'],
    ['an index below', [item(-1), item(0)], 'data[0].index'],
    ['half an index', [item(0.5), item(1)], 'data[0].index'],
    ['no index', [item(0), item(undefined)], 'data[1].index'],
    ['a text for an index', [item('0'), item(1)], 'data[0].index'],
    ['no vector', [item(0, null), item(1)], 'data[0].embedding'],
    ['an empty vector', [item(0), item(1, [])], 'data[1].embedding'],
    ['an empty text', [item(0), item(1, '')], 'data[1].embedding'],
    ['an object', [item(0), item(1, { 0: 1 })], 'data[1].embedding'],
    ['texts in a vector', [item(0), item(1, [0.5, '0.5'])], 'data[1].embedding'],
    ['null in a vector', [item(0), item(1, [null])], 'data[1].embedding'],
    ['a list in a vector', [item(0), item(1, [[1]])], 'data[1].embedding'],
    ['a number that no 32-bit float is', [item(0), item(1, [1e300])], 'data[1].embedding'],
    ['no base64', [item(0), item(1, 'a vector?')], 'data[1].embedding'],
    ['a number that is cut', [item(0), item(1, btoa('123456'))], 'data[1].embedding'],
    ['no number in base64', [item(0), item(1, btoa('\0\0\xc0\x7f'))], 'data[1].embedding'],
  ])('%s is malformed', async (_, data, path) => {
    const error = await rejection(asked(data))
    expect(error).toMatchObject({ code: 'malformed', path, requestId: 'r-1' })
    expect(String(error)).toContain(path)
  })

  test('vectors come in any order, and integers are numbers', async () => {
    const { embeddings, usage, model } = await asked([item(2, [-128, 127]), item(0, [255, 0]), item(1, btoa('\0\0\x80\x3f\0\0\0\xc0'))], 3)
    expect(embeddings).toEqual([Float32Array.of(255, 0), Float32Array.of(1, -2), Float32Array.of(-128, 127)])
    expect([usage, model]).toEqual([undefined, undefined])
  })

  test('counts are summed where they are numbers, and the known ones must be', async () => {
    const used = { prompt_tokens: 3, total_tokens: 4, completion_tokens: 0, prompt_tokens_details: null, cost_in_usd_ticks: 7 }
    expect((await asked([item(0)], 1, { usage: used })).usage).toEqual({ prompt_tokens: 3, total_tokens: 4, completion_tokens: 0, cost_in_usd_ticks: 7 })
    expect(await rejection(asked([item(0)], 1, { usage: { prompt_tokens: '3' } }))).toMatchObject({ code: 'malformed', path: 'usage.prompt_tokens' })
    expect(await rejection(asked([item(0)], 1, { usage: 7 }))).toMatchObject({ code: 'malformed', path: 'usage' })
    expect(await rejection(asked([item(0)], 1, { model: 7 }))).toMatchObject({ code: 'malformed', path: 'model' })
  })

  test.each([
    ['{"data":[{"index":0,', 'truncated'],
    ['', 'truncated'],
    [' \n', 'truncated'],
    ['[]', 'not-a-stream'],
    ['Welcome', 'not-a-stream'],
    ['<html>{</html>', 'not-a-stream'],
    ['{"status":"Serverless endpoint not found"}', 'not-a-stream'],
    ['{"error":"over","data":[]}', 'server-error'],
  ])('%j is %s', async (body, code) => {
    expect(await rejection(embed(answering(body).connection, { model: MODEL, input: 'x' }))).toMatchObject({ code, requestId: 'r-1', attempts: 1 })
  })

  test('"error": null is no error', async () => {
    expect((await asked([item(0)], 1, { error: null })).embeddings).toEqual([Float32Array.of(0.5)])
  })

  test('characters may be cut anywhere', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ model: 'ein Modell für Wörter ✓', data: [item(0)] }))
    for (let cut = 0; cut <= bytes.length; cut++) {
      const body = new ReadableStream({ start: (to) => (to.enqueue(bytes.slice(0, cut)), to.enqueue(bytes.slice(cut)), to.close()) })
      expect((await embed(answering(body).connection, { model: MODEL, input: 'x' })).model, `cut at ${cut}`).toBe('ein Modell für Wörter ✓')
    }
  })

  test('a body beyond maxMessageBytes is left as soon as it is', async () => {
    let pulled = 0
    let left = false
    const body = new ReadableStream({ pull: (to) => (pulled++, to.enqueue(new Uint8Array(1000).fill(32))), cancel: () => void (left = true) }, { highWaterMark: 0 })
    const { connection } = foundry({ ...once, maxMessageBytes: 10_000, fetch: async () => new Response(body) })
    expect(await rejection(embed(connection, { model: MODEL, input: 'x' }))).toMatchObject({ code: 'too-large', maxMessageBytes: 10_000 })
    expect(pulled).toBeLessThan(13)
    expect(left).toBe(true)
  })

  test.each<[string, (token: string) => string]>([
    ['an error', (token) => JSON.stringify({ error: { message: `who is ${token}?` } })],
    ['a page', (token) => `<p>${token}</p>`],
    ['another object', (token) => JSON.stringify({ token })],
    ['a vector', (token) => JSON.stringify({ data: [item(0, token)] })],
    ['an index', (token) => JSON.stringify({ data: [item(token)] })],
    ['what is cut', (token) => `{"data": "${token}`],
  ])('%s that repeats the token does not give it away', async (_, body) => {
    const { connection, tokens, emulator } = foundry({ ...once, fetch: async (url, init) => (await emulator.fetch(url, init), new Response(body(tokens.at(-1) ?? ''))) })
    const error = await rejection(embed(connection, { model: MODEL, input: 'x' } satisfies EmbedRequest))
    expect(error).toMatchObject({ name: 'ChatError' })
    expect(tokens[0]).toMatch(/.{20}/)
    // Nor a piece of it, as the beginning of what came is told.
    expect(everythingIn(error)).not.toContain(tokens[0]?.slice(0, 60))
  })
})
