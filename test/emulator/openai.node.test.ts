// The official client, as it comes: what it asks for by default is answered, and its reader takes the answer.
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import type { Emulator } from '../../src/emulator/index.ts'
import { HOST, lastCall } from './asking.ts'

const clientOf = (emulator: Emulator) => new OpenAI({ baseURL: `${HOST}/openai/v1`, apiKey: async () => (await emulator.token()).token, fetch: emulator.fetch, maxRetries: 0 })

test('openai embeddings.create() asks for base64 and gets the same numbers as with float', async () => {
  const emulator = createEmulator()
  const client = clientOf(emulator)
  const usual = await client.embeddings.create({ model: 'text-embedding-3-small', input: ['Hello', 'there'] })
  expect(lastCall(emulator)).toMatchObject({ operation: 'embeddings', body: { encoding_format: 'base64' } })
  const plain = await client.embeddings.create({ model: 'text-embedding-3-small', input: ['Hello', 'there'], encoding_format: 'float' })
  expect(usual.data.map(({ embedding }) => [...embedding])).toEqual(plain.data.map(({ embedding }) => embedding.map(Math.fround)))
  expect(usual.data[0]?.embedding).toHaveLength(1536)
})

test('openai responses.create() reads a stream, and carries a conversation on', async () => {
  const client = clientOf(createEmulator())
  const first = await client.responses.create({ model: 'gpt-5-mini', input: 'Hello there' })
  expect(first.output_text).toContain('You said: "Hello there"')
  const stream = await client.responses.create({ model: 'gpt-5-mini', input: 'And now', previous_response_id: first.id, stream: true })
  let text = ''
  for await (const event of stream) if (event.type === 'response.output_text.delta') text += event.delta
  expect(text).toContain('You said: "And now"')
  expect((await client.responses.retrieve(first.id)).output_text).toBe(first.output_text)
  await client.responses.delete(first.id)
  await expect(client.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 })
})

test('openai responses.stream() accumulates the response that the stream ends with', async () => {
  const client = clientOf(createEmulator())
  const tools = [{ type: 'function' as const, name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } }, strict: false }]
  const final = await client.responses.stream({ model: 'gpt-5-mini', input: 'How is the weather?', tools }).finalResponse()
  expect(final.output.at(-1)).toMatchObject({ type: 'function_call', name: 'get_weather', arguments: '{"city":"Paris"}' })
})

test.each(['error-event', 'error-flat'])('openai responses.create() throws at %s', async (fault) => {
  const stream = await clientOf(createEmulator()).responses.create({ model: `gpt-5-mini~${fault}`, input: 'Hello', stream: true })
  const read = async () => {
    for await (const event of stream) if (event.type === 'response.completed') throw new Error('no error came')
  }
  await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError)
})
