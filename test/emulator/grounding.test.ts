import { describe, expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { ask, chunks, finishes, textOf, WEATHER } from './asking.ts'

const SEARCH = { endpoint: 'https://contoso.search.windows.net', index_name: 'plans', authentication: { type: 'system_assigned_managed_identity' } }
const sources = (parameters: object = SEARCH, type = 'azure_search') => [{ type, parameters }]
const CLASSIC = '/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21'

interface Grounded {
  readonly object: string
  readonly choices: readonly { readonly message: { readonly content: string; readonly context: { readonly citations?: readonly object[]; readonly intent?: string } } }[]
}
const whole = async (body: object, path?: string) => (await (await ask(createEmulator(), { model: 'gpt-4o-mini', ...body }, path ? { path } : {})).json()) as Grounded

describe('data_sources', () => {
  for (const path of [undefined, CLASSIC]) {
    test(`ground an answer on ${path ? 'the deployments route' : 'v1'}: the context with the role, then a text that refers to it`, async () => {
      const response = await ask(createEmulator(), { model: 'gpt-4o-mini', stream: true, stream_options: { include_usage: true }, data_sources: sources() }, path ? { path } : {})
      const all = await chunks(response)
      const choice = { index: 0, end_turn: false, finish_reason: null }
      const context = { citations: [1, 2].map((at) => ({ content: `What plans says of it, part ${at}.`, title: `Document ${at}`, url: `https://emulated.example/${at}.md`, filepath: `${at}.md`, chunk_id: '0' })), intent: '["Hello there"]' }
      expect(all[0]).toMatchObject({ object: 'extensions.chat.completion.chunk', choices: [{ ...choice, delta: { role: 'assistant', context } }] })
      expect(all[1]?.choices[0]).toEqual({ ...choice, delta: { content: expect.any(String) } })
      expect(textOf(all)).toMatch(/\[doc1\].*\[doc2\]/)
      expect(all.at(-2)?.choices[0]).toEqual({ index: 0, delta: {}, end_turn: true, finish_reason: 'stop' })
      expect(all.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 2 } })
      const { object, choices } = await whole({ data_sources: sources() }, path)
      expect(object).toBe('extensions.chat.completion')
      expect(choices).toEqual([{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: textOf(all), end_turn: true, context } }])
    })
  }

  test('obey include_contexts, and leave answers without them as they were', async () => {
    const only = async (...include_contexts: readonly string[]) => Object.keys((await whole({ data_sources: sources({ ...SEARCH, include_contexts }) })).choices[0]?.message.context ?? {})
    expect(await only('intent')).toEqual(['intent'])
    expect(await only('citations', 'all_retrieved_documents')).toEqual(['citations'])
    const { object, choices } = await whole({})
    expect(object).toBe('chat.completion')
    expect(choices[0]?.message).not.toHaveProperty('context')
    expect(choices[0]?.message.content).not.toContain('[doc1]')
  })

  test('wait until tools are called', async () => {
    const all = await chunks(await ask(createEmulator(), { model: 'gpt-4o-mini', stream: true, tools: [WEATHER], messages: [{ role: 'user', content: 'weather?' }], data_sources: sources() }))
    expect(finishes(all)).toEqual(['tool_calls'])
    expect(all.some(({ choices }) => choices[0]?.delta?.tool_calls)).toBe(true)
  })

  const field = (...places: readonly string[]) => places.map((place) => `Validation error at #/data_sources/0/${place}: Field required`).join('\n')
  for (const [what, data_sources, message] of [
    ['no endpoint', sources({ ...SEARCH, endpoint: undefined }), field('azure_search/parameters/endpoint')],
    ['nothing in the parameters', sources({}), field('azure_search/parameters/endpoint', 'azure_search/parameters/index_name', 'azure_search/parameters/authentication')],
    ['no index of a source without an endpoint', sources({ authentication: {} }, 'pinecone'), field('pinecone/parameters/index_name')],
    ['no parameters', [{ type: 'elasticsearch' }], field('elasticsearch/parameters')],
    ['no type', [{ parameters: SEARCH }], field('type')],
    ['an unknown type', sources(SEARCH, 'bing'), field('type')],
    ['two sources', [...sources(), ...sources()], field('type')],
    ['no array', sources()[0], field('type')],
  ] as const) {
    test(`are refused with a numeric code for ${what}`, async () => {
      const response = await ask(createEmulator(), { model: 'gpt-4o-mini', data_sources })
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({ error: { requestid: expect.any(String), code: 400, message } })
    })
  }

  test('are unknown to all but gpt-4o and gpt-4o-mini', async () => {
    for (const model of ['gpt-5-mini', 'grok-4-1-fast']) {
      const response = await ask(createEmulator(), { model, data_sources: sources() })
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({ error: { message: 'Unrecognized request argument supplied: data_sources', type: 'invalid_request_error', param: null, code: '' } })
    }
  })
})
