import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conversation } from '../../src/conversation/index.ts'
import type { ChatMessage } from '../../src/core.ts'

const user = (content: string): ChatMessage => ({ role: 'user', content })
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content })
const system = (content: string): ChatMessage => ({ role: 'system', content })
const round = (id: string): readonly ChatMessage[] => [
  { role: 'assistant', content: null, tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: '{}' } }] },
  { role: 'tool', tool_call_id: id, content: id },
]
const one = () => 1

describe('conversation.trim()', () => {
  const first = [user('1'), assistant('2')]
  const second = [user('3'), ...round('a'), ...round('b'), assistant('4')]
  const last = [user('5'), ...round('c')]
  const head: ChatMessage[] = [system('Be brief'), { role: 'developer', content: 'Be kind' }]
  const all = [...head, ...first, ...second, ...last]

  test.each([
    [13, 0],
    [12, 2],
    [11, 2],
    [10, 8],
    [5, 8],
  ])('to %i drops %i messages, by whole turns from the oldest', (maxTokens, dropped) => {
    const talk = conversation({ messages: all })
    expect(talk.trim({ maxTokens, count: one })).toEqual(all.slice(2, 2 + dropped))
    expect(talk.messages).toEqual([...head, ...all.slice(2 + dropped)])
  })

  test('refuses a budget that instructions and last turn exceed, with both numbers, and drops nothing', () => {
    const talk = conversation({ messages: all })
    expect(() => talk.trim({ maxTokens: 4, count: one })).toThrow(expect.objectContaining({ code: 'invalid-request', message: 'Cannot trim the conversation as instructions and last turn count 5, and maxTokens is 4' }))
    expect(talk.messages).toEqual(all)
    expect(() => conversation({ instructions: 'Be brief' }).trim({ maxTokens: 0, count: one })).toThrow('count 1, and maxTokens is 0')
  })

  test('takes messages of the user that follow each other for one turn', () => {
    const talk = conversation({ messages: [...first, user('This:'), user('an image')] })
    expect(() => talk.trim({ maxTokens: 1, count: one })).toThrow('count 2, and maxTokens is 1')
    expect(talk.trim({ maxTokens: 2, count: one })).toEqual(first)
    expect(talk.messages).toEqual([user('This:'), user('an image')])
  })

  test('drops a greeting before the first turn, and instructions between turns with theirs', () => {
    const talk = conversation({ messages: [system('Be brief'), assistant('Welcome'), user('1'), system('Note'), assistant('2'), user('3')] })
    expect(talk.trim({ maxTokens: 5, count: one })).toEqual([assistant('Welcome')])
    expect(talk.trim({ maxTokens: 4, count: one })).toHaveLength(3)
    expect(talk.messages).toEqual([system('Be brief'), user('3')])
  })

  test('leaves what is empty, or has nobody to ask, as it is', () => {
    expect(conversation().trim({ maxTokens: 0, count: one })).toEqual([])
    expect(conversation({ messages: [assistant('Welcome')] }).trim({ maxTokens: 1, count: one })).toEqual([])
  })

  test.each([
    ['a promise', () => Promise.resolve(1)],
    ['nothing', () => undefined],
    ['NaN', () => NaN],
  ])('refuses a counter that gives %s, also of an older turn alone', (_, count) => {
    const talk = conversation({ messages: all })
    expect(() => talk.trim({ maxTokens: 100, count: count as () => number })).toThrow(expect.objectContaining({ code: 'invalid-request' }))
    expect(() => talk.trim({ maxTokens: 100, count: (message) => (message.content === '1' ? NaN : 1) })).toThrow(expect.objectContaining({ code: 'invalid-request' }))
    expect(talk.messages).toEqual(all)
  })

  test('refuses a budget that is no number', () => {
    expect(() => conversation({ messages: all }).trim({ count: one } as never)).toThrow('maxTokens is undefined')
  })

  const turn = fc.tuple(fc.integer({ min: 1, max: 2 }), fc.nat(3), fc.boolean()).map(([asked, rounds, answered]): readonly ChatMessage[] => [
    ...Array.from({ length: asked }, () => user('?')),
    ...Array.from({ length: rounds }, (_, index) => round(`call-${index}`)).flat(),
    ...(answered || rounds === 0 ? [assistant('!')] : []),
  ])
  const talks = fc.tuple(fc.nat(2), fc.boolean(), fc.array(turn, { maxLength: 12 })).map(([instructions, greets, turns]) => [
    ...Array.from({ length: instructions }, () => system('Be brief')),
    ...(greets ? [assistant('Welcome')] : []),
    ...turns.flat(),
  ].map((message, index) => ({ ...message, index })))

  test('parts no call from its results, keeps the order and the budget, and drops no more than it must, whatever was said', () => {
    fc.assert(
      fc.property(talks, fc.array(fc.nat(20), { minLength: 80, maxLength: 80 }), fc.nat(400), (messages, counts, maxTokens) => {
        const talk = conversation({ messages })
        const asked: number[] = []
        const count = ({ index }: ChatMessage) => {
          asked.push(Number(index))
          return counts[Number(index)] ?? 0
        }
        const sum = (some: readonly ChatMessage[]) => some.reduce((total, { index }) => total + (counts[Number(index)] ?? 0), 0)
        const instructions = messages.filter(({ role }) => role === 'system')
        const lastTurn = messages.slice(messages.findLastIndex(({ role }, index) => role === 'user' && messages[index - 1]?.role !== 'user'))
        let dropped: readonly ChatMessage[] = []
        try {
          dropped = talk.trim({ maxTokens, count })
        } catch {
          expect(talk.messages).toEqual(messages)
          const least = messages.some(({ role }) => role === 'user') ? [...instructions, ...lastTurn] : messages
          expect(sum(least)).toBeGreaterThan(maxTokens)
          return
        }
        expect(new Set(asked).size, 'each message is counted once at most').toBe(asked.length)
        expect(sum(talk.messages)).toBeLessThanOrEqual(maxTokens)
        const rest = talk.messages.slice(instructions.length)
        expect([...instructions, ...dropped, ...rest], 'nothing is lost, and the order stays').toEqual(messages)
        if (dropped.length === 0) return
        expect(rest[0]?.role).toBe('user')
        expect(rest.slice(-lastTurn.length)).toEqual(lastTurn)
        let open: string[] = []
        for (const { role, tool_calls, tool_call_id } of rest as Record<string, unknown>[]) {
          if (role === 'tool') expect(open).toContain(tool_call_id)
          else open = ((tool_calls ?? []) as { id: string }[]).map(({ id }) => id)
        }
        const at = dropped.findLastIndex(({ role }, index) => role === 'user' && dropped[index - 1]?.role !== 'user')
        expect(sum(talk.messages) + sum(dropped.slice(Math.max(at, 0))), 'one turn more would not fit').toBeGreaterThan(maxTokens)
      }),
      { numRuns: 500 },
    )
  })
})
