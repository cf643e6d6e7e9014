/**
 * A request in, the answer of the first upstream that gives one out.
 * Runtimes: all. Imports: `../abort.ts`, `../errors.ts`, `../schemas`, `../transport`, `./pool.ts` (types), `./refusal.ts`, `./upstream.ts` (types).
 * @module
 */
import { abortable } from '../abort.ts'
import { isChatError } from '../errors.ts'
import type { ServiceFacts } from '../errors.ts'
import { failureFrom, isRoleMissing } from '../schemas/failure.ts'
import { readText } from '../transport/failure.ts'
import { retryAfter } from '../transport/retry-after.ts'
import type { Pool } from './pool.ts'
import { Refusal, waitHeaders } from './refusal.ts'
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
export async function forward(outgoing: Outgoing, options: ForwardOptions, signal: AbortSignal, attempts: RelayAttempt[]): Promise<Forwarded> {
  const { pool, coolDownMs } = options
  let failed: Forwarded | undefined
  let refused: Refusal | undefined
  for (const upstream of pool.order(outgoing)) {
    let answer: Forwarded
    try {
      answer = await ask(upstream, outgoing, options, signal, attempts)
    } catch (error) {
      signal.throwIfAborted()
      attempts.push({ upstream: upstream.name, status: 0 })
      const refusal = unanswered(error, upstream)
      // The user's own matter, which no other upstream may settle with a credential of the application's.
      if (upstream.personal && refusal.code !== UNREACHABLE) throw refusal
      pool.rest(upstream, undefined, coolDownMs, false)
      refused = refusal
      continue
    }
    const { response, failure } = answer
    if (failure === undefined) return answer
    if (refusesCredential(answer)) {
      refused = new Refusal(502, 'upstream_refused', `Cannot get an answer as the upstream does not accept the relay's credential: it answered ${response.status}`)
      continue
    }
    failed = answer
    if (!FAILS_OVER.includes(response.status)) return answer
    const told = waitOf(answer)
    if (told !== undefined || RESTS.includes(response.status)) pool.rest(upstream, upstream.modelFor(outgoing.admission), told ?? coolDownMs, told !== undefined)
  }
  // What an upstream itself has said tells more than that another was not there.
  if (failed) return failed
  throw refused ?? nobody(outgoing, pool)
}

/** Asks one upstream; a second time where the deployment refuses what the relay itself has added. */
async function ask(upstream: Upstream, outgoing: Outgoing, { withoutUsage }: ForwardOptions, signal: AbortSignal, attempts: RelayAttempt[]): Promise<Forwarded> {
  const { admission, caller } = outgoing
  const model = upstream.modelFor(admission)
  const key = JSON.stringify([upstream.name, model])
  const { stream_options: _, ...bare } = admission.body

  async function send(usage: boolean): Promise<Forwarded> {
    const body = JSON.stringify({ ...(admission.usageAdded && !usage ? bare : admission.body), model })
    // Ended by the signal also where the fetch does not know it.
    const response = await abortable(upstream.send(outgoing, body, signal), signal)
    attempts.push({ upstream: upstream.name, status: response.status })
    if (response.ok && !response.body) throw new Refusal(502, 'upstream_failed', 'Cannot get an answer as the upstream has sent none')
    return { upstream, response, failure: response.ok ? undefined : upstream.redact(await readText(response, signal), caller) }
  }

  const usage = admission.usageAdded && !withoutUsage.has(key)
  const answer = await send(usage)
  if (!usage || ![400, 422].includes(answer.response.status) || !answer.failure?.includes('stream_options')) return answer
  const again = await send(false)
  // Only what helped is remembered: a caller can make a service say anything.
  if (again.failure === undefined) withoutUsage.add(key)
  return again
}

/** Whether it is the relay that was not let in. Not the caller's fault, whose token has nothing to do with it, and who would only get another one. */
function refusesCredential({ upstream, response: { status }, failure = '' }: Forwarded): boolean {
  return (status === 401 || status === 403) && !(upstream.personal && isRoleMissing(failure))
}

/** How long the upstream asks to wait. What failures of a single request say may be the request's own words. */
function waitOf({ upstream: { scopes }, response: { status, headers }, failure = '' }: Forwarded): number | undefined {
  const retryAfterMs = retryAfter(headers)
  if (!RESTS.includes(status)) return retryAfterMs
  const error: object = failureFrom(failure, { scopes, redact: (text) => text }, { url: '', status, retryAfterMs })
  return (error as Partial<ServiceFacts>).retryAfterMs
}

function nobody(outgoing: Outgoing, pool: Pool): Refusal {
  const waitMs = pool.waitMs(outgoing)
  if (waitMs > 0) return new Refusal(429, 'upstreams_resting', `Cannot get an answer now as all upstreams have asked to wait. Please retry after ${Math.ceil(waitMs / 1000)} seconds.`, { headers: waitHeaders(waitMs) })
  return new Refusal(400, 'OperationNotSupported', `Cannot ask ${outgoing.admission.alias} for ${outgoing.operation} as no upstream serves it`, { param: 'model' })
}

const UNREACHABLE = 'upstream_unreachable'

/** Why there is no answer of an upstream; nothing that only the operator shall know goes to the caller. */
function unanswered(error: unknown, { personal }: Upstream): Refusal {
  if (error instanceof Refusal) return error
  if (!isChatError(error)) return new Refusal(502, UNREACHABLE, 'Cannot reach the upstream')
  if (error.code === 'interaction-required' && personal) {
    const { claims } = error
    // As Entra asks a client: https://learn.microsoft.com/entra/identity-platform/claims-challenge
    const challenge = claims ? `Bearer error="insufficient_claims", claims="${btoa(String.fromCharCode(...new TextEncoder().encode(claims)))}"` : 'Bearer error="interaction_required"'
    return new Refusal(401, 'interaction_required', 'Cannot call on behalf of the user, who must sign in again', { headers: { 'www-authenticate': challenge }, ...(claims && { claims }) })
  }
  return error.code === 'redirected'
    ? new Refusal(502, 'upstream_redirected', 'Cannot follow a redirect of the upstream')
    : new Refusal(502, 'upstream_credential', 'Cannot get a credential for the upstream')
}
