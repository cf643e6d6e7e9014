/**
 * A page's session in, a short-lived token out: the backend that `keyless-chat/broker` asks.
 * Runtimes: Workers, Deno, Bun, Node. Imports: `../errors.ts`, `../quota`, `../tokens`, `./body.ts`, `./cors.ts`, `./credential.ts` (types), `./refusal.ts`, `./relay-token.ts`.
 * @module
 */
import { ChatError, isChatError } from '../errors.ts'
import { memoryQuota } from '../quota/memory.ts'
import type { Quota } from '../quota/quota.ts'
import type { AccessToken } from '../tokens/provider.ts'
import { readBody } from './body.ts'
import { createCors } from './cors.ts'
import type { OnBehalfOf } from './credential.ts'
import { Refusal, refuse, waitHeaders } from './refusal.ts'
import { mintRelayToken, relayTokens } from './relay-token.ts'
import type { RelayGrant, RelayTokenOptions } from './relay-token.ts'
import { serverOnly } from './server.ts'

/** Who is signed in, as your session says it. */
export interface BrokerSession extends Pick<RelayGrant, 'deployments' | 'tokens' | 'lifetimeSeconds'> {
  /** Who it is. */
  readonly subject: string
  /** The user's own token for this application, where tokens are got on the user's behalf. */
  readonly assertion?: string
}

/** Hands out tokens for a relay; what a session says wins over what stands here. */
export interface BrokerRelayTokens extends RelayTokenOptions, Pick<RelayGrant, 'deployments' | 'tokens' | 'lifetimeSeconds'> {}

/** Hands out Azure's own tokens, got on behalf of the user, for pages that call Azure themselves. */
export interface BrokerUserTokens {
  readonly onBehalfOf: OnBehalfOf
  /** What tokens are asked for, whatever a page names, as in `https://ai.azure.com/.default`. */
  readonly scopes: readonly string[]
}

/** What a broker is made of. */
export interface BrokerOptions {
  /** Tells who is signed in, by cookie or otherwise; `undefined` is answered with 401, which a page answers by its sign-in. It must leave the body unread. */
  readonly authenticate: (request: Request) => BrokerSession | undefined | Promise<BrokerSession | undefined>
  /** What is handed out. */
  readonly issue: BrokerRelayTokens | BrokerUserTokens
  /** The exact origins of the pages that may ask; the broker's own is none of them unless it stands here. */
  readonly origins: readonly string[]
  /** Request headers that pages of other origins may send beside `content-type`. */
  readonly headers?: readonly string[]
  /** How many tokens a session may get. @defaultValue 30 in a minute, counted in memory */
  readonly quota?: Quota
  /** Called with what kept a token from being got, of which a page is told nothing but that there is none. */
  readonly onError?: (error: unknown) => void
}

/** Answers pages that ask for a token. */
export type Broker = (request: Request) => Promise<Response>

/** Nothing between here and the page may keep a token. */
const COMMON = { 'cache-control': 'no-store', pragma: 'no-cache', 'x-content-type-options': 'nosniff' }
const MAX_BODY_BYTES = 16_384

/**
 * Makes a broker, which answers `POST { scopes, claims?, forceRefresh }` of a signed-in page by `{ token, expiresOn }`.
 *
 * A request must come from a page that is listed: a browser says which one asks. It must be JSON, which no form can send and no page of another
 * origin without asking first. So a session's cookie alone gets nobody a token.
 *
 * @throws `ChatError` `invalid-request` in a page, or where an option cannot be used.
 * @example
 * ```ts
 * const broker = createBroker({
 *   authenticate: async (request) => sessionOf(request.headers.get('cookie')), // { subject } or undefined
 *   issue: { keys: JSON.parse(env.RELAY_KEYS), audience: 'https://relay.example', deployments: ['chat'], tokens: 20_000 },
 *   origins: ['https://app.example'],
 * })
 * ```
 */
export function createBroker(options: BrokerOptions): Broker {
  serverOnly('a broker')
  const { authenticate, issue, origins, headers = [], quota = memoryQuota({ requests: 30, windowMs: 60_000 }) } = options
  // For its checks of keys and audience: a mistake shall show now and not at the first page.
  if (!('onBehalfOf' in issue)) relayTokens(issue)
  else if (issue.scopes.length === 0) throw new ChatError('invalid-request', 'Cannot make a broker as scopes must name what tokens are asked for')
  const cors = createCors({ origins, headers }, 'POST', true)

  /** @throws `Refusal` 403 for what is not surely a request of a listed page */
  function checkSender(request: Request): string {
    cors.check(request)
    const origin = request.headers.get('origin')
    // Every browser names the origin of a POST. What has none is no page, and has no business here.
    if (origin === null) throw new Refusal(403, 'origin_not_allowed', 'Cannot give a token to what is no page of a listed origin')
    return origin
  }

  async function tokenFor(session: BrokerSession, origin: string, claims: string | undefined, signal: AbortSignal): Promise<AccessToken> {
    if (!('onBehalfOf' in issue)) {
      const { deployments = issue.deployments, tokens = issue.tokens, lifetimeSeconds = issue.lifetimeSeconds } = session
      return mintRelayToken(issue, { subject: session.subject, origin, deployments, tokens, lifetimeSeconds })
    }
    if (session.assertion === undefined) throw new Refusal(401, 'interaction_required', 'Cannot get a token on behalf of a session without a token of the user')
    const provide = issue.onBehalfOf.providerFor(session.assertion)
    const answer = await provide({ scopes: issue.scopes, forceRefresh: true, signal, ...(claims && { claims }) })
    return typeof answer === 'string' ? { token: answer } : answer
  }

  async function answer(request: Request): Promise<Response> {
    if (request.method !== 'POST') throw new Refusal(405, '405', `Cannot serve ${request.method} here: it must be POST`, { headers: { allow: 'POST, OPTIONS' } })
    const origin = checkSender(request)
    const session = await authenticate(request)
    if (!session) throw new Refusal(401, 'interaction_required', 'Cannot give a token as nobody is signed in')
    const { value } = await readBody(request, MAX_BODY_BYTES)
    const verdict = await quota.reserve({ subject: `broker:${session.subject}`, tokens: 0 })
    if (!verdict.granted) throw new Refusal(429, 'rate_limit_exceeded', 'Cannot give so many tokens to one session', { headers: waitHeaders(verdict.retryAfterMs) })
    const claims = typeof value['claims'] === 'string' ? value['claims'] : undefined
    const { token, expiresOn } = await tokenFor(session, origin, claims, request.signal)
    return Response.json({ token, expiresOn: new Date(expiresOn ?? Date.now() + 60_000).toISOString() })
  }

  return async function broker(request) {
    if (request.method === 'OPTIONS') return cors.preflight(request)
    const common = { ...COMMON, ...cors.headers(request), vary: 'Origin, Cookie' }
    try {
      const response = await answer(request)
      for (const [name, value] of Object.entries(common)) response.headers.set(name, value)
      return response
    } catch (error) {
      if (!(error instanceof Refusal)) tell(options.onError, error)
      return refused(error, common)
    }
  }
}

/** Tells a hook, whose own failure changes nothing. */
function tell(hook: BrokerOptions['onError'], error: unknown): void {
  try {
    hook?.(error)
  } catch {
    // Its own affair.
  }
}

/** In the form that `keyless-chat/broker` reads: `error` is a word there, as in OAuth. */
function refused(error: unknown, common: Readonly<Record<string, string>>): Response {
  if (isChatError(error) && error.code === 'interaction-required') {
    return Response.json({ error: 'interaction_required', ...(error.claims && { claims: error.claims }) }, { status: 401, headers: common })
  }
  if (!(error instanceof Refusal)) return refuse(new Refusal(502, 'token_unavailable', 'Cannot get a token'), common)
  return error.code === 'interaction_required' ? Response.json({ error: error.code }, { status: error.status, headers: common }) : refuse(error, common)
}
