import { describe, expect, test } from 'vitest'
import { createEmulator, DEPLOYMENTS } from '../../src/emulator/index.ts'
import { HOST, lastCall, post } from './asking.ts'

const VERSION = 'api-version=2024-05-01-preview'
const PATH = `/models/images/embeddings?${VERSION}`
const MODEL = 'embed-v-4-0'
/** An image of as many stretches as there are letters, so that two can share some. */
const image = (...parts: readonly string[]) => `data:image/png;base64,${parts.map((part) => part.repeat(48)).join('')}`

interface Answer {
  readonly id: string
  readonly usage: Readonly<Record<string, number>>
  readonly data: readonly { readonly index: number; readonly embedding: number[] }[]
}
const ask = async (body: object) => post(createEmulator(), PATH, { model: MODEL, ...body })
const vectors = async (input: readonly object[], more: object = {}) => ((await (await ask({ input, ...more })).json()) as Answer).data.map(({ embedding }) => embedding)
const dot = (one: readonly number[] = [], two: readonly number[] = []) => one.reduce((sum, value, at) => sum + value * (two[at] ?? NaN), 0)

describe('image embeddings', () => {
  test('are served on /models alone, and counted', async () => {
    const emulator = createEmulator()
    const response = await post(emulator, PATH, { model: MODEL, input: [{ image: image('a') }, { image: image('b'), text: 'two words' }] })
    expect(response.status).toBe(200)
    const { data, ...rest } = (await response.json()) as Answer
    expect(rest).toMatchObject({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), object: 'list', model: MODEL, usage: { prompt_tokens: 4, total_tokens: 4 } })
    expect(data.map(({ index, embedding }) => [index, embedding.length])).toEqual([[0, 1536], [1, 1536]])
    expect(response.headers.get('num-chars')).toBe('9')
    expect(lastCall(emulator)).toMatchObject({ operation: 'image-embeddings', deployment: MODEL })
    expect((await post(emulator, '/openai/v1/images/embeddings', { model: MODEL, input: [] })).status).toBe(404)
  })

  test('are near to each other where images or texts are alike', async () => {
    const [one, same, alike, other] = await vectors([{ image: image('a', 'b', 'c', 'd') }, { image: image('a', 'b', 'c', 'd') }, { image: image('a', 'b', 'c', 'e') }, { image: image('w', 'x', 'y', 'z') }])
    expect(one).toEqual(same)
    expect(dot(one, one)).toBeCloseTo(1, 5)
    expect(dot(one, alike)).toBeGreaterThan(0.5)
    expect(Math.abs(dot(one, other))).toBeLessThan(0.3)
    const [bicycle, violin] = await vectors([{ image: image('a'), text: 'a red bicycle' }, { image: image('b'), text: 'an old violin' }])
    const { data } = (await (await post(createEmulator(), `/models/embeddings?${VERSION}`, { model: MODEL, input: ['bicycle'] })).json()) as Answer
    expect(dot(data[0]?.embedding, bicycle)).toBeGreaterThan(dot(data[0]?.embedding, violin) + 0.2)
  })

  test('take dimensions, encoding_format and input_type', async () => {
    expect((await vectors([{ image: image('a') }], { dimensions: 256, input_type: 'document' }))[0]).toHaveLength(256)
    expect((await vectors([{ image: image('a') }], { encoding_format: 'base64' }))[0]).toEqual(expect.any(String))
    expect((await ask({ input: [{ image: image('a') }], user: 'x' })).status).toBe(400)
  })

  const refusals: readonly [what: string, body: object, loc: readonly (string | number)[]][] = [
    ['no input', {}, ['input']],
    ['no image at all', { input: [] }, ['input']],
    ['a text', { input: 'x' }, ['input']],
    ['an item without an image', { input: [{ image: image('a') }, { text: 'x' }] }, ['input', 1, 'image']],
    ['an address instead of an image', { input: [{ image: 'https://host.example/a.png' }] }, ['input', 0, 'image']],
    ['data that is no image', { input: [{ image: 'data:text/plain;base64,aaaa' }] }, ['input', 0, 'image']],
    ['a text that is none', { input: [{ image: image('a'), text: 5 }] }, ['input', 0, 'text']],
    ['other dimensions', { input: [{ image: image('a') }], dimensions: 300 }, ['dimensions']],
  ]
  for (const [what, body, loc] of refusals) {
    test(`are refused with 422 to ${what}`, async () => {
      const response = await ask(body)
      expect(response.status).toBe(422)
      expect(await response.json()).toMatchObject({ code: 'parameter_not_supported', detail: { loc: ['body', ...loc] } })
    })
  }

  test('are refused by models of another trade, and fail by name', async () => {
    const refused = await ask({ model: 'gpt-4o-mini', input: [{ image: image('a') }] })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: { code: 'OperationNotSupported' } })
    expect((await ask({ model: `${MODEL}~429`, input: [] })).status).toBe(429)
    expect(await (await ask({ model: `${MODEL}~bad-type`, input: [{ image: image('a') }] })).json()).toMatchObject({ data: 'none' })
  })
})

describe('model info', () => {
  const info = async (query: string, emulator = createEmulator()) => emulator.fetch(`${HOST}/models/info?${query}`, { headers: { authorization: `Bearer ${(await emulator.token()).token}` } })

  test.each([
    ['grok-4-1-fast', 'grok-4-1-fast-non-reasoning', 'chat-completion', 'xAI'],
    ['deepseek-v4', 'deepseek-v4-pro', 'chat-completion', 'DeepSeek'],
    ['mistral-small', 'mistral-small-2503', 'chat-completion', 'Mistral AI'],
    ['embed-v-4-0', 'embed-v-4-0', 'embeddings', 'Cohere'],
  ])('tells of %s', async (name, model_name, model_type, model_provider_name) => {
    const emulator = createEmulator()
    const response = await info(`model=${name}&${VERSION}`, emulator)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ model_name, model_type, model_provider_name })
    expect(lastCall(emulator)).toMatchObject({ operation: 'model-info', deployment: name, method: 'GET', body: undefined })
  })

  test('is not found for the models of Azure OpenAI', async () => {
    for (const name of [...Object.keys(DEPLOYMENTS).filter((key) => key.startsWith('gpt')), 'text-embedding-3-small', 'gpt-5-codex']) {
      const response = await info(`model=${name}&${VERSION}`)
      expect(response.status).toBe(404)
      expect(await response.text()).toBe('{"error":{"code":"404","message": "Resource not found"}}')
    }
  })

  test('needs a model and an api-version, and a GET', async () => {
    expect(await (await info(VERSION)).json()).toMatchObject({ error: { code: 'no_model_name' } })
    expect(await (await info(`model=none&${VERSION}`)).json()).toMatchObject({ error: { code: 'unknown_model' } })
    expect((await info('model=embed-v-4-0')).status).toBe(404)
    expect((await post(createEmulator(), `/models/info?model=embed-v-4-0&${VERSION}`, {})).status).toBe(404)
  })

  test('fails by name', async () => {
    expect((await info(`model=embed-v-4-0~429-ms&${VERSION}`)).status).toBe(429)
    expect((await info(`model=embed-v-4-0~no-content-type&${VERSION}`)).headers.get('content-type')).toBeNull()
  })
})
