// What is sent keeps to the published specifications.
import { describe, expect, test } from 'vitest'
import { embed, embedImages, listModels } from '../../src/embeddings/index.ts'
import { haveSpecifications, readSpecification, specifications } from '../emulator/schema.ts'
import { ENDPOINT, foundry } from '../conformance/foundry.ts'

describe.skipIf(!haveSpecifications)(specifications, () => {
  test.each([
    [ENDPOINT, 'azure-openai-v1', 'AzureCreateEmbeddingRequest', { user: 'someone' }],
    [`${ENDPOINT}/models`, 'azure-ai-model-inference', 'EmbeddingsOptions', { input_type: 'query' }],
  ])('embed() on %s sends %s %s', async (endpoint, name, schema, more) => {
    const { problems } = readSpecification(name)
    const { connection, emulator } = foundry({ endpoint })
    for (const input of ['one', ['one', 'two']]) {
      await embed(connection, { model: 'text-embedding-3-small', input })
      await embed(connection, { model: 'text-embedding-3-small', input, dimensions: 8, encoding_format: 'base64', ...more })
    }
    expect(emulator.calls.flatMap(({ body }) => problems(schema, body))).toEqual([])
    expect(problems(schema, { ...(emulator.calls[0]?.body as object), input: 7 })).not.toEqual([])
  })

  test('embedImages() sends ImageEmbeddingsOptions', async () => {
    const { problems } = readSpecification('azure-ai-model-inference')
    const { connection, emulator } = foundry({ endpoint: `${ENDPOINT}/models` })
    const input = [{ image: new Blob(['x'], { type: 'image/png' }), text: 'x' }, { image: 'data:image/png;base64,aaaa' }]
    await embedImages(connection, { model: 'embed-v-4-0', input, dimensions: 256, encoding_format: 'float', input_type: 'document' })
    expect(emulator.calls.flatMap(({ body }) => problems('ImageEmbeddingsOptions', body))).toEqual([])
    expect(problems('ImageEmbeddingsOptions', { ...(emulator.calls[0]?.body as object), input })).not.toEqual([])
  })

  test('listModels() gives OpenAI.Model', async () => {
    const { problems } = readSpecification('azure-openai-v1')
    expect((await listModels(foundry().connection)).flatMap((model) => problems('OpenAI.Model', model))).toEqual([])
  })
})
