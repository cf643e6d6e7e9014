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
