/**
 * What hooks are told of a request: ids, counts and times, and never content.
 * Runtimes: all. Imports: `../schemas` (types), `./deployments.ts` (types), `./forward.ts` (types), `./passage.ts` (types).
 * @module
 */
import type { Usage } from '../schemas/completion.ts'
import type { RelayOperation } from './deployments.ts'
import type { RelayAttempt } from './forward.ts'
import type { Ending } from './passage.ts'

/** A request that was let in. */
export interface RelayRequestInfo {
  /** The relay's own id of the request, in its answer's `x-request-id` where the upstream has none. */
  readonly id: string
  readonly subject: string
  readonly operation: RelayOperation
  /** The deployment's public name. */
  readonly deployment: string
  readonly streamed: boolean
}

/** How a request ended. */
export interface RelayFinishInfo extends Partial<Omit<RelayRequestInfo, 'id'>> {
  readonly id: string
  /** The status answered; 499 where the caller left before there was one. */
  readonly status: number
  /** `refused`: by the relay. `failed`: by the upstream. Else how the answer ended: `complete`, `cut`, `silent`, `cancelled`. */
  readonly ending: Ending | 'refused' | 'failed'
  /** The relay's own code, where it refused. */
  readonly code?: string
  /** What a function of yours has thrown, or a defect, where the code is `relay_failed`. */
  readonly error?: unknown
  /** Which upstream served. */
  readonly upstream?: string
  /** Every upstream that was asked, in order. */
  readonly attempts: readonly RelayAttempt[]
  /** What the service counted; `undefined` where it did not say. Never estimated. */
  readonly usage?: Usage
  /** What was taken from the quotas in the end; where the service did not say, an estimate. */
  readonly chargedTokens?: number
  /** Bytes of the answer that went through. */
  readonly bytes: number
  /** From the request to the upstream's headers, to its first byte, and to the end, in milliseconds. */
  readonly timings: { readonly headersMs?: number; readonly firstByteMs?: number; readonly totalMs: number }
}

/** Called with what became of requests; a hook that fails changes nothing, and a promise of its is waited for where the runtime has `waitUntil`. */
export interface RelayHooks {
  /** Called before a request is sent. */
  readonly onRequest?: (info: RelayRequestInfo) => unknown
  /** Called once for each request, preflights left out. */
  readonly onFinish?: (info: RelayFinishInfo) => unknown
}

/** What is known of a request so far, as the relay itself writes it. */
export type Report = { -readonly [Key in keyof RelayFinishInfo]: RelayFinishInfo[Key] } & { attempts: RelayAttempt[]; timings: { headersMs?: number; firstByteMs?: number; totalMs: number } }

/** Opens the report of a request. */
export function openReport(): Report {
  return { id: crypto.randomUUID(), status: 0, ending: 'refused', attempts: [], bytes: 0, timings: { totalMs: 0 } }
}
