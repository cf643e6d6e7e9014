// What the emulator takes and sends is what the specifications say that Azure takes and sends.
import { describe, expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { HOST, post, responseEvents } from './asking.ts'
import type { ResponseObject } from './asking.ts'
import { haveSpecifications, readSpecification, specifications } from './schema.ts'

const INFERENCE = '/models/embeddings?api-version=2024-05-01-preview'
// The recordings have it in every response that is not at its end, whatever the specification says.
const unknown = (problem: string) => !problem.endsWith('.usage: null is no object')

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

  test('image embeddings and model info on /models keep to it', async () => {
    const { problems } = readSpecification('azure-ai-model-inference')
    const emulator = createEmulator()
    const body = { model: 'embed-v-4-0', input: [{ image: 'data:image/png;base64,aaaa', text: 'x' }], input_type: 'document', encoding_format: 'float', dimensions: 256 }
    expect(problems('ImageEmbeddingsOptions', body)).toEqual([])
    const response = await post(emulator, INFERENCE.replace('embeddings', 'images/embeddings'), body)
    expect(response.status).toBe(200)
    expect(problems('EmbeddingsResult', await response.json())).toEqual([])
    const headers = { authorization: `Bearer ${(await emulator.token()).token}` }
    const info = await emulator.fetch(`${HOST}/models/info?api-version=2024-05-01-preview&model=embed-v-4-0`, { headers })
    expect(info.status).toBe(200)
    expect(problems('ModelInfo', await info.json())).toEqual([])
  })

  const tools = [{ type: 'function', name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false }, strict: true }]
  for (const [what, body] of Object.entries({
    text: { input: 'Hello' },
    reasoning: { input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }], reasoning: { effort: 'low', summary: 'auto' }, include: ['reasoning.encrypted_content'], store: false },
    'a tool call': { input: 'Use a tool', tools, tool_choice: 'auto' },
    'a refusal': { input: '/refuse' },
    'a limit': { input: 'Hello', max_output_tokens: 66 },
    'a filter': { input: '[filter:output]', metadata: { a: 'b' } },
    'a failure': { input: 'Hello', model: 'gpt-5-mini~failed' },
    'an error': { input: 'Hello', model: 'gpt-5-mini~error-flat' },
  })) {
    test(`v1 responses with ${what} keep to it, streamed and whole`, async () => {
      const { problems, discriminated } = readSpecification('azure-openai-v1')
      const request = { model: 'gpt-5-mini', stream: true, ...body }
      expect(problems('AzureCreateResponse', request)).toEqual([])
      const emulator = createEmulator()
      const events = await responseEvents(await post(emulator, '/openai/v1/responses', request))
      expect(events.length).toBeGreaterThan(3)
      for (const event of events) {
        const name = discriminated('OpenAI.ResponseStreamEvent', event.type)
        expect(name, event.type).toBeDefined()
        expect(problems(name ?? '', event).filter(unknown)).toEqual([])
        const items = event.item ? [event.item] : (event.response?.output ?? [])
        for (const item of items) {
          const kind = item.type === 'message' ? 'OpenAI.ResponsesAssistantMessageItemResource' : discriminated('OpenAI.ItemResource', item.type)
          expect(problems(kind ?? '', item)).toEqual([])
          for (const part of item.content ?? []) expect(problems(discriminated('OpenAI.ItemContent', part.type) ?? '', part)).toEqual([])
        }
      }
      const whole = (await (await post(emulator, '/openai/v1/responses', { ...request, stream: false })).json()) as ResponseObject
      expect(problems('AzureResponse', whole).filter(unknown)).toEqual([])
    })
  }

  test('v1 chat with images and with data_sources keeps to it, in the request and in the context', async () => {
    const { problems } = readSpecification('azure-openai-v1')
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'Look' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,aaaa' } }] }]
    const parameters = { endpoint: 'https://contoso.search.windows.net', index_name: 'plans', authentication: { type: 'system_assigned_managed_identity' } }
    const body = { model: 'gpt-4o-mini', messages, data_sources: [{ type: 'azure_search', parameters }] }
    expect(problems('AzureCreateChatCompletionRequest', body)).toEqual([])
    expect(problems('AzureSearchChatDataSource', body.data_sources[0])).toEqual([])
    const { choices } = (await (await post(createEmulator(), '/openai/v1/chat/completions', body)).json()) as { readonly choices: readonly { readonly message: { readonly context?: object } }[] }
    expect(problems('AzureChatMessageContext', choices[0]?.message.context)).toEqual([])
  })

  test('embeddings of Cohere on /models keep to it', async () => {
    const { problems } = readSpecification('azure-ai-model-inference')
    const body = { model: 'embed-v-4-0', input: ['one', 'two'], input_type: 'document', encoding_format: 'float', dimensions: 256 }
    expect(problems('EmbeddingsOptions', body)).toEqual([])
    const response = await post(createEmulator(), INFERENCE, body)
    expect(response.status).toBe(200)
    expect(problems('EmbeddingsResult', await response.json())).toEqual([])
  })
})
