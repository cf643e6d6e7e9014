// Recorded tool calls are run as they were made, wherever the bytes are cut.
import { describe, expect, test } from 'vitest'
import { connect } from '../../src/core.ts'
import { runTools, tool } from '../../src/tools/index.ts'
import { captures, haveCaptures, readCapture } from '../captures.ts'
import { bytesOf, cuts, streamOf } from '../cut.ts'
import { bodyOf } from './model.ts'

describe.skipIf(!haveCaptures)(captures, () => {
  test.each([
    ['azure-gpt4omini-toolcall.sse', [['get_current_temperature', { city: 'San Francisco' }]]],
    ['azure-grok41-toolcall-1.sse', [['best_language_to_learn', {}]]],
    ['deepseek-v4-toolcall.sse', [['weather', { latitude: '52.5200', longitude: '13.4050' }]]],
    ['mistral-small-toolcall.sse', [['weather', { latitude: '52.5200', longitude: '13.4050' }]]],
    ['ollama-gptoss-toolcall.sse', [['weather', { latitude: '52.5200', longitude: '13.4050' }]]],
    ['openai-gpt4o-toolcall.sse', [['get_weather', { location: 'New York, NY' }]]],
  ])('runTools() runs the calls of %s at every cut', async (name, expected) => {
    const wire = readCapture(`streams/${name}`)
    const names = [...new Set([...new TextDecoder().decode(wire).matchAll(/"name":\s*"([\w-]+)"/g)].map(([, found]) => found ?? ''))]
    for (const [how, pieces] of cuts(wire, 3)) {
      const ran: unknown[] = []
      let round = 0
      const connection = connect({ endpoint: 'https://c.openai.azure.com', token: () => 'eyJ.secret', fetch: async () => new Response(streamOf(round++ ? [bytesOf(bodyOf([]))] : pieces)) })
      const tools = names.map((name) => tool({ name, jsonSchema: {}, run: (input) => void ran.push([name, input]) }))
      const { rounds, messages } = await runTools(connection, { model: 'gpt', messages: [{ role: 'user', content: 'Hello' }] }, { tools }).result
      expect(ran, how).toEqual(expected)
      expect(rounds, how).toHaveLength(2)
      expect(messages, how).toHaveLength(expected.length + 2)
    }
  })
})
