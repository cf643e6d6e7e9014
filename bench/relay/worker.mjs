/**
 * The Workers that are compared, one by the variable `KIND`: what a relay is measured against, and relays as teams deploy them.
 * Runtime: workerd. Imports: the built package.
 * @module
 */
import { createRelay, relayTokens } from 'keyless-chat/edge'
import { durableObjectQuota } from 'keyless-chat/quota'

export { QuotaObject } from 'keyless-chat/quota'

/** More than any run uses up: what is measured is counting, not refusing. */
const TOKENS = 1_000_000_000_000

/** Sends a request on with the upstream's credential, and nothing else. */
async function pass(request, env) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${env.UPSTREAM_TOKEN}` }
  return fetch(env.UPSTREAM + new URL(request.url).pathname, { method: request.method, headers, body: request.body, signal: request.signal })
}

function createRelayOf(env, more) {
  return createRelay({
    upstreams: [{ endpoint: env.UPSTREAM, kind: 'v1', credential: () => ({ token: env.UPSTREAM_TOKEN, expiresOn: Date.now() + 3_600_000 }) }],
    deployments: { chat: { deployment: 'gpt-5-mini', maxOutputTokens: 4000 } },
    authorize: relayTokens({ keys: JSON.parse(env.RELAY_KEYS), audience: 'https://relay.example' }),
    cors: { origins: ['https://app.example'] },
    limits: { concurrentStreams: 10_000 },
    ...more,
  })
}

let relay
let finished = 0

const kinds = {
  /** The least that keeps a key out of a page: the runtime passes the body, and no JavaScript sees it. */
  bare: pass,

  /** The body piped by the runtime: JavaScript would learn that it ended or broke, and sees no byte. */
  async pipe(request, env) {
    const response = await pass(request, env)
    const { readable, writable } = new IdentityTransformStream()
    response.body.pipeTo(writable).catch(() => {})
    return new Response(readable, response)
  },

  /** The least that lets JavaScript see each chunk, doing nothing with it. */
  async loop(request, env) {
    const response = await pass(request, env)
    const reader = response.body.getReader()
    const body = new ReadableStream(
      {
        pull: (controller) => reader.read().then(({ done, value }) => (done ? controller.close() : controller.enqueue(value))),
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    )
    return new Response(body, response)
  },

  relay: async (request, env, context) => (relay ??= createRelayOf(env))(request, context),

  quota: async (request, env, context) =>
    (relay ??= createRelayOf(env, { quota: durableObjectQuota(env.QUOTA, { tokens: TOKENS, windowMs: 3_600_000 }), onFinish: (info) => (finished += info.usage?.total_tokens ?? 0) }))(request, context),
}

export default {
  fetch: async (request, env, context) => kinds[env.KIND](request, env, context),
}
