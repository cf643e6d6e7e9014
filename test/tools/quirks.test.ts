// Tool calls as services were seen to write them: whatever the deltas, the same calls are run.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runTools, tool } from '../../src/tools/index.ts'
import type { ToolRunResult } from '../../src/tools/index.ts'
import { ASK, foundry } from '../conformance/foundry.ts'
import { bodyOf, scripted } from './model.ts'
import type { Delta } from './model.ts'

const BODY = { model: 'model', messages: ASK }
const ESCAPED = '{"q":"a\\"b \\u00e9 😀","n":[1,2]}'

/** Runs what these rounds call; every tool hands its arguments back as they are. */
async function play(rounds: readonly (string | readonly Delta[])[], names: readonly string[] = ['find', 'look']): Promise<{ result: ToolRunResult; ran: unknown[]; bodies: Record<string, unknown>[] }> {
  const ran: unknown[] = []
  const bodies: Record<string, unknown>[] = []
  const { connection } = foundry({ fetch: scripted(rounds, bodies) })
  const tools = names.map((name) => tool({ name, jsonSchema: {}, run: (input, { call }) => void ran.push([call.id, name, input]) }))
  return { result: await runTools(connection, BODY, { tools }).result, ran, bodies }
}

const call = (delta: Omit<Delta, 'function'>, name?: string, json?: string): Delta => ({ ...delta, function: { ...(name !== undefined && { name }), ...(json !== undefined && { arguments: json }) } })

describe('runTools()', () => {
  test.each<[string, Delta[], unknown[]]>([
    ['whole calls, each in one delta', [call({ index: 0, id: 'a' }, 'find', '{"n":1}'), call({ index: 1, id: 'b' }, 'look', '{}')], [['a', 'find', { n: 1 }], ['b', 'look', {}]]],
    ['no index, where ids tell', [call({ id: 'a' }, 'find', ''), call({}, undefined, '{"n":'), call({}, undefined, '1}'), call({ id: 'b' }, 'look', '{}')], [['a', 'find', { n: 1 }], ['b', 'look', {}]]],
    ['an index from 1', [call({ index: 1, id: 'a' }, 'find', '{"n"'), call({ index: 2, id: 'b' }, 'look', '{'), call({ index: 1 }, undefined, ':1}'), call({ index: 2 }, undefined, '}')], [['a', 'find', { n: 1 }], ['b', 'look', {}]]],
    ['one index for all, where ids tell', [call({ index: 0, id: 'a' }, 'find', '{}'), call({ index: 0, id: 'b' }, 'look', '{}')], [['a', 'find', {}], ['b', 'look', {}]]],
    ['arguments cut inside of an escape and a surrogate pair', Array.from(ESCAPED.split(''), (piece, at) => (at ? call({ index: 0 }, undefined, piece) : call({ index: 0, id: 'a' }, 'find', piece))), [['a', 'find', JSON.parse(ESCAPED)]]],
    ['no arguments at all', [call({ index: 0, id: 'a' }, 'find')], [['a', 'find', {}]]],
    ['empty ids', [call({ index: 0, id: '' }, 'find', '{}'), call({ index: 1 }, 'look', '{}')], [['call_1_0', 'find', {}], ['call_1_1', 'look', {}]]],
    ['one id twice', [call({ index: 0, id: 'a' }, 'find', '{}'), call({ index: 1, id: 'a' }, 'look', '{}')], [['a', 'find', {}], ['call_1_1', 'look', {}]]],
  ])('runs calls that are written with %s', async (_, deltas, expected) => {
    const { ran, result, bodies } = await play([deltas])
    expect(ran).toEqual(expected)
    expect(result.text).toBe('Done.')
    const ids = expected.map((entry) => (entry as string[])[0])
    expect(bodies[1]?.['messages']).toEqual([...ASK, expect.objectContaining({ tool_calls: ids.map((id) => expect.objectContaining({ id })) }), ...ids.map((id) => ({ role: 'tool', tool_call_id: id, content: '' }))])
    expect(result.rounds[0]?.choices[0]?.toolCalls.map(({ id }) => id)).toEqual(ids)
  })

  test('gives ids of its own where a service counts anew in each round', async () => {
    const { ran } = await play([[call({ index: 0, id: 'call_0' }, 'find', '')], [call({ index: 0, id: 'call_0' }, 'look', '')]])
    expect(ran).toEqual([['call_0', 'find', {}], ['call_3_0', 'look', {}]])
  })

  test('goes by the calls where a service says that it has stopped', async () => {
    const { ran, result } = await play([bodyOf([call({ index: 0, id: 'a' }, 'find', '{}')], 'stop')])
    expect(ran).toHaveLength(1)
    expect(result.rounds).toHaveLength(2)
  })

  test.each(['length', 'content_filter'])('runs nothing of an answer that was cut by %s', async (finish) => {
    const { ran, result, bodies } = await play([[call({ index: 0, id: 'a' }, 'find', '{}')], bodyOf([call({ index: 0, id: 'b' }, 'find', '{}'), call({ index: 1, id: 'c' }, 'look', '{"n')], finish)])
    expect(ran).toEqual([['a', 'find', {}]])
    expect(result).toMatchObject({ finishReason: finish, toolCalls: [{ id: 'b' }, { id: 'c', arguments: '{"n' }] })
    expect(result.messages.map(({ role }) => role)).toEqual(['assistant', 'tool'])
    expect(bodies).toHaveLength(2)
  })

  test('keeps the words of an answer that was cut before it called anything', async () => {
    const { result } = await play([`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'Half' }, finish_reason: 'length' }] })}\n\n`])
    expect(result.messages).toEqual([{ role: 'assistant', content: 'Half' }])
  })

  test('sends the reasoning of a round back with its calls', async () => {
    const thought = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { reasoning_content: 'Hm.' } }] })}\n\n`
    const { bodies } = await play([thought + bodyOf([call({ index: 0, id: 'a' }, 'find', '{}')])])
    expect(bodies[1]?.['messages']).toMatchObject([{}, { role: 'assistant', reasoning_content: 'Hm.', tool_calls: [{ id: 'a' }] }, {}])
  })

  test('passes on tools of other kinds, which have their name elsewhere', async () => {
    const own = [{ type: 'custom', custom: { name: 'sql' } }, { type: 'custom', custom: { name: 'python' } }]
    const bodies: Record<string, unknown>[] = []
    const { connection } = foundry({ fetch: scripted([], bodies) })
    const find = tool({ name: 'find', run: () => 1 })
    await runTools(connection, { ...BODY, tools: own }, { tools: [find] }).result
    expect(bodies[0]?.['tools']).toEqual([...own, find.definition])
  })

  test('leaves the request as it was', async () => {
    const request = Object.freeze({ ...BODY, messages: Object.freeze([...ASK]) })
    const { connection } = foundry({ fetch: scripted([[call({ index: 0, id: 'a' }, 'find', '{}')]]) })
    await runTools(connection, request, { tools: [tool({ name: 'find', run: () => 1 })] }).result
    expect(request).toEqual(BODY)
  })

  const json = fc.dictionary(fc.string({ unit: 'binary', maxLength: 5 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3, noNullPrototype: true })
  const calls = fc.array(fc.record({ name: fc.constantFrom('find', 'look'), input: json, cuts: fc.array(fc.nat(60), { maxLength: 6 }) }), { minLength: 1, maxLength: 4 })

  /** The deltas of one call, its arguments cut at these places. */
  function split(at: number, { name, input, cuts }: { name: string; input: object; cuts: number[] }, indexed: boolean): Delta[] {
    const text = JSON.stringify(input)
    const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length]
    const index = indexed ? { index: at } : {}
    return places.slice(1).map((end, piece) => call(piece ? index : { ...index, id: `id${at}` }, piece ? undefined : name, text.slice(places[piece], end)))
  }

  test('runs the same calls however they are split, in turns where an index tells', async () => {
    await fc.assert(
      fc.asyncProperty(calls, fc.boolean(), fc.array(fc.nat(3), { maxLength: 40 }), async (made, indexed, turns) => {
        const queues = made.map((one, at) => split(at, one, indexed))
        const deltas: Delta[] = []
        if (indexed) {
          // All begin in order, then each goes on when it is its turn.
          for (const queue of queues) deltas.push(...queue.splice(0, 1))
          for (const turn of turns) deltas.push(...(queues[turn % queues.length] ?? []).splice(0, 1))
        }
        deltas.push(...queues.flat())
        const { ran } = await play([deltas])
        expect(ran).toEqual(made.map(({ name, input }, at) => [`id${at}`, name, JSON.parse(JSON.stringify(input))]))
      }),
      { numRuns: 60 },
    )
  })
})
