import { describe, expect, test } from 'vitest'
import { listModels, modelInfo } from '../../src/embeddings/index.ts'
import { ENDPOINT, foundry, rejection } from '../conformance/foundry.ts'

const inference = `${ENDPOINT}/models`
/** A connection, and the requests that it sends. */
function watched(endpoint: string, answer?: object) {
  const seen: { url: string; init: RequestInit | undefined }[] = []
  const made = foundry({
    endpoint,
    retries: 0,
    async fetch(url, init) {
      seen.push({ url: String(url), init })
      return answer ? Response.json(answer) : made.emulator.fetch(url, init)
    },
  })
  return { ...made, seen }
}

describe('modelInfo()', () => {
  test('tells of a model, which it names in the query beside the version', async () => {
    const { connection, seen } = watched(inference)
    expect(await modelInfo(connection, { model: 'embed-v-4-0' })).toEqual({ model_name: 'embed-v-4-0', model_type: 'embeddings', model_provider_name: 'Cohere' })
    expect(seen).toMatchObject([{ url: `${inference}/info?api-version=2024-05-01-preview&model=embed-v-4-0`, init: { method: 'GET', body: null } }])
    await rejection(modelInfo(connection, { model: 'a b&api-version=1' }))
    expect(new URL(seen[1]?.url ?? '').searchParams.getAll('api-version')).toEqual(['2024-05-01-preview'])
    expect(new URL(seen[1]?.url ?? '').searchParams.get('model')).toBe('a b&api-version=1')
  })

  test('asks for no model by name where none is known', async () => {
    const info = { model_name: 'm', model_type: 'chat-completion', model_provider_name: 'p', more: [1] }
    const { connection, seen } = watched('https://one.eastus2.models.ai.azure.com', info)
    expect(await modelInfo(connection, { headers: { 'x-one': '1' } })).toEqual(info)
    expect(new URL(seen[0]?.url ?? '').searchParams.has('model')).toBe(false)
    expect(new Headers(seen[0]?.init?.headers).get('x-one')).toBe('1')
  })

  test.each([ENDPOINT, `${ENDPOINT}/openai/deployments/embed-v-4-0`])('is unsupported on %s, and nothing is sent', async (endpoint) => {
    const { connection, emulator } = foundry({ endpoint })
    expect(await rejection(modelInfo(connection, { model: 'embed-v-4-0' }))).toMatchObject({ code: 'unsupported', operation: 'info', kinds: ['inference'] })
    expect(emulator.calls).toHaveLength(0)
  })

  test('passes on failures and aborts', async () => {
    const { connection } = watched(inference)
    expect(await rejection(modelInfo(connection, { model: 'gpt-4o-mini' }))).toMatchObject({ code: 'route-not-found', status: 404 })
    expect(await rejection(modelInfo(connection, { model: 'embed-v-4-0~429-ms' }))).toMatchObject({ code: 'rate-limited', retryAfterMs: 20 })
    expect(await rejection(modelInfo(connection, { model: 'embed-v-4-0~bad-json' }))).toMatchObject({ code: 'truncated' })
    expect(await rejection(modelInfo(connection, { model: 'embed-v-4-0~html-200' }))).toMatchObject({ code: 'not-a-stream' })
    const controller = new AbortController()
    setTimeout(() => controller.abort('mine'), 20)
    expect(await rejection(modelInfo(connection, { model: 'embed-v-4-0~hang', signal: controller.signal }))).toBe('mine')
    expect(await rejection(modelInfo(watched(inference, { model_name: 'm', model_type: 7 }).connection, { model: 'm' }))).toMatchObject({ code: 'malformed', path: 'model_type', attempts: 1 })
    expect(await rejection(modelInfo(watched(inference, { status: 'Serverless endpoint not found' }).connection, { model: 'm' }))).toMatchObject({ code: 'not-a-stream' })
  })
})

describe('listModels()', () => {
  test.each([ENDPOINT, `${ENDPOINT}/api/projects/p-1`])('lists what %s has', async (endpoint) => {
    const { connection, seen } = watched(endpoint)
    const models = await listModels(connection)
    expect(models.map(({ id }) => id)).toContain('gpt-5-mini')
    expect(models[0]).toMatchObject({ object: 'model', owned_by: 'system' })
    expect(seen).toMatchObject([{ url: expect.stringMatching(/\/openai\/v1\/models$/), init: { method: 'GET', body: null } }])
  })

  test.each([inference, `${ENDPOINT}/openai/deployments/gpt-5-mini`])('is unsupported on %s, and nothing is sent', async (endpoint) => {
    const { connection, emulator } = foundry({ endpoint })
    expect(await rejection(listModels(connection))).toMatchObject({ code: 'unsupported', operation: 'models', kinds: ['v1', 'relay'] })
    expect(emulator.calls).toHaveLength(0)
  })

  test('proves that each has an id', async () => {
    expect(await listModels(watched(ENDPOINT, { data: [] }).connection)).toEqual([])
    for (const [data, path] of [[[{ id: 'a' }, {}], 'data[1].id'], [[{ id: 7 }], 'data[0].id'], [['a'], 'data[]'], ['a', 'data']] as const) {
      expect(await rejection(listModels(watched(ENDPOINT, { data }).connection)), path).toMatchObject({ code: 'malformed', path })
    }
    expect(await rejection(listModels(watched(ENDPOINT, { value: [] }).connection))).toMatchObject({ code: 'not-a-stream' })
  })

  test('passes the reason of an abort on', async () => {
    const { connection, seen } = watched(ENDPOINT)
    const reason = new Error('mine')
    expect(await rejection(listModels(connection, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(seen).toEqual([])
  })
})
