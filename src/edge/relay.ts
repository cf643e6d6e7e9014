/**
 * Options in; a handler that lets callers use upstreams without ever holding their credentials out.
 * Runtimes: Workers, Deno, Bun, Node. Imports: `../errors.ts`, the rest of this room.
 * @module
 */
import { ChatError } from '../errors.ts'
import { admit } from './admit.ts'
import { COMMON, failureBody, passedHeaders } from './answer.ts'
import { readBody } from './body.ts'
import type { Caller } from './caller.ts'
import { createCors } from './cors.ts'
import type { RelayOperation } from './deployments.ts'
import { openExchange } from './exchange.ts'
import type { Exchange, RelayContext } from './exchange.ts'
import { forward } from './forward.ts'
import { limitsOf } from './options.ts'
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
 * let relay: Relay | undefined
 * export default {
 *   fetch: (request, env, context) => (relay ??= createRelay({
 *     upstreams: [{ endpoint: 'https://contoso.services.ai.azure.com', credential: clientCredentials({ tenant, clientId, secret: env.CLIENT_SECRET }) }],
 *     deployments: { chat: { deployment: 'gpt-5-mini', maxOutputTokens: 4000 } },
 *     authorize: relayTokens({ keys: JSON.parse(env.RELAY_KEYS), audience: 'https://relay.example' }),
 *     cors: { origins: ['https://app.example'] },
 *     quota: durableObjectQuota(env.QUOTA, { tokens: 100_000, windowMs: 3_600_000 }),
 *   }))(request, context),
 * }
 * ```
 */
export function createRelay(options: RelayOptions): Relay {
  const { deployments, authorize, onRequest, coolDownMs = 30_000, path = '', now = () => Date.now(), random = Math.random } = options
  const fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init))
  if (options.upstreams.length === 0) throw new ChatError('invalid-request', 'Cannot make a relay as there is no upstream')
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
    const { report, upstream, elapsed, end } = exchange
    exchange.onEnd(places.take(caller.subject))
    const body = await readBody(request, limits.bodyBytes)
    const admission = admit(body, operation, caller, deployments, limits, meter)
    const { alias, streamed, promptTokens, mostTokens } = admission
    const facts = { subject: caller.subject, operation, deployment: alias, streamed }
    Object.assign(report, facts)
    const { headers, settle } = await reserve(quotas, caller, mostTokens, now())
    // Until more is known: what was sent is charged for its prompt, as the service charges it.
    let charged = 0
    exchange.onEnd(() => {
      if (quotas.length) report.chargedTokens = charged
      return settle(charged)
    })
    if (onRequest) exchange.run(() => onRequest({ id: report.id, ...facts }))

    const timeout = setTimeout(() => upstream.abort(new Refusal(504, 'upstream_timeout', `Cannot get an answer as the upstream did not answer within ${limits.headersMs} ms`)), Math.min(limits.headersMs, 2 ** 31 - 1))
    charged = promptTokens
    const { upstream: served, response, failure } = await forward({ operation, admission, caller, keep: exchange.keep }, forwarding, upstream.signal, report.attempts)
      .catch((error: unknown) => {
        if (error instanceof Refusal && error !== upstream.signal.reason) charged = 0
        throw error
      })
      .finally(() => clearTimeout(timeout))
    report.upstream = served.name
    report.timings.headersMs = elapsed()
    const passed = passedHeaders(response.headers, { ...headers, 'x-relay-upstream': served.name })
    if (failure !== undefined) {
      charged = 0
      report.ending = 'failed'
      report.status = response.status
      end()
      passed.set('content-type', 'application/json')
      return new Response(failureBody(response.status, failure), { status: response.status, headers: passed })
    }
    if (streamed && !passed.has('content-type')) passed.set('content-type', 'text/event-stream; charset=utf-8')
    report.status = response.status
    const stream = passThrough(response.body ?? new ReadableStream({ start: (controller) => controller.close() }), {
      streamed,
      errorEvent: operation === 'responses' ? 'error' : undefined,
      idleMs: limits.idleMs,
      // Where the type is lost, the first byte will tell, and until then nothing may come before it.
      keepAliveMs: response.headers.get('content-type')?.startsWith('text/event-stream') ? limits.keepAliveMs : Infinity,
      upstream,
      onFirstByte: () => (report.timings.firstByteMs = elapsed()),
      onEnd(ending, tail, bytes) {
        const usage = tail.usage()
        Object.assign(report, { ending, bytes, ...(usage && { usage }) })
        // A chunk of a chat is two lines and about one token.
        charged = usage?.total_tokens ?? Math.min(mostTokens, ending === 'complete' ? mostTokens : promptTokens + Math.ceil(tail.lines() / 2))
        end()
      },
    })
    return new Response(stream, { status: response.status, headers: passed })
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
      exchange.end()
      return refuse(refusal, common)
    }
  }
}
