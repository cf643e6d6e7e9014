import { describe, expect, test } from 'vitest'
import { embed } from '../../src/embeddings/index.ts'
import { ENTRIES, ENDPOINT, foundry, foundryWith, rejection } from '../conformance/foundry.ts'
import { listenersOf } from '../listeners.ts'

const MODEL = 'text-embedding-3-small'
const inputsOf = (body: unknown): readonly string[] => (body as { input: readonly string[] }).input
const texts = (count: number): string[] => Array.from({ length: count }, (_, at) => `text number ${at}`)

describe('embed()', () => {
  test.each([ENDPOINT, `${ENDPOINT}/api/projects/p-1`, `https://c.openai.azure.com/openai/deployments/${MODEL}?api-version=2024-10-21`, `${ENDPOINT}/models`])('gets a vector for each text from %s', async (endpoint) => {
    const { connection, emulator } = foundry({ endpoint })
    const { embeddings, model, usage, responses } = await embed(connection, { model: MODEL, input: ['Hello there', 'Bye'] })
    expect(embeddings.map((vector) => vector.constructor.name + vector.length)).toEqual(['Float32Array1536', 'Float32Array1536'])
    expect(model).toBe(MODEL)
    expect(usage).toEqual({ prompt_tokens: 3, total_tokens: 3 })
    expect(responses).toEqual([expect.objectContaining({ status: 200, attempts: 1 })])
    expect(emulator.calls).toMatchObject([{ method: 'POST', operation: 'embeddings', deployment: MODEL }])
  })

  test('sends what it is given and nothing else, one text as a list', async () => {
    const { connection, emulator } = foundry()
    await embed(connection, { model: MODEL, input: 'Hello' })
    await embed(connection, { model: MODEL, input: 'Hello', dimensions: 8, encoding_format: 'float', user: 'someone', input_type: 'query', more: 1 })
    expect(emulator.calls.map(({ body }) => body)).toEqual([
      { model: MODEL, input: ['Hello'] },
      { model: MODEL, input: ['Hello'], dimensions: 8, encoding_format: 'float', user: 'someone', input_type: 'query', more: 1 },
    ])
    expect(emulator.calls[0]?.headerNames.filter((name) => name !== 'user-agent').toSorted()).toEqual(['accept', 'authorization', 'content-type'])
  })

  test("takes the deployment that the endpoint names, and the connection's and the call's headers", async () => {
    const { connection, emulator } = foundry({ endpoint: `https://c.openai.azure.com/openai/deployments/${MODEL}`, headers: { 'x-one': '1' } })
    await embed(connection, { input: 'Hello' }, { headers: { 'x-two': '2' } })
    expect(emulator.calls[0]?.path).toBe(`/openai/deployments/${MODEL}/embeddings`)
    expect(emulator.calls[0]?.body).toEqual({ model: MODEL, input: ['Hello'] })
    expect(emulator.calls[0]?.headerNames).toEqual(expect.arrayContaining(['x-one', 'x-two']))
    expect(await rejection(embed(connection, { input: 'Hello' }, { headers: { 'api-key': 'k' } }))).toMatchObject({ code: 'invalid-request' })
    expect(emulator.calls).toHaveLength(1)
  })

  for (const model of [MODEL, 'embed-v-4-0']) {
    test(`gets the same vectors from ${model} as floats and as base64, to the bit`, async () => {
      const { connection, emulator } = foundry()
      const request = { model, input: ['Hello there', 'a harbour at night'], dimensions: 256 }
      const floats = await embed(connection, request)
      const packed = await embed(connection, { ...request, encoding_format: 'base64' })
      expect(packed.embeddings).toEqual(floats.embeddings)
      expect(packed.embeddings[0]).toHaveLength(256)
      expect(packed.usage).toEqual(floats.usage)
      expect(emulator.calls.map(({ status }) => status)).toEqual([200, 200])
    })
  }

  test('keeps the order of the inputs over several requests, and sums up what they used', async () => {
    const { connection, emulator } = foundry()
    const input = texts(7)
    const request = { model: MODEL, input, dimensions: 16 }
    const whole = await embed(connection, request)
    const parts = await embed(connection, request, { maxInputs: 3 })
    expect(emulator.calls.map(({ body }) => inputsOf(body))).toEqual([input, input.slice(0, 3), input.slice(3, 6), input.slice(6)])
    expect(parts.embeddings).toEqual(whole.embeddings)
    expect(parts.usage).toEqual({ prompt_tokens: 21, total_tokens: 21 })
    expect(parts.usage).toEqual(whole.usage)
    expect(parts.responses).toHaveLength(3)
  })

  test('sends one request after the other', async () => {
    let open = 0
    const most: number[] = []
    const { connection, emulator } = foundry({
      async fetch(...args) {
        most.push(++open)
        const response = await emulator.fetch(...args)
        open--
        return response
      },
    })
    await embed(connection, { model: MODEL, input: texts(4), dimensions: 4 }, { maxInputs: 1 })
    expect(most).toEqual([1, 1, 1, 1])
  })

  test('counts tokens by length unless told otherwise, and sends an input above the limit alone', async () => {
    const { connection, emulator } = foundry()
    const split = async (...args: Parameters<typeof embed>) => {
      const before = emulator.calls.length
      await embed(...args)
      return emulator.calls.slice(before).map(({ body }) => inputsOf(body))
    }
    const request = { model: MODEL, dimensions: 4, input: ['aa', 'bb', 'cc', 'dddddd', 'e', 'f'] }
    expect(await split(connection, request, { maxTokens: 4 })).toEqual([['aa', 'bb'], ['cc'], ['dddddd'], ['e', 'f']])
    expect(await split(connection, request, { maxTokens: 4, countTokens: () => 1 })).toEqual([['aa', 'bb', 'cc', 'dddddd'], ['e', 'f']])
    expect(await split(connection, request, { maxTokens: 4, countTokens: () => NaN })).toHaveLength(6)
  })

  test('keeps to the limits of Azure OpenAI by itself', async () => {
    const { connection, emulator } = foundry()
    // A word has 1001 characters, so that 299 of them are within 300,000 and 300 are not.
    await embed(connection, { model: MODEL, dimensions: 1, input: texts(300).map((text) => text.padEnd(1001, 'x')) })
    await embed(connection, { model: MODEL, dimensions: 1, encoding_format: 'base64', input: texts(2049) })
    expect(emulator.calls.map(({ body }) => inputsOf(body).length)).toEqual([299, 1, 2048, 1])
  })

  test('asks for no more at once than maxMessageBytes takes, unless told to', async () => {
    const { connection, emulator } = foundry({ maxMessageBytes: 100_000 })
    const request = { model: MODEL, input: texts(10) }
    expect((await embed(connection, request)).embeddings).toHaveLength(10)
    expect((await embed(connection, { ...request, dimensions: 1000 })).embeddings).toHaveLength(10)
    expect((await embed(connection, { ...request, encoding_format: 'base64' })).embeddings).toHaveLength(10)
    expect(emulator.calls.map(({ body }) => inputsOf(body).length)).toEqual([...texts(10).map(() => 1), 4, 4, 2, 5, 5])
    expect(await rejection(embed(connection, { ...request, input: texts(40) }, { maxInputs: 40 }))).toMatchObject({ code: 'too-large', maxMessageBytes: 100_000 })
  })

  test('gives what came before a later request failed', async () => {
    const { connection, emulator } = foundry()
    const input = ['one', 'two', 'three', 'x '.repeat(8193), 'five']
    const error = await rejection(embed(connection, { model: MODEL, input, dimensions: 4 }, { maxInputs: 2 }))
    expect(error).toMatchObject({ code: 'bad-request', serviceMessage: expect.stringContaining('input[1]') })
    const { embeddings } = await embed(connection, { model: MODEL, input: ['one', 'two'], dimensions: 4 })
    expect(error).toMatchObject({ embeddings })
    expect(emulator.calls).toHaveLength(3)
    expect(await rejection(embed(connection, { model: MODEL, input: 'x '.repeat(8193) }))).not.toHaveProperty('embeddings')
  })

  test.each([
    [undefined, 'input[0]', 'undefined'],
    ['', 'input[0]', '""'],
    [[], 'input', '[]'],
    [['a', ''], 'input[1]', '""'],
    [['a', 'b', 7], 'input[2]', '7'],
    [[['a']], 'input[0]', '["a"]'],
    [[[1, 2]], 'input[0]', '[1,2]'],
    // oxlint-disable-next-line no-sparse-arrays -- a hole is no text
    [['a', , 'b'], 'input[1]', 'undefined'],
    [{ length: 1, 0: 'a' }, 'input[0]', '{"0":"a","length":1}'],
  ])('refuses the input %j before anything is sent', async (input, where, found) => {
    const { connection, emulator, asked } = foundry()
    const error = await rejection(embed(connection, { model: MODEL, input: input as string }))
    expect(error).toMatchObject({ code: 'invalid-request' })
    expect(String(error)).toContain(`${where} must be`)
    expect(String(error)).toMatch(new RegExp(`it is ${found.replaceAll(/[[\]{}]/g, '\\$&')}$`))
    expect([emulator.calls.length, asked.length]).toEqual([0, 0])
  })

  test.each([{ maxInputs: 0 }, { maxInputs: 0.5 }, { maxInputs: NaN }, { maxTokens: 0 }, { maxTokens: NaN }])('refuses %j', async (options) => {
    const { connection, emulator } = foundry()
    expect(await rejection(embed(connection, { model: MODEL, input: 'Hello' }, options))).toMatchObject({ code: 'invalid-request', message: expect.stringContaining(`${Object.values(options)[0]}`) })
    expect(emulator.calls).toHaveLength(0)
  })

  test('refuses to ask for no model', async () => {
    const { connection, emulator } = foundry()
    expect(await rejection(embed(connection, { input: 'Hello' }))).toMatchObject({ code: 'invalid-request', message: expect.stringContaining('model') })
    expect(emulator.calls).toHaveLength(0)
  })

  test('does nothing for a signal that has aborted, and passes its reason on between and inside of requests', async () => {
    const { connection, emulator } = foundry()
    const reason = new Error('mine')
    expect(await rejection(embed(connection, { model: MODEL, input: 'Hello' }, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(emulator.calls).toHaveLength(0)
    for (const fault of ['hang', 'silent', 'stall']) {
      const controller = new AbortController()
      const listeners = listenersOf(controller.signal)
      setTimeout(() => controller.abort(reason), 20)
      expect(await rejection(embed(connection, { model: `${MODEL}~${fault}`, input: 'Hello' }, { signal: controller.signal })), fault).toBe(reason)
      expect(listeners.size, fault).toBe(0)
    }
    const controller = new AbortController()
    const between = foundry({
      async fetch(...args) {
        const response = await between.emulator.fetch(...args)
        // Its body is here; the next request must not be.
        queueMicrotask(() => controller.abort(reason))
        return response
      },
    })
    expect(await rejection(embed(between.connection, { model: MODEL, input: ['a', 'b'] }, { maxInputs: 1, signal: controller.signal }))).toBe(reason)
    expect(between.emulator.calls).toHaveLength(1)
  })

  test('leaves no listener behind on a signal that serves many calls', async () => {
    const { connection } = foundry()
    const { signal } = new AbortController()
    const listeners = listenersOf(signal)
    await embed(connection, { model: MODEL, input: ['a', 'b'] }, { maxInputs: 1, signal })
    await rejection(embed(connection, { model: `${MODEL}~cut`, input: 'a' }, { signal }))
    expect(listeners.size).toBe(0)
  })

  test('has the retries of the connection, for each request', async () => {
    const { connection, emulator } = foundry()
    const { responses } = await embed(connection, { model: `${MODEL}~429-once`, input: ['a', 'b'] }, { maxInputs: 1 })
    expect(responses.map(({ attempts }) => attempts)).toEqual([2, 1])
    expect(emulator.calls.map(({ status }) => status)).toEqual([429, 200, 200])
  })

  test.each(ENTRIES)('is the same over %s', async (_, connect) => {
    const { connection } = foundryWith(connect)
    expect((await embed(connection, { model: MODEL, input: 'Hello', dimensions: 4 })).embeddings[0]).toHaveLength(4)
  })
})
