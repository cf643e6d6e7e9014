/**
 * A reason in, the answer that says it in the services' own envelope out.
 * Runtimes: all. Imports: nothing.
 * @module
 */

type HeaderRecord = Readonly<Record<string, string>>

/** What a refusal says beside its status, code and message. */
export interface RefusalFacts {
  /** The parameter of the request that is the matter. */
  readonly param?: string
  readonly headers?: HeaderRecord
  /** A claims challenge, as JSON text, that the caller's next token must meet. */
  readonly claims?: string
}

/**
 * A request that is not served, and why. An `authorize` or `authenticate` of your own may throw one, to say more than 401.
 *
 * Its message goes to the caller: it must hold no secret.
 *
 * @example
 * ```ts
 * const authorize: Authorize = async (request) => {
 *   const user = await userOf(request) // none: 401
 *   if (user && !user.paid) throw new Refusal(403, 'no_plan', 'Cannot chat as the plan has ended')
 *   return user && { subject: user.id }
 * }
 * ```
 */
export class Refusal extends Error {
  override readonly name: 'Refusal' = 'Refusal'
  readonly status: number
  readonly code: string
  readonly facts: RefusalFacts

  constructor(status: number, code: string, message: string, facts: RefusalFacts = {}) {
    super(message)
    this.status = status
    this.code = code
    this.facts = facts
  }
}

/** The `type` of OpenAI's envelope, by status. */
const TYPES: Readonly<Record<number, string>> = { 401: 'authentication_error', 403: 'permission_error', 429: 'rate_limit_error' }

/** An error in the envelope that every client of the services reads. */
export function envelope(status: number, code: string, message: string, param: string | null = null): { readonly error: Readonly<Record<string, unknown>> } {
  return { error: { message, type: TYPES[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error'), param, code } }
}

/** Writes a refusal as a response; `headers` are those of every answer. */
export function refuse({ status, code, message, facts: { param, claims, headers = {} } }: Refusal, common: HeaderRecord): Response {
  const body = envelope(status, code, message, param)
  return Response.json(claims ? { error: { ...body.error, claims } } : body, { status, headers: { ...common, ...headers } })
}

/** Refuses a caller whose token is missing or not accepted. */
export function unauthorized(description: string): Refusal {
  return new Refusal(401, 'invalid_token', description, { headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${description.replace(/["\\]/g, '')}"` } })
}

/** How a wait is told: in whole seconds, never shorter than it is, and exactly. */
export function waitHeaders(milliseconds: number): HeaderRecord {
  return { 'retry-after': String(Math.ceil(milliseconds / 1000)), 'retry-after-ms': String(Math.ceil(milliseconds)) }
}
