/**
 * A request in, the answer of the first upstream that gives one out.
 * Runtimes: all. Imports: `../abort.ts`, `../errors.ts`, `../schemas`, `../transport`, `./pool.ts` (types), `./refusal.ts`, `./upstream.ts` (types).
 * @module
 */
import { abortable } from '../abort.ts'
import { isChatError } from '../errors.ts'
import { failureFrom, isRoleMissing } from '../schemas/failure.ts'
import { readText } from '../transport/failure.ts'
import { retryAfter } from '../transport/retry-after.ts'
import type { Pool } from './pool.ts'
import { Refusal } from './refusal.ts'
import type { Outgoing, Upstream } from './upstream.ts'

/** One upstream that was asked. */
export interface RelayAttempt {
  readonly upstream: string
  /** What it answered; 0 where it did not. */
  readonly status: number
}

/** What became of a request. */
export interface Forwarded {
  readonly upstream: Upstream
  /** A good answer, its body unread; or a failure. */
  readonly response: Response
  /** The failure's body, where it is one. */
  readonly failure: string | undefined
}

/** How requests are forwarded. */
export interface ForwardOptions {
  readonly pool: Pool
  /** How long an upstream rests that cannot be reached, or asks for a rest and does not say how long. */
  readonly coolDownMs: number
  /** Deployments that have refused `stream_options`, by upstream and name. */
  readonly withoutUsage: Set<string>
}

/** Failures that another upstream may not have. */
const FAILS_OVER: readonly number[] = [408, 429, 500, 502, 503, 504]
/** Failures that are the upstream's state and not the request's. */
const RESTS: readonly number[] = [429, 503]

/**
 * Asks one upstream after the other, until one answers or its failure is the request's own. After the first byte of an answer nothing is
 * asked again.
 *
 * @throws `Refusal` where none answered; the signal's reason once it aborts
 */
export async function forward(outgoing: Outgoing, { pool, coolDownMs, withoutUsage }: ForwardOptions, signal: AbortSignal, attempts: RelayAttempt[]): Promise<Forwarded> {
  const { admission, caller } = outgoing
  let last: Forwarded | undefined
  let failed: Refusal | undefined
  for (const upstream of pool.order(outgoing)) {
    const model = upstream.modelFor(admission)
    const key = `${upstream.name}/${model}`
    let response: Response | undefined
    let failure: string | undefined
    try {
      // Asked a second time where the deployment refuses what the relay itself has added.
      for (let again = true; again; ) {
        again = false
        const added = admission.usageAdded && !withoutUsage.has(key)
        const { stream_options: _, ...bare } = admission.body
        const body = JSON.stringify({ ...(admission.usageAdded && !added ? bare : admission.body), model })
        // Ended by the signal also where the fetch does not know it.
        response = await abortable(upstream.send(outgoing, body, signal), signal)
        attempts.push({ upstream: upstream.name, status: response.status })
        failure = response.ok ? undefined : upstream.redact(await readText(response, signal), caller)
        if (added && failure?.includes('stream_options')) {
          withoutUsage.add(key)
          again = true
        }
      }
    } catch (error) {
      signal.throwIfAborted()
      failed = unanswered(error, upstream)
      attempts.push({ upstream: upstream.name, status: 0 })
      if (failed.status === 401) throw failed
      pool.rest(upstream, undefined, coolDownMs, false)
      continue
    }
    if (!response) continue
    const { status, headers } = response
    if (failure === undefined) return { upstream, response, failure }
    if ((status === 401 || status === 403) && !(upstream.personal && isRoleMissing(failure))) {
      // Not the caller's fault, whose token has nothing to do with it, and who would only get another one.
      failed = new Refusal(502, 'upstream_refused', `Cannot get an answer as the upstream does not accept the relay's credential: it answered ${status}`)
      last = undefined
      continue
    }
    last = { upstream, response, failure }
    if (!FAILS_OVER.includes(status)) return last
    const told = (failureFrom(failure, { scopes: upstream.scopes, redact: (text) => text }, { url: '', status, retryAfterMs: retryAfter(headers) }) as { readonly retryAfterMs?: number }).retryAfterMs
    if (told !== undefined || RESTS.includes(status)) pool.rest(upstream, model, told ?? coolDownMs, told !== undefined)
  }
  if (last) return last
  if (failed) throw failed
  const waitMs = pool.waitMs(outgoing)
  if (waitMs > 0) throw new Refusal(429, 'upstreams_resting', `Cannot get an answer now as all upstreams have asked to wait. Please retry after ${Math.ceil(waitMs / 1000)} seconds.`, { headers: waitHeaders(waitMs) })
  throw new Refusal(400, 'OperationNotSupported', `Cannot ask ${admission.alias} for ${outgoing.operation} as no upstream serves it`, { param: 'model' })
}

/** How a wait is told: in whole seconds, never shorter than it is, and exactly. */
export function waitHeaders(milliseconds: number): Readonly<Record<string, string>> {
  return { 'retry-after': String(Math.ceil(milliseconds / 1000)), 'retry-after-ms': String(Math.ceil(milliseconds)) }
}

/** Why there is no answer of an upstream; nothing that only the operator shall know goes to the caller. */
function unanswered(error: unknown, { personal }: Upstream): Refusal {
  if (error instanceof Refusal) return error
  if (!isChatError(error)) return new Refusal(502, 'upstream_unreachable', 'Cannot reach the upstream')
  if (error.code === 'interaction-required' && personal) {
    const { claims } = error
    // As Entra asks a client: https://learn.microsoft.com/entra/identity-platform/claims-challenge
    const challenge = claims ? `Bearer error="insufficient_claims", claims="${btoa(claims)}"` : 'Bearer error="interaction_required"'
    return new Refusal(401, 'interaction_required', 'Cannot call on behalf of the user, who must sign in again', { headers: { 'www-authenticate': challenge }, ...(claims && { claims }) })
  }
  return error.code === 'redirected'
    ? new Refusal(502, 'upstream_redirected', 'Cannot follow a redirect of the upstream')
    : new Refusal(502, 'upstream_credential', 'Cannot get a credential for the upstream')
}
