// Every recorded response folds to its full text, calls and usage, wherever the bytes are cut; and what is sent is what Azure's specification takes.
import { describe, expect, test } from 'vitest'
import { chat } from '../../src/core.ts'
import { captures, haveCaptures, readCapture, readCaptureText } from '../captures.ts'
import { bytesOf, cuts } from '../cut.ts'
import { haveSpecifications, readSpecification, specifications } from '../emulator/schema.ts'
import { REQUEST, responseOf, scripted, streamed, WEATHER } from './rig.ts'

/** As loose as the wire: the witness trusts what the library must not. */
interface Wire {
  readonly type: string
  readonly delta: string
  readonly response: { readonly usage: { readonly input_tokens: number; readonly output_tokens: number; readonly total_tokens: number } }
}

const chunks = (name: string) => bytesOf(readCaptureText(`chunks/${name}`).trim().split('\n').map((json) => `event: ${(JSON.parse(json) as Wire).type}\ndata: ${json}\n\n`).join(''))
const payloads = (wire: Uint8Array) => new TextDecoder().decode(wire).split('\n').filter((line) => line.startsWith('data: {')).map((line) => JSON.parse(line.slice(6)) as Wire)

describe.skipIf(!haveCaptures)(captures, () => {
  test.each([
    ['azure-gpt5nano-responses-api.sse', () => readCapture('streams/azure-gpt5nano-responses-api.sse'), { text: '4', calls: 0, finish: 'stop' }],
    ['azure-responses-text.chunks.txt', () => chunks('azure-responses-text.chunks.txt'), { text: /./, calls: 0, finish: 'stop' }],
    ['azure-responses-toolcall.chunks.txt', () => chunks('azure-responses-toolcall.chunks.txt'), { text: /^$/, calls: 1, finish: 'tool_calls' }],
  ] as const)('responses() folds %s at every cut', async (_, read, expected) => {
    const wire = read()
    const said = payloads(wire)
    const deltas = (kind: string) => said.filter(({ type }) => type === `response.${kind}.delta`).map(({ delta }) => delta).join('')
    const usage = said.at(-1)?.response.usage
    const { response: info, ...whole } = await chat(scripted(JSON.stringify(said.at(-1)?.response)).connection, REQUEST)
    expect(info.status).toBe(200)
    for (const [how, pieces] of cuts(wire, 3)) {
      const { result, error, events } = await streamed(scripted(pieces).connection, REQUEST)
      expect(error, how).toBeUndefined()
      expect(result.text, how).toBe(deltas('output_text'))
      expect(result.text, how).toMatch(expected.text)
      expect(result.toolCalls.map(({ arguments: json }) => json).join(''), how).toBe(deltas('function_call_arguments'))
      expect(result.toolCalls, how).toHaveLength(expected.calls)
      expect(result, how).toMatchObject({ finishReason: expected.finish, usage: { prompt_tokens: usage?.input_tokens, completion_tokens: usage?.output_tokens, total_tokens: usage?.total_tokens } })
      expect(events.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join(''), how).toBe(result.text)
      expect(result, how).toEqual(whole)
    }
  })

  test('responses() reads them as they were said', async () => {
    const text = await streamed(scripted([readCapture('streams/azure-gpt5nano-responses-api.sse')]).connection, REQUEST)
    expect(text.result).toMatchObject({ model: 'gpt-5-nano', id: 'resp_082ac2a584945d9a016a85bf1998b48196a37c570bfff7c4ab', promptFilter: { source: 'prompt', filtered: false }, contentFilter: { source: 'completion', filtered: false } })
    expect((text.result.message['response_output'] as readonly { type: string }[]).map(({ type }) => type)).toEqual(['reasoning', 'message'])
    const call = await streamed(scripted([chunks('azure-responses-toolcall.chunks.txt')]).connection, REQUEST)
    expect(call.result).toMatchObject({ toolCalls: [{ index: 0, id: 'call_H5DxLSFnsGhiROnUiDHmgyc8', name: 'weather', arguments: expect.stringContaining('location') }] })
    expect(call.result.message).not.toHaveProperty('response_output')
  })
})

describe.skipIf(!haveSpecifications)(specifications, () => {
  const turn = [{ role: 'assistant', content: 'So', tool_calls: [{ id: 'c', type: 'function', function: { name: 'get_weather', arguments: '{}' } }] }, { role: 'tool', tool_call_id: 'c', content: '21' }]
  const reasoned = [{ role: 'assistant', content: null, response_output: [{ type: 'reasoning', id: 'rs_1', encrypted_content: 'gAAAA', summary: [] }, { type: 'function_call', id: 'fc_1', status: 'completed', call_id: 'c', name: 'f', arguments: '{}' }] }, { role: 'tool', tool_call_id: 'c', content: '21' }]
  const parts = [{ role: 'system', content: 'S' }, { role: 'developer', content: 'D' }, { role: 'user', content: [{ type: 'text', text: 'x' }, { type: 'image_url', image_url: { url: 'data:', detail: 'low' } }, { type: 'file', file: { filename: 'a.pdf', file_data: 'data:' } }] }, { role: 'assistant', content: null, refusal: 'No' }]
  test.each<[string, object]>([
    ['words', {}],
    ['parameters', { max_completion_tokens: 50, reasoning_effort: 'low', temperature: 1, top_p: 1, user: 'u', metadata: { a: 'b' }, parallel_tool_calls: true, previous_response_id: 'resp_0', instructions: 'I' }],
    ['a schema', { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' }, strict: true } } }],
    ['tools', { tools: [WEATHER, { type: 'function', function: { name: 'now' } }, { type: 'code_interpreter', container: { type: 'auto' } }], tool_choice: { type: 'function', function: { name: 'now' } } }],
    ['every part', { messages: parts }],
    ['a turn with a call', { messages: [...REQUEST.messages, ...turn], tools: [WEATHER] }],
    ['a turn with reasoning', { messages: [...REQUEST.messages, ...reasoned], tools: [WEATHER] }],
  ])('responses() writes %s as it says', async (_, more) => {
    const { problems, discriminated } = readSpecification('azure-openai-v1')
    const { connection, sent } = scripted(JSON.stringify(responseOf([])), { encryptedReasoning: true, reasoningSummary: 'auto' })
    await chat(connection, { ...REQUEST, ...more })
    const body = sent[0]?.body ?? {}
    expect(problems('AzureCreateResponse', body)).toEqual([])
    for (const item of body['input'] as readonly { readonly type: string; readonly role?: string; readonly content?: readonly { readonly type: string }[] }[]) {
      const kind = item.type === 'message' ? discriminated('OpenAI.ResponsesMessageItemParam', item.role ?? '') : discriminated('OpenAI.ItemParam', item.type)
      expect(problems(kind ?? '', item), item.type).toEqual([])
      for (const part of item.content ?? []) expect(problems(discriminated('OpenAI.ItemContent', part.type) ?? '', part), part.type).toEqual([])
    }
    for (const one of (body['tools'] ?? []) as readonly { readonly type: string }[]) expect(problems(discriminated('OpenAI.Tool', one.type) ?? '', one), one.type).toEqual([])
    const { format } = (body['text'] ?? {}) as { readonly format?: { readonly type: string } }
    if (format) expect(problems(discriminated('OpenAI.ResponseTextFormatConfiguration', format.type) ?? '', format)).toEqual([])
    if (typeof body['tool_choice'] === 'object') expect(problems('OpenAI.ToolChoiceObjectFunction', body['tool_choice'])).toEqual([])
  })
})

