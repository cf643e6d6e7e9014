/**
 * What a relay is made of, and its limits where nothing is said.
 * Runtimes: all. Imports: types alone, and `../errors.ts`.
 * @module
 */
import { ChatError } from '../errors.ts'
import type { Quota } from '../quota/quota.ts'
import type { Fetch } from '../transport/authorize.ts'
import type { Authorize } from './caller.ts'
import type { CorsOptions } from './cors.ts'
import type { RelayedDeployment } from './deployments.ts'
import type { RelayHooks } from './report.ts'
import type { UpstreamOptions } from './upstream.ts'

/** What one request, and one caller at a time, may ask of a relay. */
export interface RelayLimits {
  /** Longest body, in bytes; a longer one is answered with 413 before it is read whole. @defaultValue `1_048_576` (1 MiB) */
  readonly bodyBytes?: number
  /** Most messages of a chat, or input items. @defaultValue `256` */
  readonly messages?: number
  /** Most choices (`n`) of a request, each of which costs its tokens. @defaultValue `1` */
  readonly choices?: number
  /** Requests of one subject at a time, in this isolate; one more is answered with 429. @defaultValue `8` */
  readonly concurrentStreams?: number
  /**
   * From the request to the headers of an answer, in milliseconds: reading its body, getting a credential, every upstream that is asked. After it, 408 where the body is
   * not there, else 504. An answer that is not streamed has its headers at its end. @defaultValue `300_000`
   */
  readonly headersMs?: number
  /** Longest silence of an upstream in the middle of an answer, in milliseconds. @defaultValue `120_000` */
  readonly idleMs?: number
  /** After so much silence in a stream of events its reader is sent a comment, in milliseconds; `Infinity` for none. @defaultValue `15_000` */
  readonly keepAliveMs?: number
  /** Longest time in which a reader takes nothing of an answer, in milliseconds; after it, the answer is broken off. @defaultValue `600_000` */
  readonly unreadMs?: number
}

/** What a relay is made of. */
export interface RelayOptions extends RelayHooks {
  /** Where requests go: by priority, then by weight; to the next one after 429, 5xx and where one cannot be reached, before the first byte. */
  readonly upstreams: readonly UpstreamOptions[]
  /** What is offered, by the public name that requests give as `model`; nothing else is. */
  readonly deployments: Readonly<Record<string, RelayedDeployment>>
  /** Who may call: `relayTokens()`, `entraTokens()`, or a function of yours. */
  readonly authorize: Authorize
  /** Pages that may call. Servers, which send no `origin`, need none of it. */
  readonly cors: CorsOptions
  readonly limits?: RelayLimits
  /** What callers may use up; every one of several must grant a request. @defaultValue none */
  readonly quota?: Quota | readonly Quota[]
  /** How long an upstream is not asked first that could not be reached, or that wants a rest and does not say how long. @defaultValue `30_000` */
  readonly coolDownMs?: number
  /** What stands before `/openai/v1` in the relay's paths, as in `/ai`. @defaultValue `''` */
  readonly path?: string
  /** The fetch to the upstreams. @defaultValue the runtime's own */
  readonly fetch?: Fetch
  /** Clock in milliseconds, for rests and reports. @defaultValue `Date.now` */
  readonly now?: () => number
  /** Numbers from 0 to 1, to draw upstreams by weight. @defaultValue `Math.random` */
  readonly random?: () => number
}

/** The limits with their defaults. @throws `ChatError` `invalid-request` for one that is not above 0 */
export function limitsOf(limits: RelayLimits = {}): Required<RelayLimits> {
  for (const [name, value] of Object.entries(limits)) {
    if (!((value as number) > 0)) throw new ChatError('invalid-request', `Cannot make a relay as ${name} must be above 0: it is ${value}`)
  }
  return { bodyBytes: 1_048_576, messages: 256, choices: 1, concurrentStreams: 8, headersMs: 300_000, idleMs: 120_000, keepAliveMs: 15_000, unreadMs: 600_000, ...limits }
}

/** Checks what else a relay is made of: a mistake in a limit must not be no limit. @throws `ChatError` `invalid-request` */
export function checkOptions({ upstreams, deployments, coolDownMs = 0, path = '' }: RelayOptions): void {
  const refuse = (why: string) => {
    throw new ChatError('invalid-request', `Cannot make a relay as ${why}`)
  }
  if (upstreams.length === 0) refuse('there is no upstream')
  if (!(coolDownMs >= 0)) refuse(`coolDownMs must not be below 0: it is ${coolDownMs}`)
  if (!/^(\/[^/?#]+)*$/.test(path)) refuse(`path must be '' or begin with a slash and end without one: it is ${JSON.stringify(path)}`)
  for (const [alias, { maxOutputTokens = 1 }] of Object.entries(deployments)) {
    if (!(maxOutputTokens >= 1)) refuse(`maxOutputTokens of ${alias} must be 1 or above: it is ${maxOutputTokens}`)
  }
}
