/**
 * The relay's own JavaScript, in this process and without a network, as processor time: what of its cost could be saved at most.
 * Runtime: Node. Imports: the built package.
 * @module
 */
import process from 'node:process'
import { createRelay, mintRelayToken, relayTokens } from 'keyless-chat/edge'

/** The quickest of so many times counts: what others do on the machine only ever adds. */
const TIMES = 5
const EVENT = new TextEncoder().encode(`data: ${JSON.stringify({ choices: [{ delta: { content: ' word' }, finish_reason: null, index: 0, logprobs: null }], id: 'chatcmpl-CqX2m8TzB1', object: 'chat.completion.chunk', padding: 'x'.repeat(170) })}\n\n`)
const DONE = new TextEncoder().encode('data: [DONE]\n\n')

/** As many events, each as soon as it is asked for. */
function bodyOf(events) {
  let left = events - 1
  return new ReadableStream(
    {
      pull(controller) {
        if (left-- > 0) return controller.enqueue(EVENT)
        controller.enqueue(DONE)
        controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}

/** The least that lets JavaScript see each chunk, as in `worker.mjs`. */
function looped(body) {
  const reader = body.getReader()
  return new ReadableStream({ pull: (controller) => reader.read().then(({ done, value }) => (done ? controller.close() : controller.enqueue(value))) }, { highWaterMark: 0 })
}

/** Reads bodies to their ends, and tells the processor time of that by event, in microseconds. */
async function microseconds(events, answers, answer) {
  let best = Infinity
  for (let time = 0; time < TIMES; time++) {
    const before = process.cpuUsage()
    for (let count = 0; count < answers; count++) {
      const reader = (await answer(events)).getReader()
      for (let part = await reader.read(); !part.done; part = await reader.read());
    }
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / (events * answers))
  }
  return best
}

/** Measures a loop that does nothing, and the relay: by event of a long answer, and by call of a short one. */
export async function alone(quick) {
  const tokens = { keys: [{ kty: 'oct', kid: '2026-11', alg: 'HS256', k: 'a2V5bGVzcy1jaGF0LXRlc3Qta2V5LW9mLTMyLWJ5dGVzISE' }], audience: 'https://relay.example' }
  let events = 0
  const relay = createRelay({
    upstreams: [{ endpoint: 'https://contoso.openai.azure.com', credential: () => ({ token: 'eyJ0eXAiOiJKV1QifQ.e30.c2lnbmF0dXJl', expiresOn: Date.now() + 3_600_000 }) }],
    deployments: { chat: {} },
    authorize: relayTokens(tokens),
    cors: { origins: ['https://app.example'] },
    fetch: async () => new Response(bodyOf(events), { headers: { 'content-type': 'text/event-stream' } }),
  })
  const { token } = await mintRelayToken(tokens, { subject: 'user' })
  const init = { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ model: 'chat', stream: true, messages: [{ role: 'user', content: 'Why is the sky blue?' }] }) }
  const relayed = async (count) => {
    events = count
    return (await relay(new Request('https://relay.example/openai/v1/chat/completions', init))).body
  }
  const [long, calls] = quick ? [2000, 20] : [100_000, 1000]
  return {
    loop: await microseconds(long, 1, (count) => looped(bodyOf(count))),
    relay: await microseconds(long, 1, relayed),
    call: 3 * (await microseconds(3, calls, relayed)),
  }
}
