/**
 * A fetch in, the same fetch with a bearer token out, for one origin.
 * Runtimes: all. Imports: `../errors.ts`, `../schemas`, `../tokens` (types).
 * @module
 */
import { ChatError } from '../errors.ts'
import { isRoleMissing } from '../schemas/failure.ts'
import type { TokenCache } from '../tokens/provider.ts'
import { readText } from './failure.ts'

/** As much of `fetch` as the library needs. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/**
 * Adds tokens to a fetch: to requests of the tokens' own origin, in the `Authorization` header, and nowhere else.
 *
 * Redirects are refused, as they could carry the token elsewhere. After a 401 the request is sent once more with a
 * freshly asked token and the claims that the service wants, but not where the 401 says that a role is missing. Any
 * SDK that takes a `fetch` can go keyless with it.
 *
 * @param fetch - Called as a plain function, with a URL and `method`, `headers`, `body`, `signal`, `redirect` alone.
 * @throws `ChatError` `token`, `interaction-required` or `redirected`; whatever `fetch` throws.
 * @example
 * ```ts
 * const endpoint = endpointFor('https://contoso.openai.azure.com')
 * const tokens = tokenCache(msalTokens(app), endpoint)
 * const openai = new OpenAI({ baseURL: endpoint.base, apiKey: 'none', dangerouslyAllowBrowser: true, fetch: authorize(fetch, tokens) })
 * ```
 */
export function authorize(fetch: Fetch, tokens: TokenCache): (input: string | URL | Request, init?: RequestInit) => Promise<Response> {
  return async function authorizedFetch(input, init = {}) {
    const request = input instanceof Request ? input : undefined
    const url = request ? request.url : String(input)
    if (new URL(url).origin !== tokens.origin) return fetch(input as string, init)
    // Read once, so that it can be sent twice.
    // Firefox 153 knows no `body` of a request.
    const held = init.body ?? (request && !/^(GET|HEAD)$/.test(request.method) ? await request.arrayBuffer() : undefined)
    const body = held instanceof ArrayBuffer && !held.byteLength ? undefined : held
    return sendAuthorized(fetch, tokens, url, {
      method: init.method ?? request?.method ?? 'GET',
      headers: init.headers ?? request?.headers ?? {},
      signal: init.signal ?? request?.signal ?? new AbortController().signal,
      ...(body ? { body } : {}),
    })
  }
}

/** Sends to the tokens' own origin, as {@link authorize} says. */
export async function sendAuthorized(fetch: Fetch, tokens: TokenCache, url: string, init: RequestInit & { readonly signal: AbortSignal }): Promise<Response> {
  const { signal, body } = init
  const headers = new Headers(init.headers)
  for (let refused: { token: string; challenge: string | null } | undefined; ; ) {
    const token = await tokens.get(signal, refused)
    headers.set('authorization', `Bearer ${token}`)
    const response = refuseRedirect(url, await fetch(url, { ...init, headers, redirect: 'manual' }))
    // A stream as body is gone after the first request.
    if (response.status !== 401 || refused || body instanceof ReadableStream) return response
    const text = await readText(response, signal)
    // Rebuilt, as its body has been read.
    if (isRoleMissing(text)) return new Response(text, response)
    refused = { token, challenge: response.headers.get('www-authenticate') }
  }
}

/**
 * Hands on what answers a request that was sent with `redirect: 'manual'`, unless it is a redirect, which could carry a credential elsewhere.
 *
 * `manual`, as Workers know no `error`; browsers then answer with an opaque response of status 0.
 * @throws `ChatError` `redirected`
 */
export function refuseRedirect(url: string, response: Response): Response {
  const { type, status } = response
  if (type !== 'opaqueredirect' && (status < 300 || status >= 400)) return response
  response.body?.cancel().catch(() => {})
  const shown = withoutQuery(url)
  throw new ChatError('redirected', `Cannot follow a redirect of ${shown}: check the endpoint`, { url: shown, status })
}

/** A URL as errors may show it. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*/, '')
}
