import { describe, expect, test } from 'vitest'
import { createEmulator, DEPLOYMENTS, EMBEDDING_DEPLOYMENTS } from '../../src/emulator/index.ts'
import { ask, lastCall, post } from './asking.ts'

const PATH = '/openai/v1/embeddings'
const INFERENCE = '/models/embeddings?api-version=2024-05-01-preview'
const MODEL = 'text-embedding-3-small'

interface Answer {
  readonly id?: string
  readonly object: string
  readonly model: string
  readonly usage: Readonly<Record<string, number>>
  readonly data: readonly { readonly object: string; readonly index: number; readonly embedding: number[] & string }[]
}

const embed = async (body: object): Promise<Answer> => {
  const response = await post(createEmulator(), PATH, { model: MODEL, ...body })
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}
const vectors = async (input: readonly string[], more: object = {}) => (await embed({ input, ...more })).data.map(({ embedding }): number[] => embedding)
const dot = (one: readonly number[] = [], two: readonly number[] = []) => one.reduce((sum, value, at) => sum + value * (two[at] ?? NaN), 0)

describe('embeddings', () => {
  for (const path of [PATH, `${PATH}?api-version=preview`, '/api/projects/p-1/openai/v1/embeddings', INFERENCE]) {
    test(`are served at ${path}, with the deployment in the body`, async () => {
      const emulator = createEmulator()
      const response = await post(emulator, path, { model: MODEL, input: 'Hello there' })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/json')
      const { data, ...rest } = (await response.json()) as Answer
      expect(rest).toEqual({ object: 'list', model: MODEL, usage: { prompt_tokens: 2, total_tokens: 2 } })
      expect(data).toEqual([{ object: 'embedding', index: 0, embedding: expect.any(Array) }])
      expect(data[0]?.embedding).toHaveLength(1536)
      expect(lastCall(emulator)).toMatchObject({ operation: 'embeddings', deployment: MODEL, status: 200, state: 'complete', path: path.split('?')[0] })
    })
  }

  test('are served with the deployment in the path, and there alone with an api-version', async () => {
    const emulator = createEmulator()
    const path = `/openai/deployments/${MODEL}/embeddings`
    expect((await post(emulator, `${path}?api-version=2024-10-21`, { input: 'Hi' })).status).toBe(200)
    expect((await post(emulator, path, { input: 'Hi' })).status).toBe(404)
    expect((await post(emulator, '/models/embeddings', { model: MODEL, input: 'Hi' })).status).toBe(404)
  })

  test('have length one, are the same each time, and tell of shared words', async () => {
    const docs = ['How do I reset my password?', 'Resetting a forgotten password', 'The ferry to the island leaves at noon', 'Ferries leave for the island every hour']
    const all = await vectors(docs)
    for (const vector of all) expect(dot(vector, vector)).toBeCloseTo(1, 5)
    expect(await vectors(docs)).toEqual(all)
    expect(dot(all[0], all[1])).toBeGreaterThan(dot(all[0], all[2]) + 0.2)
    expect(dot(all[2], all[3])).toBeGreaterThan(dot(all[1], all[3]) + 0.2)
    expect(Math.abs(dot(all[1], all[2]))).toBeLessThan(0.15)
    const [sailor, sailing, baking] = await vectors(['sailor', 'sailing', 'baking'])
    expect(dot(sailor, sailing)).toBeGreaterThan(Math.abs(dot(sailor, baking)) + 0.1)
    const [query] = await vectors(['when does the island ferry leave'])
    expect(docs.map((_, at) => dot(query, all[at])).indexOf(Math.max(...docs.map((_, at) => dot(query, all[at]))))).toBeGreaterThanOrEqual(2)
  })

  test('tell texts without spaces and without letters apart, and upper from lower case not', async () => {
    const [blank, face, chinese, other] = await vectors([' ', '👋', '你好', '再见'])
    for (const vector of [blank, face, chinese]) expect(dot(vector, vector)).toBeCloseTo(1, 5)
    expect(Math.abs(dot(chinese, other))).toBeLessThan(0.3)
    expect(Math.abs(dot(blank, face))).toBeLessThan(0.3)
    const [lower, upper] = await vectors(['weather', 'WEATHER'])
    expect(dot(lower, upper)).toBeCloseTo(1, 5)
  })

  test('are as long as dimensions says, of length one again, and still tell words apart', async () => {
    const [one, two, three] = await vectors(['sailing the open sea', 'sailing on the sea', 'baking bread at home'], { dimensions: 64 })
    expect(one).toHaveLength(64)
    expect(dot(one, one)).toBeCloseTo(1, 5)
    expect(dot(one, two)).toBeGreaterThan(dot(one, three))
    const words = Array.from({ length: 100 }, (_, at) => `word${at}`)
    expect(new Set((await vectors(words, { dimensions: 16 })).map(String)).size).toBe(100)
    for (const vector of await vectors(words, { dimensions: 1 })) expect(vector.map(Math.abs)).toEqual([1])
    expect((await vectors(['x'], { dimensions: null }))[0]).toHaveLength(1536)
  })

  test('come in base64 as 32-bit floats, the least significant byte first', async () => {
    const [plain] = await vectors(['Hello there'])
    const text = (await embed({ input: 'Hello there', encoding_format: 'base64' })).data[0]?.embedding ?? ''
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
    const view = new DataView(bytes.buffer)
    expect(bytes).toHaveLength(1536 * 4)
    expect(Array.from({ length: 1536 }, (_, at) => view.getFloat32(at * 4, true))).toEqual(plain?.map(Math.fround))
  })

  test('take tokens, of one text or of several', async () => {
    expect(await embed({ input: [1, 2, 3] })).toMatchObject({ data: [{ index: 0 }], usage: { prompt_tokens: 3 } })
    const { data, usage } = await embed({ input: [[1, 2, 3], [4]] })
    expect(data.map(({ index }) => index)).toEqual([0, 1])
    expect(usage).toEqual({ prompt_tokens: 4, total_tokens: 4 })
    expect(data[0]?.embedding).not.toEqual(data[1]?.embedding)
    expect((await embed({ input: Array.from({ length: 2048 }, () => 'a'), dimensions: 2 })).data).toHaveLength(2048)
  })

  const refusals: readonly [what: string, body: object, message: RegExp][] = [
    ['no input', {}, /^Missing required parameter: 'input'/],
    ['an empty text', { input: '' }, /^Invalid 'input\[0\]': input cannot be an empty string/],
    ['an empty text among others', { input: ['a', ''] }, /^Invalid 'input\[1\]'/],
    ['no text at all', { input: [] }, /cannot be an empty array/],
    ['no tokens', { input: [[]] }, /^'\$\.input' is invalid/],
    ['texts and tokens', { input: ['a', 1] }, /^'\$\.input' is invalid/],
    ['half a token', { input: [1.5] }, /^'\$\.input' is invalid/],
    ['an object', { input: {} }, /^'\$\.input' is invalid/],
    ['2049 texts', { input: Array.from({ length: 2049 }, () => 'a') }, /array length must be 2048 or less/],
    ['8193 words', { input: ['a', 'a '.repeat(8193)] }, /^Invalid 'input\[1\]': maximum input length is 8192 tokens/],
    ['300001 words', { input: Array.from({ length: 37 }, () => 'a '.repeat(8192)) }, /^Requested 303104 tokens, max 300000 tokens per request/],
    ['more dimensions than there are', { input: 'a', dimensions: 1537 }, /^Invalid value for 'dimensions' = 1537. Must be less than or equal to 1536/],
    ['no dimension', { input: 'a', dimensions: 0 }, /^Invalid value for 'dimensions' = 0/],
    ['dimensions in words', { input: 'a', dimensions: '8' }, /^Invalid value for 'dimensions' = "8"/],
    ['another encoding', { input: 'a', encoding_format: 'int8' }, /^Invalid value: 'int8'. Supported values are: 'float' and 'base64'/],
  ]
  for (const [what, body, message] of refusals) {
    test(`are refused to ${what}`, async () => {
      const response = await post(createEmulator(), PATH, { model: MODEL, ...body })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { message: expect.stringMatching(message), type: expect.any(String), param: expect.toSatisfy((param) => param === null || typeof param === 'string') } })
    })
  }

  test('have as many dimensions as the deployment has', async () => {
    const emulator = createEmulator({ deployments: { large: { model: 'text-embedding-3-large', dialect: 'azure-openai', serves: ['embeddings'], dimensions: 3072 } } })
    const { data } = (await (await post(emulator, PATH, { model: 'large', input: 'a' })).json()) as Answer
    expect(data[0]?.embedding).toHaveLength(3072)
    expect((await post(emulator, PATH, { model: 'large', input: 'a', dimensions: 3073 })).status).toBe(400)
  })
})

describe('embeddings of Cohere', () => {
  const asked = async (body: object, path = PATH) => post(createEmulator(), path, { model: 'embed-v-4-0', ...body })

  test('have an id, and headers that count, as recorded on v1', async () => {
    const response = await asked({ input: ['Hello there', 'you'] })
    expect(await response.json()).toMatchObject({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), model: 'embed-v-4-0', usage: { prompt_tokens: 3, completion_tokens: 0, total_tokens: 3 } })
    const { headers } = response
    expect(['num-tokens', 'num-chars', 'prompt-token-len', 'x-ratelimit-limit-requests'].map((name) => headers.get(name))).toEqual(['3', '14', '3', null])
  })

  test('take input_type on /models, which changes no vector', async () => {
    const [query, document] = await Promise.all(['query', 'document'].map(async (type) => ((await (await asked({ input: 'a', input_type: type }, INFERENCE)).json()) as Answer).data))
    expect(query).toEqual(document)
  })

  test.each([['dimensions', { dimensions: 300 }], ['encoding_format', { encoding_format: 'ubinary' }], ['input', { input: [1, 2] }]])('are refused with 422 to other %s than it knows', async (key, body) => {
    const response = await asked({ input: 'a', ...body })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ status: 422, code: 'parameter_not_supported', detail: { loc: ['body', key], input: Object.values(body)[0] } })
  })
})

describe('createEmulator() deployments', () => {
  test('refuse what they do not serve with OperationNotSupported', async () => {
    for (const name of Object.keys(EMBEDDING_DEPLOYMENTS)) {
      const response = await ask(createEmulator(), { model: name })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { code: 'OperationNotSupported', message: expect.stringContaining(`The chatCompletion operation does not work with the specified model, ${name}.`) } })
    }
    for (const name of Object.keys(DEPLOYMENTS)) {
      const response = await post(createEmulator(), INFERENCE, { model: name, input: 'a' })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { code: 'OperationNotSupported', message: expect.stringContaining(`The embeddings operation does not work with the specified model, ${name.slice(0, 5)}`) } })
    }
  })

  test('of a dialect without chat do not chat, whatever they are said to serve', async () => {
    const emulator = createEmulator({ deployments: { odd: { model: 'm', dialect: 'cohere', serves: ['chat'] } } })
    expect((await ask(emulator, { model: 'odd' })).status).toBe(400)
  })

  test('take extra keys of embeddings on /models only where extra-parameters allows them', async () => {
    const body = { model: MODEL, input: 'a', user: 'someone' }
    const status = async (headers: Readonly<Record<string, string>>) => (await post(createEmulator(), INFERENCE, body, headers)).status
    expect(await status({})).toBe(400)
    expect(await status({ 'extra-parameters': 'drop' })).toBe(200)
    expect(await status({ 'extra-parameters': 'pass-through' })).toBe(200)
    expect((await post(createEmulator(), PATH, body)).status).toBe(200)
  })
})

describe('FAULTS of embeddings', () => {
  const faulty = async (fault: string) => post(createEmulator(), PATH, { model: `${MODEL}~${fault}`, input: 'a' })

  test.each([['401', 401], ['429', 429], ['429-ms', 429], ['500', 500], ['redirect', 302], ['empty-500', 500], ['403-html', 403]])('%s answers in place of the model', async (fault, status) => {
    expect((await faulty(fault)).status).toBe(status)
  })

  test('429 names the operation', async () => {
    expect(await (await faulty('429')).text()).toContain('Requests to the Embeddings_Create Operation')
  })

  test('503-once fails once', async () => {
    const emulator = createEmulator()
    const status = async () => (await post(emulator, PATH, { model: `${MODEL}~503-once`, input: 'a' })).status
    expect([await status(), await status()]).toEqual([503, 200])
  })

  test('cut, bad-json, bad-type and no-content-type spoil the answer', async () => {
    // As a pipe: Firefox 153 has text() reject with an AbortError, whatever a stream of the page's own fails with.
    await expect((await faulty('cut')).body?.pipeTo(new WritableStream())).rejects.toThrow(TypeError)
    const broken = await (await faulty('bad-json')).text()
    expect(() => JSON.parse(broken) as unknown).toThrow(SyntaxError)
    expect(await (await faulty('bad-type')).json()).toMatchObject({ object: 'list', data: 'none' })
    const bare = await faulty('no-content-type')
    expect(bare.headers.get('content-type')).toBeNull()
    expect(await bare.json()).toMatchObject({ object: 'list' })
  })
})
