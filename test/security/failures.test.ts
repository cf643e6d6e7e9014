/** A service that means harm by the way in which it fails. */
import { describe, expect, test } from 'vitest'
import { chat, connect, endpointFor, isChatError, streamChat } from '../../src/index.ts'
import type { AnyChatError, ChatResult } from '../../src/index.ts'
import { fold } from '../../src/chat/collect.ts'
import { failureFrom } from '../../src/schemas/failure.ts'
import { everythingIn } from '../everything.ts'
import { rejection } from '../conformance/foundry.ts'

const TOKEN = 'secret-token-of-this-test'
const REQUEST = { model: 'gpt', messages: [{ role: 'user', content: 'Hello' }] } as const
const connection = (answer: () => Response) => connect({ endpoint: 'https://c.services.ai.azure.com', retries: 0, token: () => TOKEN, fetch: async () => answer() })

async function failure(answer: () => Response): Promise<AnyChatError> {
  const error = await rejection(streamChat(connection(answer), REQUEST).result)
  if (!isChatError(error)) throw error
  return error
}

describe('a token that a service repeats', () => {
  const ID = { 'x-request-id': TOKEN }
  test.each([
    ['in the id of a request', () => new Response('{}', { status: 500, headers: ID })],
    ['in a content type', () => new Response('<html>', { headers: { 'content-type': `text/${TOKEN}` } })],
    ['in what a filter says', () => Response.json({ error: { code: 'content_filter', innererror: { content_filter_result: { hate: { filtered: true, severity: TOKEN } } } } }, { status: 400 })],
  ])('%s is in no error', async (_, answer) => {
    expect(everythingIn(await failure(answer))).not.toContain('secret-to')
  })

  test('in the id of a good answer is not told', async () => {
    const { response } = await chat(connection(() => Response.json({ choices: [{ index: 0, message: { content: 'Hi' }, finish_reason: 'stop' }] }, { headers: ID })), REQUEST)
    expect(response.requestId).toBe('[token]')
  })
})

describe('what a service says of a failure', () => {
  test('is one line of the message, whatever line ends and control characters it has', async () => {
    const { message } = await failure(() => Response.json({ error: { code: 'a\r\nINFO x', message: 'b\u001b[2J\u2028c\u0085d' } }, { status: 400 }))
    expect(message).toContain('a INFO x b [2J c d')
    // eslint-disable-next-line no-control-regex
    expect(message).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028\u2029]/)
  })

  test('makes no message, code or parameter beyond reason', async () => {
    const long = 'x'.repeat(15_000)
    const error = await failure(() => Response.json({ error: { code: long, message: long, param: long } }, { status: 400 }))
    expect(error).toMatchObject({ serviceCode: 'x'.repeat(100), param: 'x'.repeat(100), serviceMessage: 'x'.repeat(300) })
    expect(error.message.length).toBeLessThan(600)
  })

  // With an expression that takes the square of the length, half an hour.
  test('is read without an end that is out of sight, however long it is', { timeout: 30_000 }, () => {
    const { code } = failureFrom({ error: { message: '"loc":['.repeat(300_000) } }, { scopes: [], redact: (text) => text }, { url: '', status: 400 }) as AnyChatError
    expect(code).toBe('bad-request')
  })
})

// Where each looked for its like among all before it, this took minutes.
describe('an answer of 60 000', { timeout: 10_000 }, () => {
  const MANY = 60_000

  function folded(chunk: object): ChatResult {
    const answer = fold()
    answer.take(chunk as Record<string, unknown>)
    return answer.copy()
  }

  test('choices is read', () => {
    const { choices } = folded({ choices: Array.from({ length: MANY }, (_, at) => ({ index: MANY - at, delta: { content: 'x' } })) })
    expect([choices.length, choices[0]?.index, choices.at(-1)?.index]).toEqual([MANY, 1, MANY])
  })

  test('tool calls is read', () => {
    const { toolCalls } = folded({ choices: [{ index: 0, delta: { tool_calls: Array.from({ length: MANY }, (_, at) => ({ index: MANY - at, id: `${at}`, function: { name: 'f', arguments: '{}' } })) } }] })
    expect([toolCalls.length, toolCalls[0]?.index, toolCalls.at(-1)?.index]).toEqual([MANY, MANY, 1])
  })
})

describe('names that every object has', () => {
  test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('%s is no kind of endpoint', (kind) => {
    expect(() => endpointFor('https://c.openai.azure.com', { kind: kind as never })).toThrow(`there is no kind "${kind}"`)
  })
})

describe('headers', () => {
  test('that are set in the object after it was checked are not sent', async () => {
    const sent: string[][] = []
    const headers: Record<string, string> = { 'x-mine': '1' }
    const foundry = connect({ endpoint: 'https://c.services.ai.azure.com', retries: 0, token: () => TOKEN, headers, fetch: async (_, init) => (sent.push([...new Headers(init?.headers).keys()]), new Response('{}', { status: 400 })) })
    headers['api-key'] = 'key'
    await rejection(chat(foundry, REQUEST))
    expect(sent).toEqual([['accept', 'authorization', 'content-type', 'x-mine']])
  })

  test.each(['proxy-authorization', 'x-functions-key'])('%s is refused, as it carries a credential', async (name) => {
    expect(await rejection(chat(connection(() => new Response()), REQUEST, { headers: { [name]: 'x' } }))).toMatchObject({ code: 'invalid-request', message: expect.stringContaining(name) })
  })
})
