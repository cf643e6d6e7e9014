import * as fc from 'fast-check'
import { describe, expect } from 'vitest'
import { fold } from '../../src/chat/collect.ts'
import type { ChatEvent, ChatResult } from '../../src/core.ts'
import { isChatError } from '../../src/errors.ts'
import { proveError } from './codes.ts'
import { anyJson, chunk, loose } from './json.ts'
import { holds } from './runs.ts'

interface Folded {
  readonly events: ChatEvent[]
  readonly copies: readonly { readonly given: ChatResult; readonly json: string }[]
  readonly result: ChatResult
  readonly failed: boolean
}

/** Folds chunks to the first that is refused. */
function foldAll(wires: readonly object[], expected?: number): Folded & { readonly finished: boolean } {
  const answer = fold(expected)
  const events: ChatEvent[] = []
  const copies: { given: ChatResult; json: string }[] = []
  let failed = false
  for (const wire of wires) {
    const before = JSON.stringify(wire)
    try {
      events.push(...answer.take(wire as Readonly<Record<string, unknown>>))
    } catch (error) {
      expect(isChatError(error) && error.code).toBe('malformed')
      proveError(error)
      failed = true
    }
    // What the wire brought is handed on as `raw`, untouched.
    expect(JSON.stringify(wire)).toBe(before)
    const given = answer.copy()
    copies.push({ given, json: JSON.stringify(given) })
    if (failed) break
  }
  return { events, copies, result: answer.copy(), failed, finished: Boolean(answer.finished()) }
}

const sum = (events: readonly ChatEvent[], type: 'text' | 'reasoning' | 'refusal', choice: number) =>
  events.flatMap((event) => (event.type === type && event.choice === choice ? [event.text] : [])).join('')

describe('fold()', () => {
  holds(
    'fold() makes events or a `malformed` error of any JSON object',
    fc.property(fc.array(fc.oneof(chunk, loose({ choices: anyJson, usage: anyJson })), { maxLength: 6 }), (wires) => {
      const { copies, result } = foldAll(wires)
      expect(JSON.stringify(result)).toBe(copies.at(-1)?.json ?? JSON.stringify(result))
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    }),
  )

  holds(
    'fold() gives copies that nothing changes, and the same twice',
    fc.property(fc.array(chunk, { maxLength: 6 }), (wires) => {
      for (const { given, json } of foldAll(wires).copies) expect(JSON.stringify(given)).toBe(json)
    }),
  )

  holds(
    'fold() tells in events what the result holds, in order of the choices',
    fc.property(fc.array(chunk, { maxLength: 8 }), (wires) => {
      const { events, result, failed } = foldAll(wires)
      if (failed) return
      expect(result.choices.map(({ index }) => index)).toEqual([...new Set(result.choices.map(({ index }) => index))].sort((a, b) => a - b))
      for (const { index, text, reasoning, refusal, toolCalls, finishReason, message } of result.choices) {
        expect([text, reasoning, refusal]).toEqual([sum(events, 'text', index), sum(events, 'reasoning', index), sum(events, 'refusal', index)])
        const pieces = events.flatMap((event) => (event.type === 'tool-call-delta' && event.choice === index ? [event.arguments] : []))
        expect(toolCalls.reduce((length, call) => length + call.arguments.length, 0)).toBe(pieces.join('').length)
        expect(events.filter((event) => event.type === 'finish' && event.choice === index)).toHaveLength(finishReason === undefined ? 0 : 1)
        expect(message.content ?? '').toBe(text)
      }
      const { choices: _, id, model, usage, citations, promptFilter, ...first } = result
      if (result.choices.length > 0) expect(first).toEqual(result.choices[0])
      expect([id ?? '', model ?? ''].every((value) => typeof value === 'string')).toBe(true)
      expect(usage).toEqual(events.findLast((event) => event.type === 'usage')?.usage)
      expect(citations).toEqual(events.flatMap((event) => (event.type === 'citation' ? [event.citation] : [])))
      expect(promptFilter?.source).toBe(promptFilter && 'prompt')
    }),
  )

  holds(
    'fold() has finished where every choice that was asked for has its finish, and not before',
    fc.property(fc.array(chunk, { maxLength: 6 }), fc.integer({ min: 1, max: 3 }), (wires, expected) => {
      const { result, finished, failed } = foldAll(wires, expected)
      if (!failed) expect(finished).toBe(result.choices.length >= expected && result.choices.every(({ finishReason }) => finishReason))
    }),
  )

  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  const answers = fc.array(
    fc.record({ text: fc.array(word, { maxLength: 5 }), reasoning: fc.array(word, { maxLength: 3 }), calls: fc.array(fc.record({ id: fc.uuid(), name: word, pieces: fc.array(word, { maxLength: 4 }) }), { maxLength: 3 }), finish: fc.constantFrom('stop', 'length', 'tool_calls') }),
    { minLength: 1, maxLength: 3 },
  )
  holds(
    'fold() makes the same of a stream, its choices in any order, as of the whole completion',
    fc.property(answers, fc.infiniteStream(fc.nat(2)), (choices, turns) => {
      const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
      const head = { id: 'i', model: 'm' }
      const whole = choices.map(({ text, reasoning, calls, finish }, index) => ({
        index,
        message: { role: 'assistant', content: text.join(''), reasoning_content: reasoning.join(''), tool_calls: calls.map(({ id, name, pieces }, at) => ({ index: at, id, type: 'function', function: { name, arguments: pieces.join('') } })) },
        finish_reason: finish,
      }))
      const queues = choices.map(({ text, reasoning, calls, finish }, index) => [
        ...reasoning.map((piece) => ({ index, delta: { reasoning_content: piece }, finish_reason: null })),
        ...text.map((piece) => ({ index, delta: { content: piece }, finish_reason: null })),
        ...calls.flatMap(({ id, name, pieces }, at) => ['', ...pieces].map((piece, nth) => ({ index, delta: { tool_calls: [{ index: at, ...(nth === 0 && { id, type: 'function' }), function: { ...(nth === 0 && { name }), arguments: piece } }] }, finish_reason: null }))),
        { index, delta: {}, finish_reason: finish },
      ])
      const chunks: object[] = []
      for (let left = queues.filter(({ length }) => length > 0); left.length > 0; left = left.filter(({ length }) => length > 0)) {
        const choice = left[turns.next().value % left.length]?.shift()
        if (choice) chunks.push({ ...head, choices: [choice] })
      }
      const streamed = foldAll([...chunks, { ...head, choices: [], usage }], choices.length)
      const completed = foldAll([{ ...head, choices: whole, usage }], choices.length)
      expect(streamed.result).toEqual(completed.result)
      expect([streamed.finished, completed.finished]).toEqual([true, true])
    }),
  )
})
