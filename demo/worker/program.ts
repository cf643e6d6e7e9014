/**
 * Settings in, one handler out: the relay on `/openai/v1/`, the broker on `/token`, the page on everything else.
 * @module
 */
import { createBroker, createRelay, mintRelayToken, relayTokens } from 'keyless-chat/edge'
import type { Relay, RelayTokenOptions } from 'keyless-chat/edge'
import { credentialOf } from './credential.ts'
import { hooks } from './log.ts'
import { createPage } from './page.ts'
import { createQuotas } from './quotas.ts'
import { createSessions } from './session.ts'
import type { Settings } from './settings.ts'

/** What one visitor may ask for at a time: more than a conversation needs, and less than a bill notices. */
const LIMITS = { bodyBytes: 262_144, messages: 100, concurrentStreams: 4 }

/** The handler, and a check of what cannot be checked without waiting. */
export interface Program {
  readonly fetch: Relay
  /** @throws `ChatError` where the first of the keys cannot sign */
  readonly check: () => Promise<void>
}

/** Makes the program. @throws `ChatError` `invalid-request` where a setting cannot be used; it never quotes a secret */
export function createProgram(settings: Settings): Program {
  const { origin, upstream, deployments, relayKeys: keys, sessionKey: secret } = settings
  // Page and relay are one program, so that the page's own address says which relay a token is for.
  const tokens: RelayTokenOptions = { keys, audience: origin }
  const sessions = createSessions({ secret, secure: origin.startsWith('https:') })
  const relay = createRelay({
    upstreams: [{ endpoint: upstream, credential: credentialOf(settings.opener) }],
    deployments,
    authorize: relayTokens(tokens),
    cors: { origins: [origin] },
    limits: LIMITS,
    quota: createQuotas(settings),
    ...hooks,
  })
  const broker = createBroker({
    async authenticate(request) {
      const subject = await sessions.subjectOf(request)
      return subject === undefined ? undefined : { subject }
    },
    issue: tokens,
    origins: [origin],
  })
  const page = createPage(settings, sessions)

  return {
    async fetch(request, context) {
      const { origin: asked, pathname } = new URL(request.url)
      // By another name this is another origin, for which no token here is good.
      if (asked !== origin) return new Response(`Cannot serve ${asked} as ORIGIN is ${origin}`, { status: 421 })
      if (pathname.startsWith('/openai/v1/')) return relay(request, context)
      return pathname === '/token' ? broker(request) : page(request)
    },
    async check() {
      await mintRelayToken(tokens, { subject: 'check' })
    },
  }
}
