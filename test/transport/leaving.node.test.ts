// What a call leaves behind where a fetch of the user's own knows nothing of signals, and where nobody looks at the result.
import process from 'node:process'
import { expect, test } from 'vitest'
import { streamChat } from '../../src/index.ts'
import { ASK, foundry, sleep } from '../conformance/foundry.ts'

/** An answer that says one word and then nothing, with a body that tells why it was closed. */
function silent(): { readonly fetch: () => Promise<Response>; readonly closed: Promise<unknown> } {
  const chunk = { object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: 'One' }, finish_reason: null }] }
  let close: (reason: unknown) => void
  const closed = new Promise<unknown>((resolve) => (close = resolve))
  const body = () =>
    new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(chunk)}\n\n`)),
      cancel: (reason) => close(reason),
    })
  return { fetch: async () => new Response(body(), { headers: { 'content-type': 'text/event-stream' } }), closed }
}

test('streamChat() over a fetch that ignores its signal closes the body when the loop is left', async () => {
  const { fetch, closed } = silent()
  for await (const text of streamChat(foundry({ fetch }).connection, { model: 'gpt-5-mini', messages: ASK }).text) {
    expect(text).toBe('One')
    break
  }
  await closed
})

test('streamChat() over a fetch that ignores its signal ends a read that waits when the caller aborts, and closes the body', async () => {
  const { fetch, closed } = silent()
  const stopping = new AbortController()
  const stream = streamChat(foundry({ fetch }).connection, { model: 'gpt-5-mini', messages: ASK }, { signal: stopping.signal })
  const reading = (async () => {
    for await (const _ of stream.text) setTimeout(() => stopping.abort(new Error('enough')))
  })()
  await expect(reading).rejects.toThrow('enough')
  await closed
  expect(stream.partial.text).toBe('One')
})

test('streamChat() that fails in the loop, or is left, leaves no rejection that nobody handles', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  try {
    const { connection } = foundry({ retries: 0 })
    await expect(async () => {
      for await (const _ of streamChat(connection, { model: 'gpt-5-mini~cut', messages: ASK }));
    }).rejects.toMatchObject({ code: 'truncated' })
    for await (const _ of streamChat(connection, { model: 'gpt-5-mini', messages: ASK })) break
    // Node tells of them when the microtasks have run.
    await sleep(10)
    expect(unhandled).toEqual([])
  } finally {
    process.off('unhandledRejection', note)
  }
})
