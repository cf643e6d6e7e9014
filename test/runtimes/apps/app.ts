/**
 * Relay and broker as one program, the same in every runtime; what differs is the engine of its quota.
 * @module
 */
import { createBroker, createRelay, relayTokens } from 'keyless-chat/edge'
import type { Relay, RelayFinishInfo } from 'keyless-chat/edge'
import type { Quota, QuotaLimits } from 'keyless-chat/quota'

export const LIMITS: QuotaLimits = { requests: 100_000, tokens: 100_000_000, windowMs: 3_600_000 }
/** Whom tests mint tokens as; a secret of nothing. */
export const ISSUE = { keys: [{ kty: 'oct', kid: '2026-11', alg: 'HS256', k: 'a2V5bGVzcy1jaGF0LXRlc3Qta2V5LW9mLTMyLWJ5dGVzISE' }], audience: 'https://relay.example' }

/** Deployments by their public names; `~` begins the name of a fault. */
const DEPLOYMENTS: Readonly<Record<string, string>> = {
  chat: 'gpt-5-mini',
  plain: 'gpt-4o-mini',
  grok: 'grok-4-1-fast',
  deepseek: 'deepseek-v4',
  late: 'gpt-6-luna',
  embed: 'text-embedding-3-small',
  endless: 'gpt-5-mini~endless',
  stall: 'gpt-5-mini~stall',
  silent: 'gpt-5-mini~silent',
  hang: 'gpt-5-mini~hang',
  cut: 'gpt-5-mini~cut',
  unfinished: 'gpt-5-mini~no-finish',
  crlf: 'gpt-5-mini~crlf',
  big: 'gpt-5-mini~big',
  limited: 'gpt-5-mini~429-long',
  missing: 'gpt-5-mini~404-deployment',
  wanting: 'gpt-5-mini~401',
}

/** What an app is given by its runtime. */
export interface AppOptions {
  /** Where the emulator listens, with its `/test/token`. */
  readonly emulator: string
  readonly quota: Quota
  /** Pages that may call, separated by commas. */
  readonly origins?: string
}

/** Collects garbage, where the runtime was started so that a program may ask for it. */
function collect(): void {
  const { gc, Bun } = globalThis as { gc?: () => void; Bun?: { gc: (now: boolean) => void } }
  if (Bun) Bun.gc(true)
  else if (gc) gc()
  else throw new Error('Cannot collect garbage: start the runtime with --expose-gc')
}

/**
 * Makes the program. Beside relay and broker it serves `GET /test/finished`, what the relay's hook was told, and `GET /test/alive`, how many of its
 * answers are still in memory.
 */
export function createApp({ emulator, quota, origins = 'https://app.example' }: AppOptions): Relay {
  const finished: RelayFinishInfo[] = []
  const answers: WeakRef<Response>[] = []
  const pages = origins.split(',')
  const relay = createRelay({
    upstreams: [{
      endpoint: emulator,
      name: 'emulator',
      async credential() {
        const { token, expiresOn } = (await (await fetch(`${emulator}/test/token`)).json()) as { token: string; expiresOn: string }
        return { token, expiresOn: Date.parse(expiresOn) }
      },
    }],
    deployments: Object.fromEntries(Object.entries(DEPLOYMENTS).map(([alias, deployment]) => [alias, { deployment, maxOutputTokens: 1000 }])),
    authorize: relayTokens(ISSUE),
    cors: { origins: pages },
    limits: { concurrentStreams: 2000, keepAliveMs: 200 },
    quota,
    onFinish: (info) => finished.push(info),
  })
  const broker = createBroker({
    authenticate: (request) => (/\bsession=(\w+)/.test(request.headers.get('cookie') ?? '') ? { subject: 'visitor' } : undefined),
    issue: { ...ISSUE, tokens: 50_000 },
    origins: pages,
  })
  return async function app(request, context) {
    const { pathname } = new URL(request.url)
    if (pathname === '/test/finished') return Response.json(finished)
    if (pathname === '/test/alive') {
      collect()
      return Response.json(answers.filter((answer) => answer.deref()).length)
    }
    const answer = await (pathname === '/token' ? broker(request) : relay(request, context))
    answers.push(new WeakRef(answer))
    return answer
  }
}
