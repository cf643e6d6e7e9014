import { describe, expect, test } from 'vitest'
import { conversation } from '../../src/conversation/index.ts'
import type { Appendable, ConversationOptions, SavedConversation } from '../../src/conversation/index.ts'
import { ChatError, chat, streamChat } from '../../src/core.ts'
import type { AssistantMessage, ChatMessage, ChatRequest } from '../../src/core.ts'
import { runTools, tool } from '../../src/tools/index.ts'
import { foundry, readAll, rejection } from '../conformance/foundry.ts'

const user = (content: string): ChatMessage => ({ role: 'user', content })
const assistant = (content: string): AssistantMessage => ({ role: 'assistant', content })
const calling = (...ids: string[]): AssistantMessage => ({ role: 'assistant', content: null, tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{"x":' } })) })
const answering = (id: string): ChatMessage => ({ role: 'tool', tool_call_id: id, content: 'done' })
const weather = tool({ name: 'weather', run: () => 'sunny' })
const tools: ChatRequest['tools'] = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } } }]
const model = 'gpt-4o-mini'

describe('conversation()', () => {
  test('is empty to begin with', () => {
    expect(conversation().messages).toEqual([])
  })

  test('puts the instructions first, in the role that the caller says', () => {
    const messages = [user('Hello')]
    expect(conversation({ instructions: 'Be brief', messages }).messages).toEqual([{ role: 'system', content: 'Be brief' }, ...messages])
    expect(conversation({ instructions: 'Be brief', role: 'developer' }).messages).toEqual([{ role: 'developer', content: 'Be brief' }])
  })

  test('restores what JSON keeps, images, calls and members of other models included', () => {
    const talk = conversation({ instructions: 'Be brief' }).append(
      { role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
      { ...calling('a'), reasoning_content: 'Hm' },
      answering('a'),
      assistant('A cat'),
    )
    const json = JSON.stringify(talk)
    expect(JSON.parse(json)).toEqual({ version: 1, messages: talk.messages })
    const restored = conversation(JSON.parse(json))
    expect(restored.messages).toEqual(talk.messages)
    expect(JSON.stringify(restored)).toBe(json)
  })

  test.each([
    [null, 'it must be an object: it is null'],
    [[], 'it must be an object: it is []'],
    ['text', 'it must be an object: it is "text"'],
    [{ version: 2, messages: [] }, 'version must be 1: it is 2'],
    [{ version: 0, messages: [] }, 'version must be 1: it is 0'],
    [{ version: 1 }, 'messages must be an array: it is undefined'],
    [{ version: 1, messages: {} }, 'messages must be an array: it is {}'],
    [{ mesages: [] }, 'mesages must be left out: it is []'],
    [{ messages: ['Hello'] }, 'messages[0].role must be system or developer or user or assistant or tool or function: it is undefined'],
    [{ messages: [user('Hello'), { role: 'bot', content: 'x' }] }, 'messages[1].role must be system or developer or user or assistant or tool or function: it is "bot"'],
    [{ messages: [null] }, 'messages[0].role must be system or developer or user or assistant or tool or function: it is undefined'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content must be text or parts: it is undefined'],
    [{ messages: [{ role: 'user', content: null }] }, 'messages[0].content must be text or parts: it is null'],
    [{ messages: [{ role: 'assistant', content: 7 }] }, 'messages[0].content must be text or parts: it is 7'],
    [{ messages: [{ role: 'assistant', content: 'x', tool_calls: 'f' }] }, 'messages[0].tool_calls must be an array: it is "f"'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id must be a string: it is undefined'],
    [{ instructions: 7 }, 'instructions.content must be text or parts: it is 7'],
  ])('refuses %j, saying what is wrong and where', (options, why) => {
    expect(() => conversation(options as unknown as ConversationOptions)).toThrow(expect.objectContaining({ code: 'invalid-request', message: `Cannot keep the conversation as ${why}` }))
  })

  test('shows no more of a wrong value than its beginning', () => {
    const secret = `${'x'.repeat(60)}secret`
    expect(() => conversation({ messages: [{ role: secret, content: '' }] } as unknown as SavedConversation)).toThrow(expect.not.objectContaining({ message: expect.stringContaining('secret') }))
  })
})

describe('conversation.messages', () => {
  test('is the same array until the next turn, and another after it', () => {
    const talk = conversation({ messages: [user('Hello')] })
    const before = talk.messages
    expect(talk.messages).toBe(before)
    talk.trim({ maxTokens: 9, count: () => 1 })
    expect(talk.messages).toBe(before)
    talk.append('And now?')
    expect(talk.messages).not.toBe(before)
    expect(before).toEqual([user('Hello')])
  })

  test('cannot be changed from outside, at any depth', () => {
    const talk = conversation().append({ role: 'user', content: [{ type: 'text', text: 'Hello' }] })
    const messages = talk.messages as unknown as { content: { text: string }[] }[]
    const parts = messages[0]?.content ?? []
    expect(() => messages.push({ content: [] })).toThrow(TypeError)
    expect(() => parts.push({ text: '' })).toThrow(TypeError)
    expect(() => Object.assign(parts[0] ?? {}, { text: '' })).toThrow(TypeError)
    expect(() => (conversation().append('Hello').toJSON().messages as unknown[]).pop()).toThrow(TypeError)
  })

  test('does not change with what was given', () => {
    const part = { type: 'text', text: 'Hello' }
    const message = { role: 'user' as const, content: [part] }
    const messages: ChatMessage[] = [message]
    const talk = conversation({ messages }).append(message)
    part.text = 'Changed'
    messages.pop()
    expect(talk.messages).toEqual([{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }, { role: 'user', content: [{ type: 'text', text: 'Hello' }] }])
  })
})

describe('conversation.append()', () => {
  test('takes a string for the user, messages, and lists of both, and can be chained', () => {
    const talk = conversation()
    expect(talk.append('Hello', assistant('Hi')).append([user('And?'), [assistant('So')]], [])).toBe(talk)
    expect(talk.messages).toEqual([user('Hello'), assistant('Hi'), user('And?'), assistant('So')])
  })

  test('takes an answer for its message alone, as the next request sends it', async () => {
    const { connection, emulator } = foundry()
    const talk = conversation().append('Hello')
    const answer = await chat(connection, { model, messages: talk.messages })
    talk.append(answer, 'And now?')
    expect(talk.messages).toEqual([user('Hello'), answer.message, user('And now?')])
    talk.append(await streamChat(connection, { model, messages: talk.messages }).result)
    expect(emulator.calls.at(-1)?.body).toMatchObject({ messages: talk.messages.slice(0, 3) })
    expect(talk.messages).toHaveLength(4)
  })

  test('keeps the words of a half answer, from the error and from the stream', async () => {
    const { connection } = foundry({ retries: 0 })
    const stream = streamChat(connection, { model: `${model}~cut`, messages: [user('Hello')] })
    const { error } = await readAll(stream)
    const { text } = stream.partial
    expect(text).not.toBe('')
    expect(conversation().append(error as ChatError).messages).toEqual([assistant(text)])
    expect(conversation().append(stream.partial).messages).toEqual([assistant(text)])
    expect(conversation().append(await rejection(stream.result) as ChatError).messages).toEqual([assistant(text)])
  })

  test('keeps no half tool call, so that the next request is taken', async () => {
    const { connection } = foundry({ retries: 0 })
    const stream = streamChat(connection, { model: `${model}~cut`, messages: [user('What is the weather?')], tools })
    const { error } = await readAll(stream)
    expect(stream.partial.toolCalls).toHaveLength(1)
    const talk = conversation().append('What is the weather?', stream.partial, error as ChatError, 'Well?')
    expect(talk.messages).toEqual([user('What is the weather?'), user('Well?')])
    expect((await chat(connection, { model, messages: talk.messages })).finishReason).toBe('stop')
  })

  test.each([
    ['nothing', undefined, false],
    ['length', 'length', false],
    ['content_filter', 'content_filter', false],
    ['tool_calls', 'tool_calls', true],
    ['stop, as forced calls do', 'stop', true],
  ])('of an answer that ended with %s', (_, finishReason, kept) => {
    const message = { ...calling('a'), content: 'Let me see', response_output: [{ type: 'function_call' }] }
    expect(conversation().append({ message, finishReason }).messages).toEqual([kept ? message : assistant('Let me see')])
  })

  test('keeps an answer that has nothing but whole calls', () => {
    expect(conversation().append({ message: calling('a'), finishReason: 'tool_calls' }).messages).toEqual([calling('a')])
  })

  test('keeps the Responses items of an answer without calls', () => {
    const message = { ...assistant('Hi'), response_output: [{ type: 'reasoning' }] }
    expect(conversation().append({ message }).messages).toEqual([message])
    const alone = { role: 'assistant', content: null, response_output: [{ type: 'mcp_approval_request' }] } as const
    expect(conversation().append({ message: alone, finishReason: 'stop' }).messages).toEqual([alone])
  })

  test('adds nothing for an answer without a word, as a service would refuse it', () => {
    const nothing = { role: 'assistant', content: null, reasoning_content: 'Hm' } as const
    expect(conversation().append({ message: nothing }, { message: nothing, finishReason: 'length' }).messages).toEqual([])
    const declined = { role: 'assistant', content: null, refusal: 'No' } as const
    expect(conversation().append({ message: declined, finishReason: 'stop' }).messages).toEqual([declined])
  })

  test('adds nothing for a failure that came before the first word', async () => {
    const { connection } = foundry({ retries: 0 })
    const error = await rejection(chat(connection, { model: `${model}~500`, messages: [user('Hello')] }))
    expect(conversation().append('Hello', error as ChatError).messages).toEqual([user('Hello')])
    expect(conversation().append(new ChatError('invalid-request', 'Cannot')).messages).toEqual([])
  })

  test('takes a run of tools whole and once, and goes on', async () => {
    const { connection } = foundry()
    const talk = conversation().append('What is the weather?')
    const run = runTools(connection, { model, messages: talk.messages }, { tools: [weather] })
    const result = await run.result
    expect(conversation().append(result).messages).toEqual(result.messages)
    expect(conversation().append(run.partial).messages).toEqual(result.messages)
    talk.append(result, 'Thanks')
    expect(talk.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'user'])
    expect((await chat(connection, { model, messages: talk.messages })).finishReason).toBe('stop')
  })

  test('takes what a run had got when it failed: its whole rounds, and the words of the last', async () => {
    const rounds = [{ ...calling('a'), content: 'First' }, answering('a')]
    const partial = { text: 'Half', reasoning: '', refusal: '', toolCalls: [], choices: [], message: { ...calling('b'), content: 'Half' } }
    expect(conversation().append(new ChatError('truncated', 'Cannot', { messages: rounds, partial })).messages).toEqual([...rounds, assistant('Half')])
    const { connection } = foundry()
    const run = runTools(connection, { model, messages: [user('What is the weather?')], tool_choice: 'required' }, { tools: [weather], maxRounds: 1 })
    const error = (await rejection(run.result)) as ChatError
    expect(error.code).toBe('too-many-rounds')
    const talk = conversation().append('What is the weather?', error, 'Well?')
    expect((await chat(connection, { model, messages: talk.messages })).finishReason).toBe('stop')
  })

  test('keeps the words of an answer that was cut, though the round before said the same', () => {
    const same = { ...calling('a'), content: 'Let me look.' }
    const messages = [same, { role: 'tool', tool_call_id: 'a', content: '' }] as const
    expect(conversation().append({ messages, message: { ...calling('b'), content: 'Let me look.' }, finishReason: 'length' }).messages).toEqual([...messages, assistant('Let me look.')])
  })

  test('takes a run that a limit cut in its last round', () => {
    const rounds = [calling('a'), answering('a')]
    expect(conversation().append({ messages: rounds, message: { ...calling('b'), content: 'Half' }, finishReason: 'length' }).messages).toEqual([...rounds, assistant('Half')])
  })

  test('does not add the last answer of a run twice where calls of others follow it', () => {
    const rounds = [{ ...calling('a', 'b'), content: 'Let me see' }, answering('a')]
    expect(conversation().append({ messages: rounds, message: rounds[0], finishReason: 'tool_calls' }).messages).toEqual(rounds)
  })

  test('takes another conversation', () => {
    const talk = conversation({ messages: [user('Hello'), assistant('Hi')] })
    expect(conversation({ instructions: 'Be brief' }).append(talk).messages.slice(1)).toEqual(talk.messages)
  })

  test.each([undefined, null, 7, {}, new Error('no answer'), { role: 'bot', content: '' }, { messages: ['Hello'] }])('refuses %s, and then adds nothing', (item) => {
    const talk = conversation({ messages: [user('Hello')] })
    expect(() => talk.append('And now?', item as Appendable)).toThrow(expect.objectContaining({ code: 'invalid-request', message: expect.stringMatching(/^Cannot keep the conversation as messages\[2\]\.role must be/) }))
    expect(talk.messages).toEqual([user('Hello')])
  })

  test('takes the answer of a function, as calls were named before tools', () => {
    const answer = { role: 'function', name: 'f', content: 'done' } as unknown as ChatMessage
    expect(conversation().append(answer).messages).toEqual([answer])
  })

  test('throws as JSON.stringify does for what is no JSON', () => {
    const circle: Record<string, unknown> = { role: 'user', content: '' }
    circle['self'] = circle
    expect(() => conversation().append(circle as unknown as ChatMessage)).toThrow(TypeError)
  })
})

describe('conversation.fork()', () => {
  test('goes its own way, from all or from some of it', () => {
    const talk = conversation({ messages: [user('Hello'), assistant('Hi')] })
    const fork = talk.fork()
    fork.append('Left')
    talk.append('Right')
    expect(fork.messages).toEqual([user('Hello'), assistant('Hi'), user('Left')])
    expect(talk.messages).toEqual([user('Hello'), assistant('Hi'), user('Right')])
    expect(talk.fork(1).messages).toEqual([user('Hello')])
    expect(talk.fork(-1).messages).toEqual([user('Hello'), assistant('Hi')])
    expect(talk.fork(0).messages).toEqual([])
    expect(() => (talk.fork(1).messages as unknown[]).pop()).toThrow(TypeError)
  })
})
