/**
 * Azure's inference client, as its README streams: a stream asked for, read by `createSseStream()`, and the rest by hand. It is the build for browsers,
 * and so the stream of those.
 *
 * It has no option for a fetch, but one for what sends: without a network it is given one that does by such a fetch what its own does by the global one.
 * Tokens it sends to https alone, so that loopback gets a key.
 * Imports: @azure-rest/ai-inference, @azure/core-auth, @azure/core-rest-pipeline, @azure/core-sse.
 * @module
 */
import './browser-builds.mjs'
import { model, question, token } from '../wire.mjs'

// After the hook, which static imports would be linked before.
const [{ default: createClient }, { AzureKeyCredential }, { createHttpHeaders }, { createSseStream }] = await Promise.all([
  import('@azure-rest/ai-inference'),
  import('@azure/core-auth'),
  import('@azure/core-rest-pipeline'),
  import('@azure/core-sse'),
])

function sendBy(fetch) {
  return {
    async sendRequest(request) {
      const { status, body } = await fetch(request.url, { method: request.method, headers: request.headers.toJSON(), body: request.body, signal: request.abortSignal })
      return { request, status, headers: createHttpHeaders(), browserStreamBody: body }
    },
  }
}

export function open({ fetch, endpoint }) {
  const client = fetch
    ? createClient(`${endpoint}/models`, { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) }, { httpClient: sendBy(fetch) })
    : createClient(`${endpoint}/models`, new AzureKeyCredential(token), { allowInsecureConnection: true })
  return async function ask(onText, { signal } = {}) {
    const { body } = await client.path('/chat/completions').post({ body: { model, messages: [{ role: 'user', content: question }], stream: true }, abortSignal: signal }).asBrowserStream()
    for await (const { data } of createSseStream(body)) {
      // Not left, as the README does: in this build that throws, as the stream is locked then (core-sse 2.4.0).
      if (data === '[DONE]') continue
      for (const choice of JSON.parse(data).choices) {
        const text = choice.delta?.content
        if (text && onText(text) === false) return
      }
    }
  }
}
