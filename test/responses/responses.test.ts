import { describe, expect, test } from 'vitest'
import { chat } from '../../src/core.ts'
import { emulated, REQUEST, streamed, WEATHER } from './rig.ts'

const said = (events: readonly { type: string }[], type: string) => events.filter((event) => event.type === type).map((event) => (event as unknown as { text: string }).text).join('')

describe('responses()', () => {
  test.each([
    ['gpt-5-codex', {}],
    ['gpt-5-mini', {}],
    ['gpt-4o-mini', {}],
    ['gpt-5-codex', { tools: [WEATHER], messages: [{ role: 'user', content: 'How is the weather?' }] }],
    ['gpt-5-mini', { messages: [{ role: 'user', content: '/refuse' }] }],
    ['gpt-5-mini', { max_completion_tokens: 67 }],
    ['gpt-5-mini', { messages: [{ role: 'user', content: '[filter:output] Hello' }] }],
    ['gpt-5-mini', { response_format: { type: 'json_schema', json_schema: { name: 'place', schema: { type: 'object', properties: { city: { type: 'string' } } } } } }],
  ] as const)('answers %s with %j the same, streamed and whole', async (model, more) => {
    const options = model === 'gpt-4o-mini' ? {} : ({ encryptedReasoning: true, reasoningSummary: 'auto' } as const)
    const of = () => emulated(options, { now: () => 0 }).connection
    const { events, error, result } = await streamed(of(), { ...REQUEST, model, ...more })
    expect(error).toBeUndefined()
    const { response, ...whole } = await chat(of(), { ...REQUEST, model, ...more })
    expect(whole).toEqual(result)
    expect(response.url).toBe('https://c.services.ai.azure.com/openai/v1/responses')
    expect(result.finishReason).toBe('tools' in more ? 'tool_calls' : 'max_completion_tokens' in more ? 'length' : JSON.stringify(more).includes('filter') ? 'content_filter' : 'stop')
    for (const type of ['text', 'refusal', 'reasoning'] as const) expect(said(events, type)).toBe(result[type])
    expect(result).toMatchObject({ id: expect.stringMatching(/^resp_/), model, usage: { prompt_tokens: expect.any(Number), total_tokens: expect.any(Number), prompt_tokens_details: { cached_tokens: 0 }, completion_tokens_details: { reasoning_tokens: expect.any(Number) } } })
    expect(result.reasoning.length > 0).toBe(model !== 'gpt-4o-mini')
    expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1)
    for (const event of events) expect(event.raw['type']).toMatch(/^response\./)
  })
})
