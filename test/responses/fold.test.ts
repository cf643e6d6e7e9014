import { describe, expect, test } from 'vitest'
import { chat } from '../../src/core.ts'
import type { ChatEvent } from '../../src/core.ts'
import { rejection } from '../conformance/foundry.ts'
import { framesOf, REQUEST, responseOf, scripted, streamed } from './rig.ts'
import type { Frame } from './rig.ts'

const message = (text: string, more: object = {}) => ({ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text, annotations: [], ...more }] })
const call = (json: string, more: object = {}) => ({ type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: json, ...more })
const completed = (output: readonly object[], more: object = {}): Frame => ({ type: 'response.completed', response: responseOf(output, more) })
const delta = (text: string, more: object = {}): Frame => ({ type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: text, ...more })
const item = (what: 'added' | 'done', of: object, at = 0): Frame => ({ type: `response.output_item.${what}`, output_index: at, item: of })

const read = async (...frames: readonly Frame[]) => streamed(scripted(framesOf(...frames)).connection, REQUEST)
const whole = async (response: object) => chat(scripted(JSON.stringify(response)).connection, REQUEST)
const facts = (events: readonly ChatEvent[]) => events.map(({ raw, choice, ...event }) => (expect([raw, choice]).toEqual([expect.anything(), 0]), event))
const words = (events: readonly ChatEvent[], type: 'text' | 'reasoning' | 'refusal' = 'text') => events.flatMap((event) => (event.type === type ? [event.text] : []))

describe('a response folds', () => {
  test.each<[string, Frame[]]>([
    ['deltas alone', [delta('Hel'), delta('lo'), completed([])]],
    ['deltas and every whole', [item('added', { ...message(''), content: [] }), delta('Hel'), delta('lo'), { type: 'response.output_text.done', output_index: 0, content_index: 0, text: 'Hello' }, item('done', message('Hello')), completed([message('Hello')])]],
    ['the item alone', [item('done', message('Hello')), completed([message('Hello')])]],
    ['the response alone', [completed([message('Hello')])]],
    ['the first delta and the item', [delta('Hel'), item('done', message('Hello')), completed([message('Hello')])]],
    ['the first delta and the response', [delta('Hel'), completed([message('Hello')])]],
    ['the response twice', [completed([message('Hello')]), completed([message('Hello')])]],
  ])('to its text, once, from %s', async (_, frames) => {
    const { events, error, result } = await read(...frames)
    expect(error).toBeUndefined()
    expect(words(events).join('')).toBe('Hello')
    expect(result).toMatchObject({ text: 'Hello', finishReason: 'stop', id: 'resp_1', model: 'gpt', message: { role: 'assistant', content: 'Hello' } })
    expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1)
  })

  const delta1 = { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"a"' }
  const delta2 = { ...delta1, delta: ':1}' }
  test.each<[string, Frame[], readonly string[]]>([
    ['deltas', [item('added', call('')), delta1, delta2, item('done', call('{"a":1}')), completed([call('{"a":1}')])], ['call_1 f ', '{"a"', ':1}']],
    ['one piece', [item('added', call('')), item('done', call('{"a":1}')), completed([call('{"a":1}')])], ['call_1 f ', '{"a":1}']],
    ['deltas of which one is missing', [item('added', call('')), delta1, item('done', call('{"a":1}')), completed([])], ['call_1 f ', '{"a"', ':1}']],
    ['the item alone', [item('done', call('{"a":1}')), completed([])], ['call_1 f {"a":1}']],
    ['the response alone', [completed([call('{"a":1}')])], ['call_1 f {"a":1}']],
    ['deltas before the item', [delta1, delta2, item('done', call('{"a":1}')), completed([])], ['{"a"', ':1}', 'call_1 f ']],
  ])('to its call, once, from %s', async (_, frames, pieces) => {
    const { events, result } = await read(...frames)
    expect(events.flatMap((event) => (event.type === 'tool-call-delta' ? [`${event.id ? `${event.id} ${event.name} ` : ''}${event.arguments}`] : []))).toEqual(pieces)
    expect(facts(events).filter(({ type }) => type === 'tool-call')).toEqual([{ type: 'tool-call', index: 0, id: 'call_1', name: 'f', arguments: '{"a":1}' }])
    expect(result).toMatchObject({ finishReason: 'tool_calls', toolCalls: [{ index: 0, id: 'call_1', name: 'f', arguments: '{"a":1}' }], message: { content: null, tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }] } })
  })

  test('to several calls, which are told apart though their pieces mix, behind reasoning and words', async () => {
    const two = call('{"b":2}', { call_id: 'call_2', name: 'g' })
    const output = [{ type: 'reasoning', id: 'rs_1', summary: [] }, message('So'), call('{"a":1}'), two]
    const { result } = await read(item('added', call(''), 2), item('added', { ...two, arguments: '' }, 3), { ...delta1, output_index: 3, delta: '{"b"' }, { ...delta1, output_index: 2 }, { ...delta2, output_index: 3, delta: ':2}' }, { ...delta2, output_index: 2 }, completed(output))
    expect(result.toolCalls).toEqual([{ index: 0, id: 'call_1', name: 'f', arguments: '{"a":1}' }, { index: 1, id: 'call_2', name: 'g', arguments: '{"b":2}' }])
    expect(result.text).toBe('So')
    expect((await whole(responseOf(output))).toolCalls).toEqual(result.toolCalls)
  })

  test('to a call of a custom tool, which the next turn can send back', async () => {
    const custom = { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_1', name: 'sql', input: 'SELECT 1' }
    const { events, result } = await read(item('added', { ...custom, input: '' }), { type: 'response.custom_tool_call_input.delta', output_index: 0, delta: 'SELECT' }, { type: 'response.custom_tool_call_input.done', output_index: 0, input: 'SELECT 1' }, item('done', custom), completed([custom]))
    expect(facts(events)).toEqual([
      { type: 'tool-call-delta', index: 0, id: 'call_1', name: 'sql', arguments: '' },
      { type: 'tool-call-delta', index: 0, arguments: 'SELECT' },
      { type: 'tool-call-delta', index: 0, arguments: ' 1' },
      { type: 'tool-call', index: 0, id: 'call_1', name: 'sql', arguments: 'SELECT 1' },
      { type: 'finish', reason: 'tool_calls' },
    ])
    expect(result.message['response_output']).toEqual([custom])
    expect(JSON.parse(JSON.stringify((await whole(responseOf([{ type: 'reasoning', id: 'rs_1', summary: [] }, custom]))).message)).response_output).toEqual([{ type: 'custom_tool_call', call_id: 'call_1', name: 'sql', input: 'SELECT 1' }])
  })

  test('to its reasoning, with a blank line between the parts of its summaries', async () => {
    const part = (text: string, summary_index: number, output_index = 0): Frame => ({ type: 'response.reasoning_summary_text.delta', output_index, summary_index, delta: text })
    const reasoning = (...texts: readonly string[]) => ({ type: 'reasoning', id: 'rs_1', summary: texts.map((text) => ({ type: 'summary_text', text })) })
    const { events, result } = await read(part('One', 0), part(' more', 0), part('Two', 1), item('done', reasoning('One more', 'Two')), part('Three', 0, 1), completed([reasoning('One more', 'Two'), reasoning('Three', 'Four')]))
    expect(words(events, 'reasoning')).toEqual(['One', ' more', '\n\nTwo', '\n\nThree', '\n\nFour'])
    expect(result.reasoning).toBe('One more\n\nTwo\n\nThree\n\nFour')
    expect((await whole(responseOf([reasoning('One more', 'Two'), reasoning('Three', 'Four')]))).reasoning).toBe(result.reasoning)
    const open = { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'Open' }] }
    expect((await read({ type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'Op' }, completed([open]))).result.reasoning).toBe('Open')
  })

  test('to its refusal', async () => {
    const refused = { type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'No, never' }] }
    const { events, result } = await read({ type: 'response.refusal.delta', output_index: 0, content_index: 0, delta: 'No' }, completed([refused]))
    expect(words(events, 'refusal')).toEqual(['No', ', never'])
    expect(result).toMatchObject({ refusal: 'No, never', text: '', finishReason: 'stop', message: { refusal: 'No, never' } })
  })

  test('to the sources that it cites, each once', async () => {
    const url = { type: 'url_citation', url: 'https://a.b', title: 'A', start_index: 0, end_index: 5 }
    const file = { type: 'file_citation', file_id: 'f', filename: 'a.pdf', index: 5 }
    const added = { type: 'response.output_text.annotation.added', output_index: 0, content_index: 0, annotation_index: 0, annotation: url }
    const { events, result } = await read(delta('Hello'), added, { ...added, annotation: null }, item('done', message('Hello', { annotations: [url, file] })), completed([message('Hello', { annotations: [url, file] })]))
    expect(facts(events).filter(({ type }) => type === 'citation')).toEqual([{ type: 'citation', citation: url }, { type: 'citation', citation: file }])
    expect(result.citations).toEqual([url, file])
    expect((await whole(responseOf([message('Hello', { annotations: [url, file] })]))).citations).toEqual([url, file])
  })

  test('to its usage, in the words of chat completions, once', async () => {
    const usage = { input_tokens: 3, input_tokens_details: { cached_tokens: 1 }, output_tokens: 4, output_tokens_details: { reasoning_tokens: 2 }, total_tokens: 7, other: 1 }
    const { events } = await read(completed([], { usage }), completed([], { usage }))
    expect(facts(events)).toEqual([
      { type: 'finish', reason: 'stop' },
      { type: 'usage', usage: { prompt_tokens: 3, prompt_tokens_details: { cached_tokens: 1 }, completion_tokens: 4, completion_tokens_details: { reasoning_tokens: 2 }, total_tokens: 7, other: 1 } },
    ])
    expect((await read(completed([], { usage: null }))).result.usage).toBeUndefined()
  })

  test.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content_filter'],
    ['max_tool_calls', 'max_tool_calls'],
  ])('that is incomplete for %s to finish %s, and carries nothing on', async (reason, finish) => {
    const response = responseOf([{ type: 'reasoning', encrypted_content: 'gAAAA', summary: [] }, message('Hel')], { status: 'incomplete', incomplete_details: { reason } })
    const { result, error } = await read({ type: 'response.incomplete', response })
    expect(error).toBeUndefined()
    expect(result).toMatchObject({ finishReason: finish, text: 'Hel', message: { role: 'assistant', content: 'Hel' } })
    expect(result.message).not.toHaveProperty('response_output')
    const { response: _, ...same } = await whole(response)
    expect(same).toEqual(result)
  })

  test('to what the content filter says, which may withhold what is said', async () => {
    const verdict = (source_type: string, blocked: boolean, hate: object) => ({ source_type, blocked, content_filter_results: { hate } })
    const safe = { filtered: false, severity: 'safe' }
    const mild = await read(completed([message('Hello')], { content_filters: [verdict('prompt', false, safe), verdict('completion', false, safe)] }))
    expect(mild.result).toMatchObject({ finishReason: 'stop', promptFilter: { source: 'prompt', filtered: false, categories: { hate: safe } }, contentFilter: { source: 'completion', filtered: false, categories: { hate: safe } } })
    expect(facts(mild.events).filter(({ type }) => type === 'filter')).toHaveLength(2)
    const strict = await read(delta('Hel'), completed([message('Hello'), { type: 'reasoning', encrypted_content: 'gAAAA', summary: [] }], { content_filters: [verdict('completion', false, safe), verdict('completion', true, { filtered: true })] }))
    expect(strict.result).toMatchObject({ finishReason: 'content_filter', contentFilter: { source: 'completion', filtered: true, categories: { hate: { filtered: true } } } })
    expect(strict.result.message).not.toHaveProperty('response_output')
    expect((await read(completed([], { content_filters: null }))).result).toMatchObject({ promptFilter: undefined, contentFilter: undefined })
  })

  test.each(['web_search_call.searching', 'file_search_call.completed', 'code_interpreter_call_code.delta', 'image_generation_call.partial_image', 'mcp_call_arguments.delta', 'mcp_list_tools.failed', 'shell_call_command.added'])('response.%s to an event whose raw says it', async (name) => {
    const frame = { type: `response.${name}`, output_index: 0, delta: 'x' }
    const { events } = await read(frame, completed([message('Hello')]))
    expect(events[0]).toEqual({ type: 'built-in-tool', choice: 0, raw: frame })
    expect(words(events)).toEqual(['Hello'])
  })

  test('items of built-in tools to events, and carries them on', async () => {
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'x' } }
    const frames = [item('added', { ...search, status: 'in_progress' }), item('done', search), item('done', message('Hello'), 1)]
    const { events, result } = await read(...frames, completed([search, message('Hello')]))
    expect(events.slice(0, 2)).toEqual([{ type: 'built-in-tool', choice: 0, raw: frames[0] }, { type: 'built-in-tool', choice: 0, raw: frames[1] }])
    expect(result.message).toEqual({ role: 'assistant', content: 'Hello', response_output: [search, message('Hello')] })
    expect(result.choices[0]?.message).toBe(result.message)
    const { response: _, ...same } = await whole(responseOf([search, message('Hello')]))
    expect(same).toEqual(result)
  })

  test('what it does not know to nothing', async () => {
    const { events } = await read({ type: 'keepalive', sequence_number: 1 }, { type: 'response.created', response: responseOf([], { status: 'in_progress' }) }, { type: 'response.future.delta', delta: { a: 1 } }, { type: 'response.audio.transcript.delta', delta: 'x' }, { type: 'response.steer.accepted' }, { type: 'response.content_part.added', part: { type: 'output_text', text: '' } }, { type: 'other' }, completed([]))
    expect(facts(events)).toEqual([{ type: 'finish', reason: 'stop' }])
  })
})

describe('what a message carries on', () => {
  const hidden = { type: 'reasoning', id: 'rs_1', summary: [] }
  const encrypted = { ...hidden, encrypted_content: 'gAAAA' }
  test.each([
    ['nothing beside words and calls', responseOf([message('A'), call('{}')]), undefined],
    ['nothing of reasoning that is neither stored nor encrypted', responseOf([hidden, message('A')]), undefined],
    ['reasoning that is encrypted', responseOf([encrypted, call('{}')]), [encrypted, call('{}')]],
    ['reasoning that is stored', responseOf([hidden, call('{}')], { store: true }), [hidden, call('{}')]],
    ['the phase of a message', responseOf([{ ...message('A'), phase: 'commentary' }]), [{ ...message('A'), phase: 'commentary' }]],
  ])('is %s', async (_, response, expected) => {
    expect((await whole(response)).message['response_output']).toEqual(expected)
  })

  test('is what the last frames of items said, where the response leaves it out', async () => {
    const { result } = await read(item('added', { ...encrypted, encrypted_content: 'gA' }), item('done', encrypted), item('done', message('A'), 1), completed([]))
    expect(result.message['response_output']).toEqual([encrypted, message('A')])
  })
})

describe('a response fails', () => {
  const partial = expect.objectContaining({ text: 'Hel' })
  const failed = (error: object | null): Frame => ({ type: 'response.failed', response: responseOf([], { status: 'failed', error }) })
  const error = { code: 'server_error', message: 'The server had an error' }
  test.each<[string, string]>([
    ['response.failed', framesOf(delta('Hel'), failed(error))],
    ['a flat error', framesOf(delta('Hel'), { type: 'error', ...error, param: null })],
    ['a flat error in a frame without a name', framesOf(delta('Hel')) + `data: ${JSON.stringify({ type: 'error', ...error })}\n\n`],
    ['a nested error', framesOf(delta('Hel'), { type: 'error', error })],
    ['response.failed that leaves it to the error behind it', framesOf(delta('Hel'), failed(null), { type: 'error', error })],
  ])('by %s, with what had come', async (_, wire) => {
    const { error: thrown, result } = await streamed(scripted(wire).connection, REQUEST)
    expect(thrown).toMatchObject({ name: 'ChatError', code: 'server-error', serviceCode: 'server_error', serviceMessage: 'The server had an error', midStream: true, url: 'https://c.openai.azure.com/openai/v1/responses', attempts: 1, partial })
    expect(result.text).toBe('Hel')
  })

  test('by response.failed alone, and whole, with the error and without', async () => {
    expect((await read(delta('Hel'), failed(null))).error).toMatchObject({ code: 'server-error', partial })
    expect(await rejection(whole(responseOf([], { status: 'failed', error })))).toMatchObject({ code: 'server-error', serviceCode: 'server_error' })
    expect(await rejection(whole(responseOf([], { status: 'failed' })))).toMatchObject({ code: 'server-error' })
  })

  test('where it ends before its end, or is not done yet', async () => {
    expect((await read(delta('Hel'))).error).toMatchObject({ code: 'truncated', partial })
    expect((await read(delta('Hel'), item('done', message('Hello')))).error).toMatchObject({ code: 'truncated', partial: expect.objectContaining({ text: 'Hello' }) })
    expect(await rejection(whole(responseOf([], { status: 'queued' })))).toMatchObject({ code: 'truncated' })
    expect(await rejection(whole({ ...responseOf([]), error: undefined }))).toMatchObject({ code: 'not-a-stream' })
  })

  test.each<[string, Frame]>([
    ['delta', delta(7 as never)],
    ['output_index', delta('x', { output_index: 'a' })],
    ['item', item('done', [] as never)],
    ['item.content', item('done', { type: 'message', content: 'x' })],
    ['item.arguments', item('done', call({} as never))],
    ['response', { type: 'response.completed', response: 'x' }],
    ['output', { type: 'response.completed', response: responseOf('x' as never) }],
  ])('by a %s of the wrong type', async (path, frame) => {
    expect((await read(frame)).error).toMatchObject({ code: 'malformed', path })
  })
})
