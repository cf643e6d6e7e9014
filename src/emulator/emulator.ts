/**
 * An offline Azure AI Foundry: requests in, the answers of the real service out, failures on demand included.
 * Runtimes: all. Imports: all of this room, and nothing of the client that it judges.
 * @module
 */
import { createGate } from './auth.ts'
import type { MintedToken, TokenClaims } from './auth.ts'
import type { Reply } from './bodies.ts'
import { openCall } from './call.ts'
import type { EmulatorCall, WritableCall } from './call.ts'
import { corsHeaders, preflight } from './cors.ts'
import { DEPLOYMENTS, EMBEDDING_DEPLOYMENTS, RESPONSES_DEPLOYMENTS } from './deployments.ts'
import type { DeploymentOptions } from './deployments.ts'
import type { TrustedIssuer } from './entra.ts'
import { createResource } from './resource.ts'
import { route } from './route.ts'
import { streamSteps } from './stream.ts'

/** What an emulated resource is like. */
export interface EmulatorOptions {
  /**
   * Its deployments by name, case-sensitive; what follows a `~` in the name asked for is a fault, so no name here may have one.
   *
   * @defaultValue {@link DEPLOYMENTS}, six models for chat, one or more of each dialect, {@link EMBEDDING_DEPLOYMENTS} and
   * {@link RESPONSES_DEPLOYMENTS}
   */
  readonly deployments?: Readonly<Record<string, DeploymentOptions>>
  /** Pause before each event of a stream but the first, in milliseconds. @defaultValue `0` */
  readonly chunkDelayMs?: number
  /** Accepted `aud` claims; the first is that of minted tokens, and the one that a refusal names. @defaultValue `cognitiveservices`, `ai` and `ml.azure.com` */
  readonly audiences?: readonly string[]
  /** An issuer, such as Entra ID, whose tokens pass beside those that the emulator mints. @defaultValue none */
  readonly trust?: TrustedIssuer
  /** Origins of the pages that may read answers. @defaultValue `'*'`, which echoes the origin */
  readonly origins?: '*' | readonly string[]
  /** Headers that a page may read beside the safelisted ones. @defaultValue `[]`, as on Azure OpenAI: not even `retry-after` */
  readonly expose?: readonly string[]
  /** Clock in milliseconds, for the expiry of tokens and for dates in answers. @defaultValue `Date.now` */
  readonly now?: () => number
}

/** An emulated resource. */
export interface Emulator {
  /**
   * Answers a request, as a server's handler or in place of the platform's `fetch`.
   *
   * @throws The signal's reason where it fires before the answer; after that the body fails with it. `TypeError` where the answer is a
   * redirect and the request does not allow one.
   */
  readonly fetch: (input: Request | URL | string, init?: RequestInit) => Promise<Response>
  /** Mints a bearer token that this emulator, and no other, accepts. */
  readonly token: (claims?: TokenClaims) => Promise<MintedToken>
  /** Everything asked so far, oldest first, preflights included; the list and its entries are live. */
  readonly calls: readonly EmulatorCall[]
}

/** A request with what belongs to it. */
interface Exchange {
  readonly request: Request
  /** Which one it is, from 1. */
  readonly serial: number
  readonly call: WritableCall
  /** Who may abort it. */
  readonly caller: { readonly signal: AbortSignal }
}

const AUDIENCES = ['https://cognitiveservices.azure.com', 'https://ai.azure.com', 'https://ml.azure.com'] as const
/**
 * Creates an emulated Azure AI Foundry resource that needs no account and no network.
 *
 * It speaks the v1, project, deployments and inference routes, and the dated one of responses, in the dialect of each model's real backend. It
 * serves chat, which says what images it saw and cites `data_sources`, responses, which it stores unless told not to, and embeddings, which are
 * near to each other where texts share words. A deployment's name may ask for a fault (`gpt-5-mini~429-once`), a prompt for the content
 * filter (`[filter:prompt]`, `[filter:output]`, `[filter:late]`, `[filter:error]`) or for a refusal (`/refuse`).
 *
 * @example
 * ```ts
 * import { connect } from 'keyless-chat'
 * import { createEmulator } from 'keyless-chat/emulator'
 *
 * const emulator = createEmulator({ chunkDelayMs: 30 })
 * export const foundry = connect({ endpoint: 'https://emulated.services.ai.azure.com', token: () => emulator.token(), fetch: emulator.fetch })
 *
 * export default { fetch: emulator.fetch } // or as a server, on Workers
 * ```
 * @throws `RangeError` where `chunkDelayMs` is negative or not finite.
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const { chunkDelayMs = 0, audiences = AUDIENCES, origins = '*', expose = [], now = () => Date.now() } = options
  if (!(chunkDelayMs >= 0 && chunkDelayMs < Infinity)) {
    throw new RangeError(`Cannot create an emulator as chunkDelayMs must be a number from 0: current value is ${chunkDelayMs}`)
  }
  const deployments = options.deployments ?? { ...DEPLOYMENTS, ...EMBEDDING_DEPLOYMENTS, ...RESPONSES_DEPLOYMENTS }
  const calls: WritableCall[] = []
  const gate = createGate(audiences, now, options.trust)
  const resource = createResource({ deployments, audience: audiences[0] ?? '', now })

  async function emulate(input: Request | URL | string, init?: RequestInit): Promise<Response> {
    const request = input instanceof Request && init === undefined ? input : new Request(input, init)
    const caller = init?.signal ? { signal: init.signal } : input instanceof Request ? input : request
    const url = new URL(request.url)
    const call = openCall(request, url)
    const serial = calls.push(call)
    try {
      const reply = await untilAborted(caller.signal, answer(request, url, call))
      call.status = reply.status
      return respond(reply, { request, serial, call, caller })
    } catch (error) {
      call.state = caller.signal.aborted ? 'cancelled' : 'broken'
      throw error
    }
  }

  async function answer(request: Request, url: URL, call: WritableCall): Promise<Reply> {
    if (request.method === 'OPTIONS') {
      call.operation = 'preflight'
      return preflight(request)
    }
    const refused = await gate.refuse(request.headers)
    if (refused) return refused
    const found = route(request.method, url)
    return 'status' in found ? found : resource.answer(found, request, call)
  }

  function respond({ status, headers, body }: Reply, { request, serial, call, caller }: Exchange): Response {
    if (status === 302 && request.redirect === 'error') throw new TypeError(`Cannot follow a redirect from ${call.path}`)
    const id = `00000000-0000-4000-8000-${serial.toString(16).padStart(12, '0')}`
    const clientId = request.headers.get('x-ms-client-request-id')
    const all = new Headers({
      'apim-request-id': id,
      ...(clientId === null ? {} : { 'x-ms-client-request-id': clientId }),
      ...headers,
      ...corsHeaders(request.headers.get('origin'), { origins, expose }),
    })
    if (typeof body !== 'string') return new Response(streamSteps(body, { call, delayMs: chunkDelayMs, caller }), { status, headers: all })
    call.state = 'complete'
    // Bytes, not text: `Response` would add a content type to a text, and some recorded answers have none.
    return new Response(body === '' ? null : new TextEncoder().encode(body), { status, headers: all })
  }

  return { fetch: emulate, token: gate.mint, calls }
}

/** Settles as the promise does, or rejects as soon as the signal fires. */
function untilAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
