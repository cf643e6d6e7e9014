import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold } from '../../src/chat/collect.ts'
import type { ChatEvent } from '../../src/core.ts'

/** Folds chunks whose one choice has these deltas, and finishes it. */
function foldDeltas(deltas: readonly object[], finish = 'tool_calls') {
  const answer = fold()
  const events: ChatEvent[] = []
  for (const delta of deltas) events.push(...answer.take({ choices: [{ index: 0, delta }] }))
  events.push(...answer.take({ choices: [{ index: 0, delta: {}, finish_reason: finish }] }))
  return { events, ...answer.copy() }
}

const call = (members: object) => ({ tool_calls: [members] })
const calls = (deltas: readonly object[]) => foldDeltas(deltas).toolCalls.map(({ id, name, arguments: json }) => [id, name, json])

describe('tool calls', () => {
  test.each([
    ['split, with an index', [call({ index: 0, id: 'a', function: { name: 'f', arguments: '' } }), call({ index: 0, function: { arguments: '{"x"' } }), call({ index: 0, function: { arguments: ':1}' } })], [['a', 'f', '{"x":1}']]],
    ['whole, in one delta', [call({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } })], [['a', 'f', '{}']]],
    ['two in one delta', [{ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '1' } }, { index: 1, id: 'b', function: { name: 'g', arguments: '2' } }] }], [['a', 'f', '1'], ['b', 'g', '2']]],
    ['two in turns', [call({ index: 0, id: 'a', function: { name: 'f', arguments: '1' } }), call({ index: 1, id: 'b', function: { name: 'g', arguments: '2' } }), call({ index: 0, function: { arguments: '3' } }), call({ index: 1, function: { arguments: '4' } })], [['a', 'f', '13'], ['b', 'g', '24']]],
    ['an index from 1', [call({ index: 1, id: 'a', function: { name: 'f', arguments: '1' } }), call({ index: 1, function: { arguments: '2' } })], [['a', 'f', '12']]],
    ['no index', [call({ id: 'a', function: { name: 'f', arguments: '1' } }), call({ function: { arguments: '2' } }), call({ id: 'b', function: { name: 'g', arguments: '3' } }), call({ function: { arguments: '4' } })], [['a', 'f', '12'], ['b', 'g', '34']]],
    ['one index for two', [{ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '1' } }, { index: 0, id: 'b', function: { name: 'g', arguments: '2' } }] }, call({ index: 0, function: { arguments: '3' } })], [['a', 'f', '1'], ['b', 'g', '23']]],
    ['empty ids after the first', [call({ index: 0, id: 'a', function: { name: 'f', arguments: '1' } }), call({ index: 0, id: '', function: { name: '', arguments: '2' } })], [['a', 'f', '12']]],
    ['null members', [call({ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: null } }), call({ index: null, id: null, function: { name: null, arguments: '2' } })], [['a', 'f', '2']]],
    ['the id repeated', [call({ index: 0, id: 'a', function: { name: 'f', arguments: '1' } }), call({ index: 0, id: 'a', function: { name: 'f', arguments: '2' } })], [['a', 'f', '12']]],
    ['the id late', [call({ index: 0, function: { name: 'f', arguments: '1' } }), call({ index: 0, id: 'a', function: { arguments: '2' } })], [['a', 'f', '12']]],
    ['a custom tool', [call({ index: 0, id: 'a', type: 'custom', custom: { name: 'f', input: 'x' } }), call({ index: 0, custom: { input: 'y' } })], [['a', 'f', 'xy']]],
  ])('%s', (_, deltas, expected) => expect(calls(deltas)).toEqual(expected))

  test('come whole when the choice finishes, before finish, and once', () => {
    const { events } = foldDeltas([call({ index: 0, id: 'a', function: { name: 'f', arguments: '{' } }), call({ index: 0, function: { arguments: '}' } })])
    expect(events.map(({ type }) => type)).toEqual(['tool-call-delta', 'tool-call-delta', 'tool-call', 'finish'])
    expect(events[2]).toMatchObject({ id: 'a', name: 'f', arguments: '{}', choice: 0 })
  })

  test('assemble the same however their arguments are split', () => {
    const wanted = fc.array(fc.record({ id: fc.uuid(), name: fc.constantFrom('f', 'g'), json: fc.json() }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(wanted, fc.infiniteStream(fc.nat(9)), (all, sizes) => {
        const deltas = all.flatMap(({ id, name, json }, index) => {
          const pieces: object[] = [call({ index, id, type: 'function', function: { name, arguments: '' } })]
          for (let at = 0; at < json.length; ) {
            const size = 1 + sizes.next().value
            pieces.push(call({ index, function: { arguments: json.slice(at, at + size) } }))
            at += size
          }
          return pieces
        })
        expect(calls(deltas)).toEqual(all.map(({ id, name, json }) => [id, name, json]))
      }),
    )
  })
})

describe('fold()', () => {
  test.each([undefined, null, 1])('has not finished before its one choice has, where %s were asked for', (expected) => {
    const answer = fold(expected)
    expect(answer.finished()).toBeFalsy()
    answer.take({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
    expect(answer.finished()).toBeTruthy()
  })

  test('keeps what On Your Data has searched for', () => {
    const answer = fold()
    answer.take({ choices: [{ index: 0, delta: { role: 'assistant', context: { citations: [{ title: 'Rain' }], intent: '["rain"]' } } }] })
    answer.take({ choices: [{ index: 0, delta: { content: 'Rain [doc1]' }, finish_reason: 'stop' }] })
    expect(answer.copy()).toMatchObject({ intent: '["rain"]', citations: [{ title: 'Rain' }], choices: [{ intent: '["rain"]' }] })
    expect(() => fold().take({ choices: [{ delta: { context: { intent: 1 } } }] })).toThrow('choices[].delta.context.intent must be string')
  })

  test('is not finished before every choice asked for has its finish', () => {
    const answer = fold(2)
    expect(answer.finished()).toBeFalsy()
    answer.take({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
    expect(answer.finished()).toBeFalsy()
    answer.take({ choices: [{ index: 1, delta: { content: 'x' } }] })
    expect(answer.finished()).toBeFalsy()
    answer.take({ choices: [{ index: 1, delta: {}, finish_reason: 'stop' }] })
    expect(answer.finished()).toBe(true)
  })

  test('lets a late block retract a finish, without a second finish event', () => {
    const answer = fold()
    answer.take({ choices: [{ index: 0, delta: { content: 'x' } }] })
    const first = answer.take({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
    const late = answer.take({ id: '', model: '', choices: [{ index: 0, finish_reason: 'content_filter', content_filter_results: { hate: { filtered: true, severity: 'high' } } }] })
    expect([...first, ...late].map(({ type }) => type)).toEqual(['finish', 'filter'])
    expect(answer.copy()).toMatchObject({ text: 'x', finishReason: 'content_filter', contentFilter: { source: 'completion', filtered: true, categories: { hate: { severity: 'high' } } } })
  })

  test('keeps the first finish where another follows that retracts nothing', () => {
    const answer = fold()
    answer.take({ choices: [{ index: 0, delta: {}, finish_reason: 'length' }] })
    expect(answer.take({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })).toEqual([])
    expect(answer.copy().finishReason).toBe('length')
  })

  test('keeps what the filter withheld, whatever annotations follow', () => {
    const answer = fold()
    answer.take({ choices: [{ index: 0, content_filter_results: { hate: { filtered: true } } }] })
    answer.take({ choices: [{ index: 0, content_filter_results: { violence: { filtered: false } } }] })
    expect(answer.copy().contentFilter).toMatchObject({ filtered: true, categories: { hate: { filtered: true } } })
  })

  test.each([
    ['an empty object', {}],
    ['empty choices', { choices: [] }],
    ['a choice without delta', { choices: [{ index: 0 }] }],
    ['nulls', { id: null, choices: [{ index: 0, delta: null, finish_reason: null, content_filter_results: null }], usage: null, prompt_filter_results: null }],
    ['an empty delta and empty results', { choices: [{ index: 0, delta: { content: '', refusal: null }, content_filter_results: {} }] }],
    ['what is unknown', { object: 'new.kind', anything: [1, { a: 2 }], choices: [{ index: 0, delta: { audio: {} }, new_field: 7 }] }],
  ])('makes no event of %s', (_, wire) => expect(fold().take(wire)).toEqual([]))

  test('takes filter results in the form of 2023, with an error inside', () => {
    const answer = fold()
    expect(answer.take({ choices: [{ index: 0, delta: { content: 'x' }, content_filter_result: { error: { code: 'content_filter_error', message: 'm' } } }] })).toMatchObject([{ type: 'text' }, { type: 'filter', filtered: false }])
  })

  test('takes a filtered completion without a message', () => {
    const answer = fold()
    answer.take({ choices: [{ index: 0, finish_reason: 'content_filter' }] })
    expect(answer.copy()).toMatchObject({ text: '', finishReason: 'content_filter', contentFilter: { filtered: true } })
  })

  test('gives citations of On Your Data as events and on the result', () => {
    const answer = fold()
    const citation = { content: 'c', title: 't', url: null, filepath: 'f', chunk_id: '0' }
    expect(answer.take({ choices: [{ index: 0, delta: { context: { citations: [citation], intent: '[]' } } }] })).toMatchObject([{ type: 'citation', citation }])
    expect(answer.copy().citations).toEqual([citation])
  })

  test('gives copies that later chunks do not change', () => {
    const answer = fold()
    answer.take({ choices: [{ index: 0, delta: call({ index: 0, id: 'a', function: { name: 'f', arguments: '1' } }) }] })
    const before = answer.copy()
    answer.take({ choices: [{ index: 0, delta: call({ index: 0, function: { arguments: '2' } }) }] })
    expect(before.toolCalls[0]?.arguments).toBe('1')
    expect(before.choices).toHaveLength(1)
  })
})
