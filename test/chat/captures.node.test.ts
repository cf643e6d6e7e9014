// Every recorded chat stream folds to its full text, calls, usage and finish, wherever the bytes are cut.
import { describe, expect, test } from 'vitest'
import { connect, isChatError, streamChat } from '../../src/core.ts'
import type { ChatResult } from '../../src/core.ts'
import { captures, haveCaptures, listCaptures, readCapture, readCaptureText } from '../captures.ts'
import { bytesOf, cuts, streamOf } from '../cut.ts'

const REQUEST = { model: 'gpt', messages: [{ role: 'user', content: 'Hello' }] } as const

async function fold(pieces: readonly Uint8Array[], n = 1, contentType = 'text/event-stream') {
  const connection = connect({
    endpoint: 'https://c.openai.azure.com',
    token: () => 'eyJ.secret',
    fetch: async () => new Response(streamOf(pieces), { headers: { 'content-type': contentType } }),
  })
  const stream = streamChat(connection, { ...REQUEST, n })
  let text = ''
  let error: unknown
  try {
    for await (const event of stream) if (event.type === 'text' && event.choice === 0) text += event.text
  } catch (caught) {
    error = caught
  }
  expect(stream.partial.text).toBe(text)
  return { result: stream.partial, error }
}

interface Witness {
  text: string
  reasoning: string
  finish: string | undefined
  usage: unknown
  calls: { id: string; name: string; arguments: string }[]
}

/** Reads a recording the naive way: it is whole, its fields are known, and its calls have an index. */
function witness(wire: string, choice = 0): Witness {
  const seen: Witness = { text: '', reasoning: '', finish: undefined, usage: undefined, calls: [] }
  for (const line of wire.split(/\r?\n/)) {
    if (!line.startsWith('data: {')) continue
    // eslint-disable-next-line typescript/no-explicit-any -- the witness trusts what the library must not
    const chunk: any = JSON.parse(line.slice(6))
    seen.usage = chunk.usage ?? seen.usage
    for (const { index, delta, finish_reason } of chunk.choices ?? []) {
      if ((index ?? 0) !== choice) continue
      if (Array.isArray(delta?.content)) for (const part of delta.content) seen.reasoning += part.thinking?.[0]?.text ?? ''
      else seen.text += delta?.content ?? ''
      seen.reasoning += delta?.reasoning_content ?? delta?.reasoning ?? ''
      seen.finish ??= finish_reason ?? undefined
      for (const call of delta?.tool_calls ?? []) {
        const entry = (seen.calls[call.index] ??= { id: call.id, name: call.function.name, arguments: '' })
        entry.arguments += call.function.arguments ?? ''
      }
    }
  }
  seen.calls = seen.calls.filter(Boolean)
  return seen
}

function summary(result: ChatResult): Witness {
  const { text, reasoning, finishReason, usage, toolCalls } = result
  return { text, reasoning, finish: finishReason, usage, calls: toolCalls.map(({ id, name, arguments: json }) => ({ id, name, arguments: json })) }
}

// What ends otherwise than well, and why.
const ENDS: Readonly<Record<string, string>> = {
  'groq-gptoss-error-midstream.sse': 'bad-request',
  'openrouter-error-midstream.sse': 'bad-request',
  // Another dialect, `results` in place of `choices`: nothing of a chat completion finishes.
  'watsonx-id-event-lines.sse': 'truncated',
  // An error's JSON body under a stream's content type.
  'google-400-eventstream-json.sse': 'unauthorized',
  // The Responses dialect has its own entry; to chat it is not an answer.
  'azure-gpt5nano-responses-api.sse': 'truncated',
  'azure-responses-text.chunks.txt': 'truncated',
  'azure-responses-toolcall.chunks.txt': 'truncated',
}

const CHOICES: Readonly<Record<string, number>> = { 'openai-gpt35-n2-tools.sse': 2 }

describe.skipIf(!haveCaptures)(captures, () => {
  const streams = listCaptures('streams').map((name) => [name, () => readCapture(`streams/${name}`)] as const)
  const chunks = listCaptures('chunks').map(
    (name) =>
      [
        name,
        () => bytesOf(`${readCaptureText(`chunks/${name}`).trim().split('\n').map((json) => `data: ${json}\n\n`).join('')}data: [DONE]\n\n`),
      ] as const,
  )

  test.each([...streams, ...chunks])('streamChat() folds %s at every cut', async (name, read) => {
    const wire = read()
    const n = CHOICES[name] ?? 1
    for (const [how, pieces] of cuts(wire, 3)) {
      const { result, error } = await fold(pieces, n)
      expect(isChatError(error) ? error.code : error, how).toBe(ENDS[name])
      for (let index = 0; index < n; index++) {
        const expected = witness(new TextDecoder().decode(wire), index)
        const choice = { ...result, ...result.choices[index] }
        expect(summary(choice), how).toEqual(expected)
      }
    }
  })

  test.each([
    ['azure-grok41-text.sse', { text: '1, 2, 3.', finishReason: 'stop', model: 'grok-4-1-fast-non-reasoning' }],
    ['azure-gpt4omini-toolcall.sse', { finishReason: 'tool_calls', toolCalls: [{ index: 0, id: 'call_A6XpaIHt5uNwiDqVxyvKoXMa', name: 'get_current_temperature', arguments: expect.stringContaining('{') }] }],
    ['azure-grok41-toolcall-1.sse', { finishReason: 'tool_calls', toolCalls: [{ index: 0, id: 'call_39096608', name: 'best_language_to_learn', arguments: '{}' }] }],
    ['mistral-small-toolcall.sse', { finishReason: 'tool_calls', usage: expect.objectContaining({ total_tokens: 187 }) }],
    ['mistral-large-length.sse', { finishReason: 'length' }],
    ['perplexity-sonar-crlf.sse', { text: expect.stringMatching(/^1/), finishReason: 'stop' }],
    ['azure-gpt6luna-asyncfilter-pass.sse', { finishReason: 'stop', promptFilter: expect.objectContaining({ source: 'prompt', filtered: false }), contentFilter: expect.objectContaining({ source: 'completion', filtered: false }), usage: expect.objectContaining({ total_tokens: 189 }) }],
    ['gpustack-qwen3-no-done.sse', { finishReason: 'stop' }],
  ] as const)('streamChat() reads %s as it was said', async (name, expected) => {
    expect((await fold([readCapture(`streams/${name}`)])).result).toMatchObject(expected)
  })

  test.each(listCaptures('nonstream'))('chat() folds %s', async (name) => {
    const { chat } = await import('../../src/core.ts')
    const wire = readCapture(`nonstream/${name}`)
    const body = JSON.parse(new TextDecoder().decode(wire))
    const connection = connect({ endpoint: 'https://c.openai.azure.com', token: () => 'eyJ.secret', fetch: async () => new Response(wire) })
    const result = await chat(connection, REQUEST)
    expect(result).toMatchObject({ id: body.id, model: body.model, usage: body.usage, text: body.choices[0].message.content, finishReason: 'stop' })
  })

  test.each([
    ['azure-401-bad-key.json', 401, 'unauthorized'],
    ['azure-404-deploymentnotfound.json', 404, 'deployment-not-found'],
    ['azure-404-resource-not-found.json', 404, 'route-not-found'],
    ['azure-429-ratelimitreached.json', 429, 'rate-limited'],
    ['cohere-401-message.json', 401, 'unauthorized'],
    ['deepseek-400-context-octetstream.json', 400, 'context-length'],
    ['groq-400-tool-use-failed.json', 400, 'bad-request'],
    ['mistral-401-detail.json', 401, 'unauthorized'],
    ['openai-400-context-length.json', 400, 'context-length'],
    ['openai-400-unsupported-parameter.json', 400, 'unsupported-parameter'],
    ['perplexity-401-code-number.json', 401, 'unauthorized'],
    ['xai-400-error-is-string.json', 400, 'unauthorized'],
  ])('the body of %s becomes what a person would call it', async (name, status, code) => {
    const wire = readCapture(`errors/${name}`)
    const connection = connect({ endpoint: 'https://c.openai.azure.com', token: () => 'eyJ.secret', fetch: async () => new Response(wire.slice(), { status }) })
    const error = await streamChat(connection, REQUEST).result.catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'ChatError', code, status, url: 'https://c.openai.azure.com/openai/v1/chat/completions' })
    // The service's own words are there, whichever field they were in.
    const words = /"(?:message|detail|error)":\s*"([^"\\]{10,60})/.exec(new TextDecoder().decode(wire))?.[1] ?? 'Invalid API Key'
    expect(String(error)).toContain(words)
  })

  test('every recorded error is in the table above', () => {
    expect(listCaptures('errors')).toHaveLength(12)
  })
})
