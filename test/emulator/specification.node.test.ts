// What the emulator takes and sends is what the specifications say that Azure takes and sends.
import { describe, expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { post } from './asking.ts'
import { haveSpecifications, readSpecification, specifications } from './schema.ts'

const INFERENCE = '/models/embeddings?api-version=2024-05-01-preview'

describe.skipIf(!haveSpecifications)(specifications, () => {
  test('problems() finds a missing key, a wrong type, a value outside of a list and a bad item of an array', () => {
    const { problems } = readSpecification('azure-openai-v1')
    const good = { object: 'list', model: 'm', usage: { prompt_tokens: 1, total_tokens: 1 }, data: [{ object: 'embedding', index: 0, embedding: [1] }] }
    expect(problems('OpenAI.CreateEmbeddingResponse', good)).toEqual([])
    expect(problems('OpenAI.CreateEmbeddingResponse', { ...good, model: undefined, object: 'lists' })).toHaveLength(1)
    for (const wrong of [{ model: 1 }, { object: 'lists' }, { usage: { prompt_tokens: 1 } }, { usage: { prompt_tokens: 1.5, total_tokens: 1 } }, { data: [{ object: 'embedding', index: 0, embedding: [null] }] }]) {
      expect(problems('OpenAI.CreateEmbeddingResponse', { ...good, ...wrong }), JSON.stringify(wrong)).toHaveLength(1)
    }
  })

  for (const model of ['text-embedding-3-small', 'embed-v-4-0']) {
    for (const input of ['text', ['one', 'two'], [1, 2, 3], [[1], [2]]]) {
      for (const format of ['float', 'base64']) {
        if (model === 'embed-v-4-0' && JSON.stringify(input).includes('1')) continue
        test(`v1 embeddings of ${model} keep to it for ${JSON.stringify(input)} as ${format}`, async () => {
          const { problems } = readSpecification('azure-openai-v1')
          const body = { model, input, encoding_format: format, user: 'someone', dimensions: 256 }
          expect(problems('AzureCreateEmbeddingRequest', body)).toEqual([])
          const response = await post(createEmulator(), '/openai/v1/embeddings', body)
          expect(response.status).toBe(200)
          expect(problems('OpenAI.CreateEmbeddingResponse', await response.json())).toEqual([])
        })
      }
    }
  }

  test('embeddings of Cohere on /models keep to it', async () => {
    const { problems } = readSpecification('azure-ai-model-inference')
    const body = { model: 'embed-v-4-0', input: ['one', 'two'], input_type: 'document', encoding_format: 'float', dimensions: 256 }
    expect(problems('EmbeddingsOptions', body)).toEqual([])
    const response = await post(createEmulator(), INFERENCE, body)
    expect(response.status).toBe(200)
    expect(problems('EmbeddingsResult', await response.json())).toEqual([])
  })
})
