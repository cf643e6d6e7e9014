/**
 * A connection in, the same connection with another protocol out: its `send` writes what the Responses API takes, its `fold` reads what that answers.
 * Runtimes: all. Imports: `../schemas`, `../endpoints`, `../chat` (types).
 * @module
 */
import type { Connection } from '../chat/request.ts'
import { operationUrl } from '../endpoints/endpoint.ts'
import { failureFrom } from '../schemas/failure.ts'
import { foldResponse } from './fold.ts'
import { responsesBody } from './request.ts'
import type { AnyRequest, ResponsesOptions } from './request.ts'

/**
 * Asks a connection's deployments by the Responses API, where models such as gpt-5-codex answer alone; `chat()`, `streamChat()`
 * and all that stands on them stay the same.
 *
 * Requests are written as for chat completions, and parameters of the Responses API pass: `previous_response_id`, `instructions`,
 * `include`, tools that the service runs, such as `{ type: 'web_search' }`. What these report comes as `built-in-tool` events. Tools
 * are strict only where they say so, as in chat completions. A message without a `role` is sent as the item that it is.
 *
 * A result's `message` may have `response_output`: what the model's turn was where chat completions cannot say it, that is reasoning,
 * calls of built-in and of custom tools. The next turn sends it instead of the rest of the message. It survives JSON; chat completions refuse
 * a message that has it, so leave it out before you send one there. Reasoning that was neither encrypted nor stored cannot be sent back.
 * `reasoning_content` is not sent.
 *
 * Endpoints: v1, relay, and the classic route from api-version 2025-03-01-preview on.
 *
 * @throws `ChatError` `unsupported` where the endpoint's kind does not serve the Responses API. Calls throw `invalid-request` for parameters that
 * it does not have, such as `stop` and `seed`, before anything is sent.
 * @example
 * ```ts
 * const codex = responses(connect({ endpoint, token }), { encryptedReasoning: true, reasoningSummary: 'auto' })
 * const { text, message } = await chat(codex, { model: 'gpt-5-codex', messages: [{ role: 'user', content: 'Hello' }] })
 * ```
 */
export function responses(connection: Connection, options: ResponsesOptions = {}): Connection {
  // The deployment is in the body on every route, and its name is chat's to check.
  const { endpoint } = connection
  const url = operationUrl(endpoint, 'responses', 'in the body')
  const store = options.store ?? (endpoint.kind === 'relay' ? undefined : false)
  const context = { url: url.replace(/\?.*/, ''), status: 0, midStream: true }
  return {
    ...connection,
    async send(call) {
      // What is no chat, such as embeddings, goes its own way.
      const request = call.body as AnyRequest | undefined
      return connection.send(request?.messages ? { ...call, url, body: responsesBody(request, options, store) } : call)
    },
    fold: () => foldResponse((body) => failureFrom(body, connection.tokens, context)),
  }
}
