import { describe, expect, test } from 'vitest'
import { chat, streamChat } from '../../src/core.ts'
import type { ChatMessage, ChatRequest } from '../../src/core.ts'
import type { ResponsesOptions } from '../../src/responses/index.ts'
import { rejection } from '../conformance/foundry.ts'
import { REQUEST, responseOf, scripted, WEATHER } from './rig.ts'

const ANSWER = JSON.stringify(responseOf([]))
const PARAMETERS = WEATHER.function.parameters

/** What a request becomes on the wire. */
async function bodyOf(request: Partial<ChatRequest>, options?: ResponsesOptions): Promise<Readonly<Record<string, unknown>>> {
  const { connection, sent } = scripted(ANSWER, options)
  await chat(connection, { ...REQUEST, ...request })
  expect(sent).toHaveLength(1)
  return sent[0]?.body ?? {}
}
const inputOf = async (...messages: readonly unknown[]) => (await bodyOf({ messages: messages as readonly ChatMessage[] }))['input']
const HELLO = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello there' }] }]

describe('responses() writes', () => {
  test('nothing that was not said, but that nothing is to be stored', async () => {
    expect(await bodyOf({})).toEqual({ model: 'gpt-5-codex', stream: false, store: false, input: HELLO })
    expect(await bodyOf({ reasoning_effort: null, verbosity: null, tools: [], stream_options: null })).toEqual({ model: 'gpt-5-codex', stream: false, store: false, input: HELLO, tools: [] })
  })

  test('stream without asking for usage, which comes unasked', async () => {
    const { connection, sent } = scripted('')
    await rejection(streamChat(connection, REQUEST).result)
    await rejection(streamChat(connection, { ...REQUEST, stream_options: { include_usage: true, include_obfuscation: false } }).result)
    expect(sent.map(({ body }) => body)).toEqual([
      { model: 'gpt-5-codex', stream: true, store: false, input: HELLO },
      { model: 'gpt-5-codex', stream: true, store: false, input: HELLO, stream_options: { include_obfuscation: false } },
    ])
  })

  test.each<[string, Partial<ChatRequest>, object]>([
    ['max_completion_tokens', { max_completion_tokens: 50, max_tokens: 40 }, { max_output_tokens: 50 }],
    ['max_tokens', { max_tokens: 40 }, { max_output_tokens: 40 }],
    ['max_output_tokens', { max_tokens: 40, max_output_tokens: 30 }, { max_output_tokens: 30 }],
    ['json_schema', { response_format: { type: 'json_schema', json_schema: { name: 'place', description: 'A place', strict: true, schema: PARAMETERS } } }, { text: { format: { type: 'json_schema', name: 'place', description: 'A place', strict: true, schema: PARAMETERS } } }],
    ['json_object', { response_format: { type: 'json_object' } }, { text: { format: { type: 'json_object' } } }],
    ['verbosity', { verbosity: 'low', response_format: { type: 'text' } }, { text: { verbosity: 'low', format: { type: 'text' } } }],
    ['text of its own', { verbosity: 'low', text: { verbosity: 'high' } }, { text: { verbosity: 'high' } }],
    ['reasoning_effort', { reasoning_effort: 'low' }, { reasoning: { effort: 'low' } }],
    ['reasoning of its own', { reasoning_effort: 'low', reasoning: { effort: 'high', summary: 'concise' } }, { reasoning: { effort: 'high', summary: 'concise' } }],
    ['what has the same name', { temperature: 0.5, top_p: 0.5, top_logprobs: 2, user: 'u', metadata: { a: 'b' }, parallel_tool_calls: false, service_tier: 'default' }, { temperature: 0.5, top_p: 0.5, top_logprobs: 2, user: 'u', metadata: { a: 'b' }, parallel_tool_calls: false, service_tier: 'default' }],
    ['what it alone has', { previous_response_id: 'resp_0', instructions: 'Be brief', truncation: 'auto', include: ['a'], store: true }, { previous_response_id: 'resp_0', instructions: 'Be brief', truncation: 'auto', include: ['a'], store: true }],
    ['store: null as nothing', { store: null }, {}],
    ['functions, which are not strict', { tools: [WEATHER] }, { tools: [{ type: 'function', ...WEATHER.function, strict: false }] }],
    ['functions, which are strict', { tools: [{ type: 'function', function: { name: 'now', strict: true } }] }, { tools: [{ type: 'function', name: 'now', parameters: null, strict: true }] }],
    ['functions of its own form', { tools: [{ type: 'function', name: 'now', parameters: PARAMETERS }] }, { tools: [{ type: 'function', name: 'now', parameters: PARAMETERS }] }],
    ['custom tools', { tools: [{ type: 'custom', custom: { name: 'sql', description: 'SQL', format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: A' } } } }, { type: 'custom', custom: { name: 'sh', format: { type: 'text' } } }] }, { tools: [{ type: 'custom', name: 'sql', description: 'SQL', format: { type: 'grammar', syntax: 'lark', definition: 'start: A' } }, { type: 'custom', name: 'sh', format: { type: 'text' } }] }],
    ['built-in tools', { tools: [{ type: 'web_search', filters: { allowed_domains: ['a.b'] } }, { type: 'mcp', server_label: 'm', allowed_tools: ['x'] }] }, { tools: [{ type: 'web_search', filters: { allowed_domains: ['a.b'] } }, { type: 'mcp', server_label: 'm', allowed_tools: ['x'] }] }],
    ['tool_choice in a word', { tool_choice: 'required' }, { tool_choice: 'required' }],
    ['tool_choice of a function', { tool_choice: { type: 'function', function: { name: 'f' } } }, { tool_choice: { type: 'function', name: 'f' } }],
    ['tool_choice of a custom tool', { tool_choice: { type: 'custom', custom: { name: 'c' } } }, { tool_choice: { type: 'custom', name: 'c' } }],
    ['tool_choice of a built-in tool', { tool_choice: { type: 'web_search' } }, { tool_choice: { type: 'web_search' } }],
    ['tool_choice among tools', { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] } } }, { tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] } }],
    ['what asks for nothing as nothing', { n: 1, logprobs: false, presence_penalty: 0, frequency_penalty: 0, stop: null, seed: null }, {}],
  ])('%s', async (_, request, expected) => {
    expect(await bodyOf(request)).toEqual({ model: 'gpt-5-codex', stream: false, store: false, input: HELLO, ...expected })
  })

  test('its options, over which the request wins', async () => {
    const options = { store: true, encryptedReasoning: true, reasoningSummary: 'detailed' } as const
    expect(await bodyOf({ reasoning_effort: 'low' }, options)).toMatchObject({ store: true, include: ['reasoning.encrypted_content'], reasoning: { effort: 'low', summary: 'detailed' } })
    expect(await bodyOf({ store: false, include: [], reasoning: { summary: 'auto' } }, options)).toMatchObject({ store: false, include: [], reasoning: { summary: 'auto' } })
  })

  test('nothing of storing behind a relay, which decides, unless it is told to', async () => {
    const stores = async (options: ResponsesOptions) => {
      const { connection, sent } = scripted(ANSWER, options, 'https://relay.contoso.com')
      await chat(connection, REQUEST)
      return sent.map(({ body }) => body['store'])
    }
    expect([await stores({}), await stores({ store: false }), await stores({ store: true })]).toEqual([[undefined], [false], [true]])
  })

  test.each([
    [{ n: 2 }, 'n'],
    [{ stop: ['a'], seed: 0, logit_bias: {} }, 'stop, seed, logit_bias'],
    [{ presence_penalty: 0.1, frequency_penalty: 1, logprobs: true }, 'presence_penalty, frequency_penalty, logprobs'],
    [{ audio: {}, modalities: ['text'], prediction: {}, functions: [], function_call: 'auto', web_search_options: {}, data_sources: [] }, 'audio, modalities, prediction, functions, function_call, web_search_options, data_sources'],
  ])('nothing for %j, and names it', async (request, names) => {
    const { connection, sent } = scripted(ANSWER)
    const error = await rejection(chat(connection, { ...REQUEST, ...(request as Partial<ChatRequest>) }))
    expect(error).toMatchObject({ code: 'invalid-request', message: `Cannot send the request as the Responses API has no ${names}` })
    expect(await rejection(streamChat(connection, { ...REQUEST, ...(request as Partial<ChatRequest>) }).result)).toMatchObject({ code: 'invalid-request' })
    expect(sent).toEqual([])
  })
})

describe('responses() writes messages', () => {
  test('of every role as items of that role', async () => {
    expect(await inputOf({ role: 'system', content: 'S' }, { role: 'developer', content: [{ type: 'text', text: 'D' }] }, { role: 'user', content: 'U' }, { role: 'assistant', content: 'A' })).toEqual([
      { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'S' }] },
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'D' }] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'U' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'A', annotations: [] }] },
    ])
  })

  test('with pictures, files, sound and parts that it does not know', async () => {
    const sound = { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }
    const other = { type: 'other', other: { a: 1 } }
    const content = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'low' } }, { type: 'image_url', image_url: { url: 'https://a.b/c.png' } }, { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA' } }, sound, other]
    expect(await inputOf({ role: 'user', content, name: 'Ada' })).toEqual([
      {
        type: 'message',
        role: 'user',
        name: 'Ada',
        content: [{ type: 'input_image', image_url: 'data:image/png;base64,AA', detail: 'low' }, { type: 'input_image', image_url: 'https://a.b/c.png' }, { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA' }, sound, other],
      },
    ])
  })

  test('of an assistant with words, refusals and calls, and without its reasoning', async () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }
    const answer = { role: 'tool', tool_call_id: 'call_1', content: '21' }
    const item = { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' }
    const output = { type: 'function_call_output', call_id: 'call_1', output: '21' }
    expect(await inputOf({ role: 'assistant', content: null, tool_calls: [call] }, answer)).toEqual([item, output])
    expect(await inputOf({ role: 'assistant', content: '', tool_calls: [call] }, answer)).toEqual([item, output])
    expect(await inputOf({ role: 'assistant', content: 'So', reasoning_content: 'Hm', phase: 'commentary', tool_calls: [call] }, answer)).toEqual([{ type: 'message', role: 'assistant', phase: 'commentary', content: [{ type: 'output_text', text: 'So', annotations: [] }] }, item, output])
    expect(await inputOf({ role: 'assistant', content: null, refusal: 'No', tool_calls: null })).toEqual([{ type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'No' }] }])
    expect(await inputOf({ role: 'assistant', content: [{ type: 'text', text: 'A' }, { type: 'refusal', refusal: 'No' }] })).toEqual([{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'A', annotations: [] }, { type: 'refusal', refusal: 'No' }] }])
    expect(await inputOf({ role: 'user', content: 'U' }, { role: 'tool', tool_call_id: 'c', content: [{ type: 'text', text: 'A' }] })).toEqual([expect.anything(), { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'A' }] }])
  })

  test('of custom tools, whose results are of their own kind', async () => {
    const calls = [{ id: 'c1', type: 'custom', custom: { name: 'sql', input: 'SELECT' } }, { id: 'c2', type: 'function', function: { name: 'f', arguments: '{}' } }]
    expect(await inputOf({ role: 'assistant', tool_calls: calls }, { role: 'tool', tool_call_id: 'c1', content: '1' }, { role: 'tool', tool_call_id: 'c2', content: '2' })).toEqual([
      { type: 'custom_tool_call', call_id: 'c1', name: 'sql', input: 'SELECT' },
      { type: 'function_call', call_id: 'c2', name: 'f', arguments: '{}' },
      { type: 'custom_tool_call_output', call_id: 'c1', output: '1' },
      { type: 'function_call_output', call_id: 'c2', output: '2' },
    ])
  })

  test('that have response_output as that, and items as they are', async () => {
    const output = [{ type: 'reasoning', id: 'rs_1', encrypted_content: 'gAAAA', summary: [] }, { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c1', name: 'sql', input: 'SELECT' }]
    const approval = { type: 'mcp_approval_response', approval_request_id: 'a', approve: true }
    expect(await inputOf({ role: 'assistant', content: 'x', response_output: output }, { role: 'tool', tool_call_id: 'c1', content: '1' }, approval)).toEqual([...output, { type: 'custom_tool_call_output', call_id: 'c1', output: '1' }, approval])
  })
})
