import { describe, expect, test } from 'vitest'
import { chat, connect } from '../../src/core.ts'
import { responses } from '../../src/responses/index.ts'
import type { ResponsesOptions } from '../../src/responses/index.ts'
import { rejection } from '../conformance/foundry.ts'
import { RELAY, rig } from '../edge/rig.ts'
import { streamed, WEATHER } from './rig.ts'

const MESSAGES = [{ role: 'user', content: 'How is the weather?' }] as const

describe('responses() behind a relay', () => {
  const behind = (options: ResponsesOptions = {}) => {
    const made = rig()
    const connection = connect({ endpoint: RELAY, token: () => made.token(), fetch: async (url, init) => made.relay(new Request(url, init)) })
    return { ...made, connection: responses(connection, options) }
  }

  test('answers, calls and goes on from its reasoning, and nothing is stored', async () => {
    const { connection, sent } = behind({ encryptedReasoning: true, reasoningSummary: 'auto' })
    const request = { model: 'chat', messages: MESSAGES, tools: [WEATHER], max_completion_tokens: 500 }
    const { result, error } = await streamed(connection, request)
    expect(error).toBeUndefined()
    expect(result).toMatchObject({ finishReason: 'tool_calls', reasoning: expect.stringMatching(/./), usage: { total_tokens: expect.any(Number) } })
    const next = await chat(connection, { ...request, messages: [...MESSAGES, result.message, { role: 'tool', tool_call_id: result.toolCalls[0]?.id ?? '', content: '21 degrees' }] })
    expect(next.text).toContain('21 degrees')
    expect(sent.map(({ body }) => [body['store'], body['max_output_tokens']])).toEqual([[false, 500], [false, 500]])
  })

  test('is told where the relay does not let it store', async () => {
    const { connection } = behind({ store: true })
    expect(await rejection(chat(connection, { model: 'chat', messages: MESSAGES }))).toMatchObject({ code: 'unsupported-parameter', param: 'store' })
  })
})
