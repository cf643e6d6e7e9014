/**
 * A call in, an answer whose bytes can be read out: the token, the limits and the failures are behind it.
 * Runtimes: all. Imports: `../abort.ts`, `../errors.ts`, `../schemas`, `../tokens` (types).
 * @module
 */
import { abortable } from '../abort.ts'
import { ChatError, isChatError } from '../errors.ts'
import { failureFrom } from '../schemas/failure.ts'
import type { TokenCache } from '../tokens/provider.ts'
import { sendAuthorized, withoutQuery } from './authorize.ts'
import type { Fetch } from './authorize.ts'
import { startClock } from './clock.ts'
import type { Clock, Timeouts } from './clock.ts'
import { readText } from './failure.ts'
import { rateLimit, requestId, retryAfter } from './retry-after.ts'
import type { RateLimit } from './retry-after.ts'

/** One request, ready to be sent. */
export interface Call {
  readonly url: string
  /** Beside the three that every request has. */
  readonly headers: Readonly<Record<string, string>>
  /** Written as JSON; without one, something is asked for by GET. */
  readonly body?: object
  readonly streamed: boolean
  /** The caller's own. */
  readonly signal: AbortSignal | undefined
  /** Ends the call and closes the connection, at any time; the caller's signal and the limits abort it, too. */
  readonly controller: AbortController
}

/** What is known of a response beside its content. */
export interface AnswerInfo {
  readonly status: number
  /** The URL called, without its query. */
  readonly url: string
  /** For Microsoft's support; `undefined` where CORS hides it. */
  readonly requestId: string | undefined
  readonly rateLimit: RateLimit
  readonly contentType: string | undefined
  /** Requests sent, retries and refused tokens included. */
  readonly attempts: number
}

/** A response that has begun. */
export interface Answer {
  readonly info: AnswerInfo
  /** Aborts with the caller's reason or a timeout. */
  readonly signal: AbortSignal
  /** The next bytes, none at the end. @throws whatever the body throws that breaks; also once the signal aborts, which is to be looked at first. */
  read(): Promise<{ readonly value?: Uint8Array | undefined }>
  /** Tells that the bytes are read, and whether there was an event in them, with which the idle limit begins anew. */
  took(event: boolean): void
}

/** One attempt of a call: a good response, or a `ChatError`. */
export type Attempt = () => Promise<Response>

/** Runs attempts until one succeeds or none shall follow. */
export type Retrying = (attempt: Attempt, url: string, signal: AbortSignal) => Promise<Response>

/** Sends a call. @throws `ChatError`; the caller's own reason where its signal aborted. */
export type Transport = (call: Call) => Promise<Answer>

/** Puts authorization, limits, failures and retries around a fetch. */
export function createTransport(fetch: Fetch, tokens: TokenCache, retrying: Retrying, timeouts: Timeouts): Transport {
  const { connectMs = 30_000, firstEventMs = 120_000, idleMs = 60_000, totalMs = Infinity } = timeouts
  return async function send(call) {
    const { body, streamed, controller } = call
    const { signal } = controller
    const init = {
      method: body ? 'POST' : 'GET',
      headers: { ...call.headers, accept: streamed ? 'text/event-stream' : 'application/json', 'content-type': 'application/json' },
      body: body ? write(body) : null,
      signal,
    }
    const clock = startClock(controller, call.signal, totalMs)
    const url = withoutQuery(call.url)
    let attempts = 0
    /** A header's text, without a token that the service may have echoed. */
    const shown = (text: string | null | undefined) => (text ? tokens.redact(text) : undefined)
    const counted: Fetch = (input, init) => {
      attempts++
      // The token is there; headers of an answer that is not streamed come only when it is complete.
      if (!streamed) clock.limit('first-event-timeout', firstEventMs)
      return fetch(input, init)
    }

    async function attempt(): Promise<Response> {
      signal.throwIfAborted()
      clock.limit('connect-timeout', connectMs)
      try {
        const response = await abortable(sendAuthorized(counted, tokens, call.url, init), signal)
        if (response.ok) return response
        const { status, headers } = response
        throw failureFrom(await readText(response, signal), tokens, { url, status, requestId: shown(requestId(headers)), retryAfterMs: retryAfter(headers) })
      } catch (cause) {
        signal.throwIfAborted()
        throw isChatError(cause) ? cause : unreachable(url, cause)
      } finally {
        clock.pause()
      }
    }

    try {
      const response = await retrying(attempt, call.url, signal)
      const { status, headers } = response
      const info = { status, url, attempts, requestId: shown(requestId(headers)), rateLimit: rateLimit(headers), contentType: shown(headers.get('content-type')) }
      clock.limit('first-event-timeout', firstEventMs)
      clock.pause()
      return answerOf(response, info, signal, clock, idleMs)
    } catch (error) {
      clock.stop()
      throw isChatError(error) ? Object.assign(error, { attempts }) : error
    }
  }
}

function answerOf({ body }: Response, info: AnswerInfo, signal: AbortSignal, clock: Clock, idleMs: number): Answer {
  const reader = body?.getReader()
  let begun = false
  // Ends a read that is waiting, also of a body that does not know the signal.
  signal.addEventListener('abort', () => void reader?.cancel(signal.reason).catch(() => {}))
  return {
    info,
    signal,
    read() {
      clock.go()
      return reader?.read() ?? Promise.resolve({})
    },
    took(event) {
      if (event && !begun) clock.limit('idle-timeout', idleMs)
      begun ||= event
      clock.pause(event)
    },
  }
}

function write(body: object): string {
  try {
    return JSON.stringify(body)
  } catch (cause) {
    throw new ChatError('invalid-request', 'Cannot send the request as it cannot be written as JSON', {}, { cause })
  }
}

function unreachable(url: string, cause: unknown): ChatError {
  // Only a page or its workers have an origin of their own, and only another origin needs CORS.
  const page = (globalThis as { location?: { origin?: string } }).location?.origin ?? 'null'
  const crossOrigin = page !== 'null' && page !== new URL(url).origin
  return new ChatError(
    'network',
    `Cannot reach ${url}${crossOrigin ? `: does it allow ${page} by CORS?` : ''}`,
    { url, possibleCauses: crossOrigin ? ['unreachable', 'cors'] : ['unreachable'] },
    { cause },
  )
}
