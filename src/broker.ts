/**
 * The URL of a page's own backend in, a token provider out.
 * Runtimes: all. Imports: `./errors.ts`, `./schemas`, `./tokens`, valibot.
 * @module
 */
import * as v from 'valibot'
import { ChatError } from './errors.ts'
import { parseObject } from './schemas/parse.ts'
import { claimsFrom } from './tokens/claims.ts'
import type { AccessToken, TokenProvider } from './tokens/provider.ts'

type HeaderRecord = Readonly<Record<string, string>>

/** How the backend is asked. */
export interface BrokerOptions {
  /** The fetch to ask with: a URL and `method`, `headers`, `body`, `signal`, `redirect`, and `credentials` if given. @defaultValue the runtime's own */
  readonly fetch?: (url: string, init?: RequestInit) => Promise<Response>
  /** Whether cookies go along; a page's `fetch` sends them to its own origin anyway. Workers refuse any. @defaultValue that of `fetch` */
  readonly credentials?: 'include' | 'same-origin'
  /** Further headers, such as one against cross-site requests; a function is called for every request. */
  readonly headers?: HeaderRecord | (() => HeaderRecord | Promise<HeaderRecord>)
  /** From the request to the whole answer, in milliseconds; a slower one fails with `token`. @defaultValue `10_000` */
  readonly timeoutMs?: number
}

/** Longest answer that is read. */
const MAX_BYTES = 65_536
/** In 1973, so that a number below it is one of seconds. */
const EARLIEST_MS = 1e11
/** With its zone, as a time without one is another in every place. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/
/** Hosts that http is taken from. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|.+\.localhost)$/

/** `object` and `custom`, as `looseObject` and `union` weigh more and do the same here. */
const answerSchema: v.GenericSchema<unknown, { token: string; expiresOn: string | number }> = /* @__PURE__ */ v.object({
  token: /* @__PURE__ */ v.string(),
  expiresOn: /* @__PURE__ */ v.custom<string | number>((value) => timeOf(value) > EARLIEST_MS),
})

/**
 * Gets tokens from a backend of yours, which knows the user by its session and gets them on the user's behalf.
 *
 * It is sent `POST { scopes, claims?, forceRefresh }` and answers `{ token, expiresOn }`, where `expiresOn` is an ISO 8601
 * time with its zone, or milliseconds since 1970; what else it says, such as `endpoint`, is for the page to know and not
 * read here. Where it needs the user, it answers 401, or any failure with `{ error: 'interaction_required', claims? }`.
 * A connection asks once at a time; two connections ask separately.
 *
 * @param url - Absolute, or relative to the page. https only, loopback excepted; redirects are refused.
 * @returns A provider that throws `ChatError` `interaction-required` as above and `token` where the backend fails, is slow
 * or answers anything else; the caller's own reason where its signal aborts.
 * @throws `ChatError` `invalid-request` where the URL or the limit cannot be used.
 * @example
 * ```ts
 * const token = brokerTokens('/api/token', { headers: () => ({ 'x-csrf-token': csrfToken() }) })
 * const foundry = connect({ endpoint: 'https://contoso.services.ai.azure.com', token })
 * ```
 */
export function brokerTokens(url: string | URL, options: BrokerOptions = {}): TokenProvider {
  const { timeoutMs = 10_000, credentials } = options
  const { href, origin, pathname } = resolve(url)
  if (!(timeoutMs > 0)) throw new ChatError('invalid-request', `Cannot get tokens as timeoutMs must be above 0: it is ${timeoutMs}`)
  // Looked up when called, without a `this`: browsers refuse a fetch that has another one.
  const fetch = options.fetch ?? ((input: string, init?: RequestInit) => globalThis.fetch(input, init))
  const failure = (why: string, cause?: unknown) => new ChatError('token', `Cannot get a token from ${origin}${pathname} as it ${why}`, {}, { cause })

  async function ask(body: string, signal: AbortSignal): Promise<AccessToken> {
    const headers = new Headers(typeof options.headers === 'function' ? await options.headers() : options.headers)
    headers.set('content-type', 'application/json')
    headers.set('accept', 'application/json')
    // Without members that are `undefined`, as Workers refuse those that they do not know.
    const init: RequestInit = { method: 'POST', headers, body, signal, redirect: 'manual', ...(credentials && { credentials }) }
    let response: Response
    let text: string | undefined
    try {
      response = await fetch(href, init)
      text = await readText(response)
    } catch (cause) {
      throw failure('did not answer, or not to the end: see cause', cause)
    }
    const { ok, status, headers: answered } = response
    // Parsed so that no error quotes the text, which may hold a token.
    const answer = parseObject(text ?? '')
    if (!ok) {
      const { error, claims = claimsFrom(answered.get('www-authenticate')) } = answer ?? {}
      if (status === 401 || /^(interaction|consent|login)_required$/.test(String(error))) {
        throw new ChatError('interaction-required', `Cannot get a token from ${origin}${pathname} without the user: sign in from a click`, typeof claims === 'string' && claims ? { claims } : {})
      }
      // A browser shows no status of a redirect.
      throw failure(status >= 400 ? `answered with status ${status}` : 'redirects, which is not followed')
    }
    if (!answer) throw failure(text === undefined ? `answered with more than ${MAX_BYTES} bytes` : `answered with no JSON object: its content type is ${answered.get('content-type')}`)
    const { success, output, issues } = v.safeParse(answerSchema, answer)
    if (!success) throw failure(`answered with a wrong or no ${String(issues[0].path?.[0].key)}: it must be { token: string, expiresOn: ISO 8601 time with zone, or milliseconds since 1970 }`)
    const expiresOn = timeOf(output.expiresOn)
    if (expiresOn <= Date.now()) throw failure(`gave a token that expired at ${new Date(expiresOn).toISOString()}: one of the clocks may be wrong`)
    return { token: output.token, expiresOn }
  }

  return async function brokerToken({ scopes, claims, forceRefresh, signal }) {
    signal.throwIfAborted()
    const call = new AbortController()
    // Ends the wait also for a fetch that does not listen.
    const stopped = new Promise<never>((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason)))
    const leave = () => call.abort(signal.reason)
    signal.addEventListener('abort', leave)
    const timer = setTimeout(() => call.abort(failure(`did not answer within ${timeoutMs} ms`)), Math.min(timeoutMs, 2 ** 31 - 1))
    try {
      return await Promise.race([stopped, ask(JSON.stringify({ scopes, claims, forceRefresh }), call.signal)])
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', leave)
      // Closes the connection of an answer that was not read to its end.
      call.abort()
    }
  }
}

/** Makes a URL absolute. @throws `ChatError` `invalid-request` */
function resolve(url: string | URL): URL {
  let absolute: URL | undefined
  try {
    absolute = new URL(url, globalThis.location?.href)
  } catch {
    // Told below.
  }
  if (!absolute || absolute.username || !(absolute.protocol === 'https:' || (absolute.protocol === 'http:' && LOOPBACK.test(absolute.hostname)))) {
    throw new ChatError('invalid-request', 'Cannot get tokens as the URL must be https, or http on loopback, without a user, and absolute where there is no page')
  }
  return absolute
}

/** Reads a body as text; `undefined` where it is too long. */
async function readText({ body }: Response): Promise<string | undefined> {
  const reader = body?.getReader()
  const utf8 = new TextDecoder()
  let text = ''
  for (let size = 0; ; ) {
    const { value } = (await reader?.read()) ?? {}
    if (!value) return text
    size += value.length
    if (size > MAX_BYTES) return undefined
    text += utf8.decode(value, { stream: true })
  }
}

/** Milliseconds since 1970; `NaN` for what is neither those nor an ISO 8601 time with its zone. */
function timeOf(value: unknown): number {
  return typeof value === 'number' ? value : TIMESTAMP.test(String(value)) ? Date.parse(String(value)) : NaN
}
