/**
 * Settings in, the relay on `/openai/v1/` and the broker of its tokens on `/token` out.
 * @module
 */
import { createBroker, createRelay, relayTokens } from 'keyless-chat/edge'
import type { Relay, RelayOptions } from 'keyless-chat/edge'
import type { Settings } from './settings.ts'
import { visitorOf } from './visitor.ts'

/** Makes the handler. @throws `ChatError` `invalid-request` where a setting cannot be used */
export function createBackend({ origin, keys, ...upstream }: Settings, options: Pick<RelayOptions, 'quota' | 'path'> = {}): Relay {
  const tokens = { keys, audience: origin }
  const relay = createRelay({
    ...upstream,
    ...options,
    authorize: relayTokens(tokens),
    cors: { origins: [origin] },
    limits: { bodyBytes: 262_144, messages: 100, concurrentStreams: 4 },
    onFinish: ({ id, subject, status, ending, usage }) => console.log(JSON.stringify({ id, subject, status, ending, tokens: usage?.total_tokens })),
  })
  const broker = createBroker({
    authenticate(request) {
      const subject = visitorOf(request)
      return subject === undefined ? undefined : { subject }
    },
    issue: tokens,
    origins: [origin],
  })

  return async function backend(request, context) {
    return new URL(request.url).pathname.endsWith('/token') ? broker(request) : relay(request, context)
  }
}
