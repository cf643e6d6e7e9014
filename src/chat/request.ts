/**
 * A request of the user's in, a call for the transport out; checked before anything is sent.
 * Runtimes: all. Imports: `../errors.ts`, `../schemas` (types), `../endpoints`, `../transport` (types).
 * @module
 */
import type { ServiceFacts } from '../errors.ts'
import { modelUrl } from '../endpoints/endpoint.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { refuse } from '../endpoints/refuse.ts'
import type { ChatRequest } from '../schemas/request.ts'
import type { Answer, Transport } from '../transport/transport.ts'
import type { Fold } from './collect.ts'

/** A way to one endpoint, from `connect()`. Holds no secret that a log could show. */
export interface Connection {
  readonly endpoint: Endpoint
  /** Sends a call; for the library's own entries. */
  readonly send: Transport
  /** Gets a token, so that a sign-in problem shows before the first message. @throws `ChatError` */
  readonly prepare: (options?: { readonly signal?: AbortSignal }) => Promise<void>
  /** Its tokens, behind functions; for the library's own entries. */
  readonly tokens: {
    readonly scopes: readonly string[]
    readonly get: (signal: AbortSignal) => Promise<string>
    readonly redact: (text: string) => string
  }
  /** Headers of every request. */
  readonly headers: Readonly<Record<string, string>>
  readonly maxMessageBytes: number
  /** Deployments that have refused `stream_options`. */
  readonly withoutUsage: Set<string | undefined>
  /** Starts an empty answer, where `send` speaks another protocol than chat completions. */
  readonly fold?: (expected?: number | null) => Fold
}

/** Options of one call. */
export interface CallOptions {
  /** Aborts the call at any point; its reason is thrown as it is. */
  readonly signal?: AbortSignal
  /**
   * Further headers, such as `extra-parameters: pass-through` on the inference route. Each costs a page a CORS
   * preflight that the service must allow; more than ten are answered with 431.
   */
  readonly headers?: Readonly<Record<string, string>>
}

/** What is refused. */
const SEND = 'send the request'

/** Credentials are the token provider's, and these three the library's. */
const RESERVED = /^((proxy-)?authorization|(x-)?(api|functions)-key|ocp-apim-subscription-key|cookie|accept|content-type)$/i

/**
 * Checks further headers.
 *
 * @throws `ChatError` `invalid-request` for a header that carries a credential or that the library sets.
 */
export function checkHeaders(headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  for (const name of Object.keys(headers)) if (RESERVED.test(name)) refuse(SEND, `the header ${name} cannot be set: use a token provider`)
  // A copy, as what is set later would go unchecked.
  return { ...headers }
}

/**
 * Sends a chat request.
 *
 * Usage is asked for by default. Where the deployment refuses `stream_options`, as Mistral's do, it is asked once more
 * without, and never again.
 */
export async function sendChat(connection: Connection, request: ChatRequest, options: CallOptions, streamed: boolean, controller: AbortController): Promise<Answer> {
  const { endpoint, withoutUsage } = connection
  const { model = endpoint.deployment, messages, stream_options } = request ?? {}
  if (!Array.isArray(messages) || !messages.length) refuse(SEND, `messages must be an array of at least one message: it is ${JSON.stringify(messages)}`)
  const url = modelUrl(endpoint, 'chat/completions', model)
  const headers = { ...connection.headers, ...checkHeaders(options.headers) }
  const send = (usage: boolean) => {
    const body = { ...(usage && { stream_options: { include_usage: true } }), ...request, model, stream: streamed }
    return connection.send({ url, headers, body, streamed, signal: options.signal, controller })
  }
  const usage = streamed && !stream_options && !withoutUsage.has(model)
  try {
    return await send(usage)
  } catch (error) {
    const { param, serviceMessage } = (error ?? {}) as Partial<ServiceFacts>
    if (!usage || !`${param} ${serviceMessage}`.includes('stream_options')) throw error
    withoutUsage.add(model)
    return send(false)
  }
}
