/**
 * The smallest entry: one attempt a call, for pages that count bytes or bring their own retries.
 * Runtimes: browsers, Workers, Deno, Bun, Node. Imports: everything but ky.
 * @module
 */
import type { Connection } from './chat/request.ts'
import { connectWith } from './connect.ts'
import type { ConnectOptions } from './connect.ts'

/**
 * Connects to an endpoint; nothing is sent until the first call.
 *
 * @throws `ChatError` `invalid-request` or `unsupported`, saying what is wrong with the options.
 * @example
 * ```ts
 * const foundry = connect({ endpoint: 'https://contoso.services.ai.azure.com', token: msalTokens(app) })
 * ```
 */
export function connect(options: ConnectOptions): Connection {
  return connectWith((attempt) => attempt(), options)
}

export { chat } from './chat/chat.ts'
export { streamChat } from './chat/stream.ts'
export { endpointFor } from './endpoints/detect.ts'
export { operationUrl } from './endpoints/endpoint.ts'
export { ChatError, isChatError } from './errors.ts'
export { authorize } from './transport/authorize.ts'
export { tokenCache } from './tokens/cache.ts'
export type { ChatAnswer } from './chat/chat.ts'
export type * from './chat/events.ts'
export type { CallOptions, Connection } from './chat/request.ts'
export type { ChatStream } from './chat/stream.ts'
export type { ConnectOptions } from './connect.ts'
export type { EndpointOptions } from './endpoints/detect.ts'
export type { Endpoint } from './endpoints/endpoint.ts'
export type { EndpointKind, Operation } from './endpoints/kinds.ts'
export type { AnyChatError, ChatErrorCode, ContentFilter, FilterVerdict, PartialAnswer, SchemaIssue, ToolCall } from './errors.ts'
export type { Citation, FinishReason, Usage, WireObject } from './schemas/completion.ts'
export type * from './schemas/message.ts'
export type { ChatRequest, DataSource, FunctionTool } from './schemas/request.ts'
export type { AccessToken, TokenCache, TokenProvider, TokenRequest } from './tokens/provider.ts'
export type { Fetch } from './transport/authorize.ts'
export type { Timeouts } from './transport/clock.ts'
export type { RateLimit } from './transport/retry-after.ts'
export type { AnswerInfo } from './transport/transport.ts'
