/**
 * The Worker's bindings, variables and secrets in; settings that can be used out.
 * @module
 */
import type { RelayKey, RelayedDeployment } from 'keyless-chat/edge'
import type { ObjectNamespace, RateLimiterBinding } from 'keyless-chat/quota'

/** What `wrangler.jsonc` binds. Variables and secrets are texts, and any of them may be missing. */
export interface Env {
  readonly ASSETS?: { fetch(request: Request): Promise<Response> }
  readonly QUOTA?: ObjectNamespace
  readonly LIMITER?: RateLimiterBinding
  readonly ORIGIN?: string
  readonly UPSTREAM?: string
  readonly DEPLOYMENTS?: string
  readonly SESSION_TOKENS_PER_HOUR?: string
  readonly ALL_TOKENS_PER_DAY?: string
  readonly RELAY_KEYS?: string
  readonly SESSION_KEY?: string
  readonly TENANT_ID?: string
  readonly CLIENT_ID?: string
  readonly CLIENT_SECRET?: string
  readonly TOKEN_URL?: string
}

/** What the Worker is made of. */
export interface Settings {
  readonly assets: { fetch(request: Request): Promise<Response> }
  readonly counters: ObjectNamespace
  readonly limiter: RateLimiterBinding | undefined
  /** The page's own, and the only one that is served; what tokens are for. */
  readonly origin: string
  readonly upstream: string
  readonly deployments: Readonly<Record<string, RelayedDeployment>>
  readonly sessionTokensPerHour: number
  readonly allTokensPerDay: number
  readonly relayKeys: readonly RelayKey[]
  readonly sessionKey: string
  /** Who opens the upstream: an application of Entra ID, or an emulator that gives tokens away. */
  readonly opener: { readonly tenant: string; readonly clientId: string; readonly secret: string } | { readonly tokenUrl: string }
}

const MAX_OUTPUT_TOKENS = 4000
const MIN_SESSION_KEY = 32
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/|$)/

/** What whoever deploys must mend. Its message names variables, and never a secret's value, so that it may be shown. */
export class Misconfigured extends Error {}

const refusal = (why: string): Misconfigured => new Misconfigured(`Cannot start as ${why}`)

/**
 * Reads the settings.
 *
 * @throws `Misconfigured` for all that is missing, else for the first thing that cannot be used.
 */
export function readSettings(env: Env): Settings {
  const { ASSETS, QUOTA, LIMITER, ORIGIN, UPSTREAM, DEPLOYMENTS = '', RELAY_KEYS, SESSION_KEY, TENANT_ID: tenant, CLIENT_ID: clientId, CLIENT_SECRET: secret, TOKEN_URL: tokenUrl } = env
  const needed = { ASSETS, QUOTA, ORIGIN, UPSTREAM, DEPLOYMENTS, RELAY_KEYS, SESSION_KEY, ...(!tokenUrl && { TENANT_ID: tenant, CLIENT_ID: clientId, CLIENT_SECRET: secret }) }
  const missing = Object.entries(needed).flatMap(([name, value]) => (value ? [] : [name]))
  // The second half says to the compiler what the first one has found out.
  if (missing.length > 0 || !ASSETS || !QUOTA || !ORIGIN || !UPSTREAM || !RELAY_KEYS || !SESSION_KEY) throw refusal(`these are not set: ${missing.join(', ')}`)
  if (!URL.canParse(ORIGIN) || new URL(ORIGIN).origin !== ORIGIN || !(ORIGIN.startsWith('https:') || LOOPBACK.test(ORIGIN))) throw refusal(`ORIGIN must be exact, as in https://chat.example: it is ${JSON.stringify(ORIGIN)}`)
  if (SESSION_KEY.length < MIN_SESSION_KEY) throw refusal(`SESSION_KEY must have ${MIN_SESSION_KEY} characters or more: it has ${SESSION_KEY.length}`)
  if (tokenUrl && (tenant || clientId || secret)) throw refusal('TOKEN_URL is for a local run and must not stand beside TENANT_ID, CLIENT_ID and CLIENT_SECRET')
  if (tokenUrl && !LOOPBACK.test(tokenUrl)) throw refusal(`TOKEN_URL is for a local run and must be on loopback: it is ${JSON.stringify(tokenUrl)}`)
  return {
    assets: ASSETS,
    counters: QUOTA,
    limiter: LIMITER,
    origin: ORIGIN,
    upstream: UPSTREAM,
    deployments: deploymentsOf(DEPLOYMENTS),
    sessionTokensPerHour: countOf('SESSION_TOKENS_PER_HOUR', env.SESSION_TOKENS_PER_HOUR ?? '50000'),
    allTokensPerDay: countOf('ALL_TOKENS_PER_DAY', env.ALL_TOKENS_PER_DAY ?? '1000000'),
    relayKeys: keysOf(RELAY_KEYS),
    sessionKey: SESSION_KEY,
    opener: tokenUrl ? { tokenUrl } : { tenant: tenant ?? '', clientId: clientId ?? '', secret: secret ?? '' },
  }
}

/** Reads names as pages give them and as the resource knows them: `chat=gpt-5-mini, grok-4`. */
function deploymentsOf(text: string): Readonly<Record<string, RelayedDeployment>> {
  const found: Record<string, RelayedDeployment> = {}
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    const [, alias = '', deployment = alias] = /^([\w.-]+)(?:=([\w.~-]+))?$/.exec(part) ?? []
    if (alias === '' || Object.hasOwn(found, alias)) throw refusal(`DEPLOYMENTS must be names, each once, as in "chat=gpt-5-mini, grok-4": it has ${JSON.stringify(part)}`)
    found[alias] = { deployment, maxOutputTokens: MAX_OUTPUT_TOKENS }
  }
  return found
}

function countOf(name: string, text: string): number {
  if (!/^[1-9]\d{0,11}$/.test(text)) throw refusal(`${name} must be a whole number from 1: it is ${JSON.stringify(text)}`)
  return Number(text)
}

/** What is in them, the relay checks itself. */
function keysOf(text: string): readonly RelayKey[] {
  try {
    return JSON.parse(text) as readonly RelayKey[]
  } catch {
    // Without a cause, which would quote the text.
    throw refusal('RELAY_KEYS is no JSON; it must be a list of JWKs')
  }
}
