/**
 * The contract between a relay and whoever tells it who calls.
 * Runtimes: all. Imports: `./refusal.ts`.
 * @module
 */
import { unauthorized } from './refusal.ts'

/** Who calls, and what they may. */
export interface Caller {
  /** Who it is; quotas and limits count by it, and hooks are told it. */
  readonly subject: string
  /** The deployments that they may use, by the names that the relay gives them. @defaultValue all */
  readonly deployments?: readonly string[]
  /** The only page that they may call from. @defaultValue any that the relay's `cors` allows */
  readonly origin?: string
  /** What their token is good for, beside the relay's own quotas; it needs a quota that counts tokens. */
  readonly budget?: CallerBudget
  /** Their own token, for an upstream that is called on their behalf. */
  readonly assertion?: string
}

/** How many tokens one caller's token is good for. */
export interface CallerBudget {
  /** Tells the budget from others of the same caller. */
  readonly id: string
  readonly tokens: number
  /** When it ends, in milliseconds since 1970. */
  readonly expiresAt: number
}

/**
 * Tells who calls; `undefined` is answered with 401.
 *
 * It sees the request with its headers, and must leave its body unread. To say more than 401 it throws a `Refusal`.
 */
export type Authorize = (request: Request) => Caller | undefined | Promise<Caller | undefined>

/** The one bearer token of a request. @throws `Refusal` 401 where there is none, several, or something else */
export function bearerOf(request: Request): string {
  // Several headers of the name are joined by a comma, which no token holds.
  const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  if (!token) throw unauthorized(request.headers.has('authorization') ? 'The authorization header must hold one bearer token' : 'There is no token')
  return token
}
