// What one round leaves to the next: whose a call is, what may be forced, what is sent again, and what counts as repeated.
import { describe, expect, test } from 'vitest'
import type { ChatMessage, ChatRequest } from '../../src/index.ts'
import { runTools, tool } from '../../src/tools/index.ts'
import type { ToolRunEvent } from '../../src/tools/index.ts'
import { foundry, readAll } from '../conformance/foundry.ts'
import { bodyOf, scripted } from './model.ts'
import type { Delta } from './model.ts'

const call = (name: string, json = '{}', id = `of-${name}`, index = 0): Delta => ({ index, id, function: { name, arguments: json } })

async function play(rounds: readonly (string | readonly Delta[])[], request: Partial<ChatRequest> = {}, see: (event: ToolRunEvent) => void = () => {}) {
  const bodies: Record<string, unknown>[] = []
  const ran: string[] = []
  const tools = ['find', 'look'].map((name) => tool({ name, run: () => void ran.push(name) }))
  const { connection } = foundry({ fetch: scripted(rounds, bodies), retries: 0 })
  const run = runTools(connection, { model: 'gpt', messages: [{ role: 'user', content: 'Hello' }], ...request }, { tools })
  const seen = (async function* () {
    for await (const event of run) {
      see(event)
      yield event
    }
  })()
  const { error } = await readAll(seen)
  return { bodies, ran, error, run }
}

describe('runTools()', () => {
  test.each<[string, ChatRequest['tools']]>([
    ['a tool that the service runs', [{ type: 'web_search' }]],
    ['a function of the caller', [{ type: 'function', function: { name: 'mine' } }]],
  ])('tells a model of an unknown name, though the request has %s', async (_, tools) => {
    const { bodies, error } = await play([[call('lost')]], tools ? { tools } : {})
    expect(error).toBeUndefined()
    expect(JSON.stringify(bodies[1]?.['messages'])).toContain('unknown-tool')
  })

  test.each<[unknown, unknown]>([
    ['required', 'auto'],
    ['any', 'auto'],
    ['auto', 'auto'],
    [{ type: 'function', function: { name: 'find' } }, 'auto'],
    [{ type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [{ type: 'function' }] } }, { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function' }] } }],
    [{ type: 'allowed_tools', mode: 'required', tools: [] }, { type: 'allowed_tools', mode: 'auto', tools: [] }],
    [{ type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } }, { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } }],
  ])('sends tool_choice %j once, and then %j', async (choice, then) => {
    const { bodies } = await play([[call('find')]], { tool_choice: choice as NonNullable<ChatRequest['tool_choice']> })
    expect(bodies.map((body) => body['tool_choice'])).toEqual([choice, then])
  })

  test.each(['length', 'model_length', 'content_filter'])('runs no call of an answer that %s has cut', async (finish) => {
    const { ran, run } = await play([bodyOf([call('find', '')], finish)])
    expect(ran).toEqual([])
    expect((await run.result).toolCalls).toHaveLength(1)
  })

  test('sends the messages as they were when it began, whatever is pushed to them meanwhile', async () => {
    const messages: ChatMessage[] = [{ role: 'user', content: 'Hello' }]
    const { bodies } = await play([[call('find')]], { messages }, (event) => {
      if (event.type === 'tool-result') messages.push(event.raw)
    })
    expect((Object(bodies[1]) as { messages: { role: string }[] }).messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
  })

  test('gives ids of its own that an earlier run on the same conversation did not give', async () => {
    const first = await (await play([[call('find', '{}', '')]])).run.result
    const { run } = await play([[call('find', '{}', '')]], { messages: [{ role: 'user', content: 'Hello' }, ...first.messages, { role: 'user', content: 'Again' }] })
    const idsOf = (messages: readonly ChatMessage[]) => messages.flatMap((message) => (message.role === 'tool' ? [message.tool_call_id] : []))
    const ids = [...idsOf(first.messages), ...idsOf((await run.result).messages)]
    expect(new Set(ids).size).toBe(2)
  })

  test.each([[['{}', '{']], [['{', '{}']]])('ends where a wrong call is repeated in the next round, though a right one stood beside it: %j', async (pieces) => {
    const round = pieces.map((json, index) => call('find', json, '', index))
    expect((await play([round, round])).error).toMatchObject({ code: 'invalid-tool-call', tool: 'find' })
  })
})
