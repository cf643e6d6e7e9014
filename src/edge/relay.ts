/**
 * Options in; a handler that lets callers use upstreams without ever holding their credentials out.
 * Runtimes: Workers, Deno, Bun, Node. Imports: `../abort.ts`, `../errors.ts`, `../transport`, the rest of this room.
 * @module
 */
import { abortable } from '../abort.ts'
import { ChatError } from '../errors.ts'
import { MAX_DELAY_MS } from '../transport/clock.ts'
import { admit } from './admit.ts'
import type { Admission } from './admit.ts'
import { COMMON, failureBody, passedHeaders } from './answer.ts'
import { readBody } from './body.ts'
import type { Caller } from './caller.ts'
import { chargeFor } from './charge.ts'
import type { Outcome } from './charge.ts'
import { createCors } from './cors.ts'
import type { RelayOperation } from './deployments.ts'
import { openExchange } from './exchange.ts'
import type { Exchange, RelayContext } from './exchange.ts'
import { forward } from './forward.ts'
import { checkOptions, limitsOf } from './options.ts'
import type { RelayOptions } from './options.ts'
import { passThrough } from './passage.ts'
import { createPlaces } from './places.ts'
import { createPool } from './pool.ts'
import { Refusal, refuse, unauthorized } from './refusal.ts'
import { reserve } from './reserve.ts'
import { listModels, routeOf } from './route.ts'
import { createUpstream } from './upstream.ts'

/** Answers requests: a server's handler on Workers, Deno and Bun, and on Node through any bridge of its `http`. */
export type Relay = (request: Request, context?: RelayContext) => Promise<Response>

/**
 * Makes a relay, which speaks the v1 wire: `/openai/v1/chat/completions`, `/embeddings`, `/responses`, and `/models` as the list of what the
 * caller may use.
 *
 * It authorizes the caller, narrows the request to what its deployment allows, sends it with the real credential to the first upstream that
 * answers, and lets the bytes pass as they come, at the reader's pace. A reader that leaves closes the upstream's connection. An upstream that
 * dies becomes an error among the events, never a clean end. Nothing of the caller's headers goes on, and no cookie comes back.
 *
 * Make it once for each isolate, as it keeps tokens, rests and counts. On Workers, pass the context, too.
 *
 * @throws `ChatError` `invalid-request` where an option cannot be used.
 * @example
 * ```ts
 * import { clientCredentials, createRelay, relayTokens } from 'keyless-chat/edge'
 * import type { Relay, RelayContext } from 'keyless-chat/edge'
 * import { durableObjectQuota } from 'keyless-chat/quota'
 * import type { ObjectNamespace } from 'keyless-chat/quota'
 *
 * interface Env { CLIENT_ID: string; CLIENT_SECRET: string; RELAY_KEYS: string; QUOTA: ObjectNamespace }
 * let relay: Relay | undefined
 *
 * export default {
 *   fetch(request: Request, env: Env, context: RelayContext) {
 *     const credential = clientCredentials({ tenant: 'contoso.com', clientId: env.CLIENT_ID, secret: env.CLIENT_SECRET })
 *     relay ??= createRelay({
 *       upstreams: [{ endpoint: 'https://contoso.services.ai.azure.com', credential }],
 *       deployments: { chat: { deployment: 'gpt-5-mini', maxOutputTokens: 4000 } },
 *       authorize: relayTokens({ keys: JSON.parse(env.RELAY_KEYS), audience: 'https://relay.example' }),
 *       cors: { origins: ['https://app.example'] },
 *       quota: durableObjectQuota(env.QUOTA, { tokens: 100_000, windowMs: 3_600_000 }),
 *     })
 *     return relay(request, context)
 *   },
 * }
 * ```
 */
export function createRelay(options: RelayOptions): Relay {
  checkOptions(options)
  const { deployments, authorize, onRequest, coolDownMs = 30_000, path = '', now = () => Date.now(), random = Math.random } = options
  const fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init))
  const upstreams = options.upstreams.map((upstream, index) => createUpstream(upstream, index, fetch))
  const twice = upstreams.find(({ name }, index) => upstreams.findIndex((other) => other.name === name) < index)
  if (twice) throw new ChatError('invalid-request', `Cannot make a relay as two upstreams have the name ${twice.name}`)
  const forwarding = { pool: createPool(upstreams, now, random), coolDownMs, withoutUsage: new Set<string>() }
  const cors = createCors(options.cors, 'GET, POST', false)
  const limits = limitsOf(options.limits)
  const places = createPlaces(limits.concurrentStreams)
  const quotas = [options.quota ?? []].flat()
  const meter = quotas.some(({ countsTokens }) => countsTokens)

  async function callerOf(request: Request): Promise<Caller> {
    cors.check(request)
    const caller = await authorize(request)
    if (!caller) throw unauthorized('The caller is not known')
    if (typeof caller.subject !== 'string' || caller.subject === '') throw new TypeError('Cannot serve a caller without a subject: authorize() must tell one')
    // A browser names the page that asks, and lets no script say otherwise.
    if (caller.origin !== undefined && request.headers.get('origin') !== caller.origin) throw new Refusal(403, 'origin_not_allowed', 'Cannot serve this page as the token is for another')
    return caller
  }

  async function answer(request: Request, exchange: Exchange): Promise<Response> {
    const route = routeOf(request.method, new URL(request.url).pathname, path)
    const caller = await callerOf(request)
    exchange.report.subject = caller.subject
    if (route.operation !== 'models') return relayed(request, route.operation, caller, exchange)
    const models = listModels(Object.keys(deployments), caller, route.model)
    exchange.report.ending = 'complete'
    exchange.end()
    return Response.json(models)
  }

  async function relayed(request: Request, operation: RelayOperation, caller: Caller, exchange: Exchange): Promise<Response> {
    const { report, upstream, elapsed } = exchange
    exchange.onEnd(places.take(caller.subject))
    let late = new Refusal(408, 'request_timeout', `Cannot read the body as it was not there within ${limits.headersMs} ms`)
    const timeout = setTimeout(() => upstream.abort(late), Math.min(limits.headersMs, MAX_DELAY_MS))
    exchange.onEnd(() => clearTimeout(timeout))
    const body = await abortable(readBody(request, limits.bodyBytes), upstream.signal)
    const admission = admit(body, operation, caller, deployments, limits, meter)
    const { alias, streamed, mostTokens } = admission
    const facts = { subject: caller.subject, operation, deployment: alias, streamed }
    Object.assign(report, facts)
    const { headers, settle } = await reserve(quotas, caller, mostTokens, now())
    let outcome: Outcome = { kind: 'unsent' }
    exchange.onEnd(() => {
      const charged = chargeFor(outcome, admission)
      if (quotas.length) report.chargedTokens = charged
      return settle(charged)
    })
    if (onRequest) exchange.run(() => onRequest({ id: report.id, ...facts }))

    // Who has left by now pays for nothing.
    upstream.signal.throwIfAborted()
    late = new Refusal(504, 'upstream_timeout', `Cannot get an answer as the upstream did not answer within ${limits.headersMs} ms`)
    const sent = elapsed()
    const since = () => elapsed() - sent
    const forwarded = await forward({ operation, admission, caller, keep: exchange.keep }, forwarding, upstream.signal, report.attempts).catch((error: unknown) => {
      if (upstream.signal.aborted) outcome = { kind: 'unanswered', sinceMs: since() }
      throw error
    })
    clearTimeout(timeout)
    const { response, failure } = forwarded
    report.upstream = forwarded.upstream.name
    report.timings.headersMs = elapsed()
    const passed = passedHeaders(response.headers, { ...headers, 'x-relay-upstream': forwarded.upstream.name }, (text) => forwarded.upstream.redact(text, caller))
    if (failure === undefined) {
      return delivered(response, passed, operation, admission, exchange, (end) => (outcome = { kind: 'answered', sinceMs: since(), ...end }))
    }
    outcome = { kind: 'failed', status: response.status }
    report.ending = 'failed'
    exchange.end()
    passed.set('content-type', 'application/json')
    return new Response(failureBody(response.status, failure), { status: response.status, headers: passed })
  }

  /** Lets a good answer pass. `onEnd` is told what came of it. */
  function delivered(response: Response, headers: Headers, operation: RelayOperation, { streamed, choices }: Admission, exchange: Exchange, onEnd: (end: Pick<Extract<Outcome, { kind: 'answered' }>, 'ended' | 'events' | 'usage'>) => void): Response {
    const { report, upstream, elapsed } = exchange
    const { idleMs, keepAliveMs, unreadMs } = limits
    if (streamed && !headers.has('content-type')) headers.set('content-type', 'text/event-stream; charset=utf-8')
    const stream = passThrough(response.body ?? new ReadableStream(), {
      dialect: streamed ? (operation === 'responses' ? 'responses' : 'chat') : undefined,
      choices,
      idleMs,
      // Where the type is lost, the first byte will tell, and until then nothing may come before it.
      keepAliveMs: streamed && response.headers.get('content-type')?.startsWith('text/event-stream') ? keepAliveMs : Infinity,
      unreadMs,
      upstream,
      onFirstByte: () => (report.timings.firstByteMs = elapsed()),
      onEnd({ ending, left, tail, bytes }) {
        const usage = tail.usage()
        Object.assign(report, { ending, bytes, ...(usage && { usage }) })
        onEnd({ ended: ending === 'complete' && !left, events: tail.events(), usage })
        exchange.end()
      },
    })
    return new Response(stream, { status: response.status, headers })
  }

  return async function relay(request, context) {
    if (request.method === 'OPTIONS') return cors.preflight(request)
    const exchange = openExchange(request, options, context, now)
    const { report } = exchange
    const common = { ...COMMON, ...cors.headers(request), 'x-request-id': report.id }
    try {
      const response = await answer(request, exchange)
      report.status = response.status
      for (const [name, value] of Object.entries(common)) if (name !== 'x-request-id' || !response.headers.has(name)) response.headers.set(name, value)
      return response
    } catch (error) {
      const left = request.signal.aborted
      const refusal = left ? new Refusal(499, 'cancelled', 'The caller has left') : error instanceof Refusal ? error : new Refusal(500, 'relay_failed', 'Cannot serve the request as the relay has failed')
      Object.assign(report, { status: refusal.status, code: refusal.code, ending: left ? 'cancelled' : 'refused', ...(refusal.status === 500 && { error }) })
      // Whatever was opened is closed, also where what came of it cannot be passed on.
      exchange.upstream.abort(error)
      exchange.end()
      return refuse(refusal, common)
    }
  }
}
