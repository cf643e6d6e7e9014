// The wire as a valibot schema: a second witness of what the hand-written reader takes and refuses.
import * as fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { fold } from '../../src/chat/collect.ts'
import { createEmulator, DEPLOYMENTS } from '../../src/emulator/index.ts'
import { isChatError } from '../../src/errors.ts'
import type { WireObject } from '../../src/schemas/completion.ts'
import { createDecoder } from '../../src/sse/index.ts'
import { ASK, ENDPOINT } from '../conformance/foundry.ts'

const text = v.nullish(v.string())
/** As `v.looseObject`, which takes arrays, but for those. */
const record = <Entries extends v.ObjectEntries>(entries: Entries) => v.pipe(v.custom<object>((value) => !Array.isArray(value)), v.looseObject(entries))
const object = record({})
const toolCall = record({
  index: v.nullish(v.number()),
  id: text,
  function: v.nullish(record({ name: text, arguments: text })),
})
const delta = record({ content: text, reasoning_content: text, reasoning: text, refusal: text, tool_calls: v.nullish(v.array(toolCall)) })
const choice = record({ index: v.nullish(v.number()), delta: v.nullish(delta), finish_reason: text, content_filter_results: v.nullish(object) })
const chunk = record({ id: text, model: text, choices: v.nullish(v.array(choice)), usage: v.nullish(object) })

/** Whether the reader takes an object, and which path it refuses. */
function refusal(wire: WireObject): string | undefined {
  try {
    fold().take(wire)
    return undefined
  } catch (error) {
    if (isChatError(error) && error.code === 'malformed') return error.path
    throw error
  }
}

const anything = fc.oneof(fc.constant(null), fc.constant(undefined), fc.string(), fc.integer(), fc.boolean(), fc.constant([]), fc.constant([1]), fc.constant({}))
/** Mostly what the field should be, sometimes anything. */
const mostly = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof<[{ weight: number; arbitrary: fc.Arbitrary<unknown> }, { weight: number; arbitrary: fc.Arbitrary<unknown> }]>({ weight: 12, arbitrary }, { weight: 1, arbitrary: anything })
const wireDelta = fc.record(
  {
    content: mostly(fc.string()).filter((value) => !Array.isArray(value)),
    reasoning_content: mostly(fc.string()),
    refusal: mostly(fc.string()),
    tool_calls: mostly(fc.array(mostly(fc.record({ index: mostly(fc.nat(3)), id: mostly(fc.string()), function: mostly(fc.record({ name: mostly(fc.string()), arguments: mostly(fc.string()) }, { requiredKeys: [] })) }, { requiredKeys: [] })), { maxLength: 3 })),
    unknown_field: fc.anything(),
  },
  { requiredKeys: [] },
)
const wireChunk = fc.record(
  {
    id: mostly(fc.string()),
    model: mostly(fc.string()),
    usage: mostly(fc.record({ prompt_tokens: fc.nat() })),
    choices: mostly(fc.array(mostly(fc.record({ index: mostly(fc.nat(2)), delta: mostly(wireDelta), finish_reason: mostly(fc.constantFrom('stop', 'length')) }, { requiredKeys: [] })), { maxLength: 3 })),
    unknown_field: fc.anything(),
  },
  { requiredKeys: [] },
)

describe('the reader', () => {
  test('takes what the schema takes and refuses what it refuses', () => {
    fc.assert(
      fc.property(wireChunk, (wire) => {
        const path = refusal(wire)
        expect(path === undefined, `refused ${path}`).toBe(v.is(chunk, wire))
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    [{ id: 7 }, 'id'],
    [{ choices: 'x' }, 'choices'],
    [{ choices: [7] }, 'choices[]'],
    [{ choices: [{ index: '0' }] }, 'choices[].index'],
    [{ choices: [{ delta: { content: 7 } }] }, 'choices[].delta.content'],
    [{ choices: [{ delta: { tool_calls: [{ function: { arguments: {} } }] } }] }, 'choices[].delta.tool_calls[].function.arguments'],
    [{ choices: [{ finish_reason: 0 }] }, 'choices[].finish_reason'],
    [{ usage: [] }, 'usage'],
  ])('names the path in %o', (wire, path) => expect(refusal(wire)).toBe(path))
})

describe('the emulator', () => {
  test.each(Object.keys(DEPLOYMENTS))('%s sends what the schema takes', async (model) => {
    const emulator = createEmulator()
    const { token } = await emulator.token()
    const response = await emulator.fetch(`${ENDPOINT}/openai/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ model, messages: ASK, stream: true }) })
    const messages = createDecoder().push(new Uint8Array(await response.arrayBuffer()))
    expect(messages.length).toBeGreaterThan(5)
    for (const { data } of messages.slice(0, -1)) expect(v.safeParse(chunk, JSON.parse(data)).issues, data).toBeUndefined()
    expect(messages.at(-1)?.data).toBe('[DONE]')
  })
})
