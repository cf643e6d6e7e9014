/**
 * The main entry: streaming chat with retries by ky.
 * Runtimes: browsers, Workers, Deno, Bun, Node. Imports: everything that a page needs.
 * @module
 */
import type { Connection } from './chat/request.ts'
import { connectWith } from './connect.ts'
import type { ConnectOptions as CoreOptions } from './connect.ts'
import { kyRetrying } from './transport/ky.ts'
import type { RetryOptions } from './transport/ky.ts'

/** What a connection is made of. There is no option for a key: use a token provider. */
export interface ConnectOptions extends CoreOptions, RetryOptions {}

/**
 * Connects to an endpoint; nothing is sent until the first call.
 *
 * Requests that fail before the first byte of an answer are repeated: on 408, 429, 500, 502, 503, 504 and where the
 * service cannot be reached. A wait that the service asks for is obeyed or, beyond `maxRetryWaitMs`, reported.
 *
 * @throws `ChatError` `invalid-request` or `unsupported`, saying what is wrong with the options.
 * @example
 * ```ts
 * const foundry = connect({ endpoint: 'https://contoso.services.ai.azure.com', token: msalTokens(app) })
 * ```
 */
export function connect(options: ConnectOptions): Connection {
  return connectWith(kyRetrying(options), options)
}

export { chat } from './chat/chat.ts'
export { streamChat } from './chat/stream.ts'
export { endpointFor } from './endpoints/detect.ts'
export { operationUrl } from './endpoints/endpoint.ts'
export { ChatError, isChatError } from './errors.ts'
export { authorize } from './transport/authorize.ts'
export { tokenCache } from './tokens/cache.ts'
export type { RetryInfo, RetryOptions } from './transport/ky.ts'
export type * from './core.ts'
