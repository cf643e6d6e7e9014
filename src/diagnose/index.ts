/**
 * A connection in, a growing list of checks out: what works, what does not, and what to do about it.
 * Runtimes: all. Imports: `../abort.ts`, `../errors.ts`, `../schemas`, `../tokens/claims.ts`, `../endpoints`, `../transport` (types), `../chat` (types).
 * @module
 */
import { abortable } from '../abort.ts'
import type { Connection } from '../chat/request.ts'
import { modelUrl } from '../endpoints/endpoint.ts'
import { ChatError, isChatError } from '../errors.ts'
import type { AnyChatError } from '../errors.ts'
import { failureFrom } from '../schemas/failure.ts'
import { parseObject } from '../schemas/parse.ts'
import type { Fetch } from '../transport/authorize.ts'
import { judgeFailure, judgeToken } from './judge.ts'
import type { Check, CheckName } from './judge.ts'

export type { Check, CheckName, CheckStatus } from './judge.ts'

/** Options of {@link diagnose}. */
export interface DiagnoseOptions {
  /** The deployment to ask. @defaultValue the one that the endpoint names */
  readonly model?: string
  /** Aborts the checks; its reason is thrown as it is. */
  readonly signal?: AbortSignal
  /** The fetch of the checks that need no token. @defaultValue the runtime's own */
  readonly fetch?: Fetch
}

/** Longest time for a check, in milliseconds; the real request may be repeated by the connection. */
const PROBE_MS = 15_000
const CHAT_MS = 60_000
/** As much of an answer as is read. */
const MAX_ANSWER_BYTES = 65_536

/**
 * Checks a connection step by step: `endpoint`, `reachable`, `cors`, `token`, `role`, `deployment`, each yielded once.
 *
 * Sends up to two requests without a token and then **one real request**: a prompt of one word, an answer of at most one
 * token. It costs next to nothing, and counts towards the deployment's rate limit. The connection's retries apply.
 *
 * @throws the signal's own reason, and nothing else: a check that fails is a {@link Check}.
 * @example
 * ```ts
 * for await (const { name, status, detail, fix } of diagnose(foundry, { model: 'gpt-5-mini' })) console.log(status, name, detail, fix ?? '')
 * ```
 */
export async function* diagnose(connection: Connection, options: DiagnoseOptions = {}): AsyncGenerator<Check, void, undefined> {
  const { endpoint, tokens } = connection
  const { signal, model = endpoint.deployment, fetch = (url, init) => globalThis.fetch(url, init) } = options
  const attempt = <T>(limitMs: number, work: (controller: AbortController) => Promise<T>) => limited(work, limitMs, signal, endpoint.origin)

  const url = model || endpoint.serverless ? modelUrlOf(connection, model) : undefined
  yield endpointCheck(connection, url)

  // Only a page or its workers have an origin of their own, and only another origin needs CORS.
  const page = (globalThis as { location?: { origin?: string } }).location?.origin ?? 'null'
  const foreign = page !== 'null' && page !== endpoint.origin
  const reached = await attempt(PROBE_MS, ({ signal }) => fetch(`${endpoint.origin}/`, { signal, ...(foreign ? { mode: 'no-cors', credentials: 'omit' } : { redirect: 'manual' }) }))
  if (reached.error) yield { name: 'reachable', status: 'failed', detail: reached.error.message, fix: `Check the host's name and your network${foreign ? ", and connect-src of the page's Content-Security-Policy" : ''}`, error: reached.error }
  else yield { name: 'reachable', status: 'ok', detail: `${endpoint.origin} answers` }

  let readable = true
  if (!foreign) yield skipped('cors', page === 'null' ? 'This is no page, so nothing depends on CORS' : 'Page and endpoint are of one origin')
  else if (reached.error) yield skipped('cors', 'The origin was not reached')
  else {
    const headers = { authorization: 'Bearer none', 'content-type': 'application/json' }
    const asked = await attempt(PROBE_MS, ({ signal }) => fetch(url ?? endpoint.base, { method: 'POST', headers, body: '{}', signal, redirect: 'manual', credentials: 'omit' }))
    readable = !asked.error
    if (!asked.error) yield { name: 'cors', status: 'ok', detail: `${page} may send a token and read the answer` }
    else yield { name: 'cors', status: 'unknown', detail: `${page} cannot read how the service refuses a request without a token; good answers may be readable`, fix: 'See whether the role can be told: if not, put a relay or a gateway with a CORS policy before the service', error: asked.error }
  }

  const token = await attempt(PROBE_MS, (controller) => tokens.get(controller.signal))
  if (token.error) {
    yield { name: 'token', status: 'failed', detail: token.error.message, fix: token.error.code === 'interaction-required' ? 'Sign in from a click' : 'See why the token provider failed: error.cause', error: token.error }
  } else yield judgeToken(token.value, endpoint, Date.now())

  const missing = reached.error ? 'the origin was not reached' : token.error ? 'there is no token' : url ? undefined : 'no model is named: pass the name of a deployment'
  if (missing || !url) {
    yield skipped('role', `Not asked, as ${missing}`)
    yield skipped('deployment', `Not asked, as ${missing}`)
    return
  }
  const name = model ?? 'The model'
  const { error } = await attempt(CHAT_MS, (controller) => askOnce(connection, url, model, controller))
  if (!error) {
    yield { name: 'role', status: 'ok', detail: 'The service took the token' }
    yield { name: 'deployment', status: 'ok', detail: `${name} answers` }
  } else if (error.code === 'network' && !readable) {
    yield { name: 'role', status: 'failed', detail: `Cannot read any answer of ${url.replace(/\?.*/, '')}, though its origin is reached: it does not allow ${page} by CORS`, fix: 'Put a relay or a gateway with a CORS policy before the service', error }
    yield skipped('deployment', 'Not told, as no answer can be read')
  } else yield* judgeFailure(error, name)
}

function endpointCheck({ endpoint: { kind, base } }: Connection, url: string | undefined): Check {
  const detail = `${kind}: ${url ?? `${base}/…, no model being named`}`
  // Announced, and not confirmed to have happened: https://github.com/Azure/azure-rest-api-specs/pull/43907
  return kind === 'inference' && base.endsWith('/models')
    ? { name: 'endpoint', status: 'ok', detail: `${detail} - this API is announced to retire on 26 August 2026`, fix: "Use the resource's own address, which means /openai/v1" }
    : { name: 'endpoint', status: 'ok', detail }
}

/** `undefined` for a name that no deployment can have. */
function modelUrlOf({ endpoint }: Connection, model: string | undefined): string | undefined {
  try {
    return modelUrl(endpoint, 'chat/completions', model)
  } catch {
    return undefined
  }
}

function skipped(name: CheckName, detail: string): Check {
  return { name, status: 'skipped', detail }
}

/** Asks for one token of an answer. @throws `ChatError` */
async function askOnce({ endpoint, headers, send, tokens }: Connection, url: string, model: string | undefined, controller: AbortController): Promise<void> {
  // The inference route has the older name alone in its schema.
  const limit = endpoint.kind === 'inference' ? 'max_tokens' : 'max_completion_tokens'
  const body = { model, messages: [{ role: 'user', content: 'Hi' }], [limit]: 1 }
  const { info, read } = await send({ url, headers, body, streamed: false, signal: undefined, controller })
  const utf8 = new TextDecoder()
  let text = ''
  for (let part; text.length < MAX_ANSWER_BYTES && (part = (await read()).value); ) text += utf8.decode(part, { stream: true })
  const answer = parseObject(text)
  // Gateways may stream to everybody.
  if (answer?.['choices'] || /^(data|event):/.test(text)) return
  if (answer?.['error']) throw failureFrom(answer, tokens, { status: 0, url: info.url, requestId: info.requestId })
  const snippet = tokens.redact(text).slice(0, 200)
  throw new ChatError('not-a-stream', `Cannot get the answer as ${info.url} answered ${info.status} with something else: ${JSON.stringify(snippet)}`, { contentType: info.contentType, snippet })
}

type Outcome<T> = { readonly value: T; readonly error?: undefined } | { readonly value?: undefined; readonly error: AnyChatError }

/** Runs one check within its limit and closes its connection afterwards. @throws the caller's reason alone */
async function limited<T>(work: (controller: AbortController) => Promise<T>, limitMs: number, caller: AbortSignal | undefined, url: string): Promise<Outcome<T>> {
  caller?.throwIfAborted()
  const controller = new AbortController()
  const leave = () => controller.abort(caller?.reason)
  caller?.addEventListener('abort', leave)
  const timer = setTimeout(() => controller.abort(new ChatError('total-timeout', `Cannot finish the check within ${limitMs} ms`, { limitMs })), limitMs)
  try {
    return { value: await abortable(work(controller), controller.signal) }
  } catch (cause) {
    caller?.throwIfAborted()
    if (isChatError(cause)) return { error: cause }
    const message = `Cannot reach ${url}: ${cause instanceof Error ? cause.message : String(cause)}`
    return { error: new ChatError('network', message, { url, possibleCauses: ['unreachable'] }, { cause }) as AnyChatError }
  } finally {
    clearTimeout(timer)
    caller?.removeEventListener('abort', leave)
    controller.abort()
  }
}
