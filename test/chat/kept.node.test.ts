// What chat() keeps of an answer that fails; what a stream keeps is in test/conformance.
import { expect, test } from 'vitest'
import { chat } from '../../src/index.ts'
import { ASK, foundry, rejection } from '../conformance/foundry.ts'

const choice = (message: object) => ({ object: 'chat.completion', choices: [{ index: 0, message, finish_reason: null }] })
const chunk = (content: string) => `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`

test.each([
  ['says no finish reason', JSON.stringify(choice({ role: 'assistant', content: 'One two' })), 'application/json'],
  ['is streamed where no stream was asked for, and cut', chunk('One ') + chunk('two'), 'text/event-stream'],
])('chat() keeps the words of an answer that %s', async (_, body, type) => {
  const { connection } = foundry({ retries: 0, fetch: async () => new Response(body, { headers: { 'content-type': type } }) })
  expect(await rejection(chat(connection, { model: 'gpt-5-mini', messages: ASK }))).toMatchObject({ code: 'truncated', partial: { text: 'One two' } })
})
