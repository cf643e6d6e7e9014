/**
 * What an upstream answered in, what of it goes to the caller out.
 * Runtimes: all. Imports: `../schemas`, `./refusal.ts`.
 * @module
 */
import { parseObject } from '../schemas/parse.ts'
import { envelope } from './refusal.ts'

/** What goes on of an upstream's headers: what the body is, and what clients act upon. Nothing of its infrastructure, no cookie. */
const PASSED = ['content-type', 'retry-after', 'retry-after-ms', 'x-ms-retry-after-ms', 'apim-request-id', 'x-request-id', 'x-ms-request-id']
/** What says how much of a limit is left. Of the whole resource it tells one caller what all others use: not passed where the caller has its own. */
export const LIMITS: readonly string[] = ['limit', 'remaining', 'reset'].flatMap((what) => [`x-ratelimit-${what}-requests`, `x-ratelimit-${what}-tokens`])

/** Headers of every answer: nobody between here and the reader may keep, buffer, compress or reinterpret it. */
export const COMMON: Readonly<Record<string, string>> = { 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff' }

/** The headers of an answer that passes. `redact` takes the credential out, should the upstream have echoed it. */
export function passedHeaders(upstream: Headers, own: Readonly<Record<string, string>>, redact: (text: string) => string): Headers {
  const headers = new Headers()
  for (const name of Object.keys(own).some((key) => key.startsWith('x-ratelimit-')) ? PASSED : [...PASSED, ...LIMITS]) {
    const value = upstream.get(name)
    if (value !== null) headers.set(name, redact(value))
  }
  for (const [name, value] of Object.entries(own)) if (!headers.has(name)) headers.set(name, value)
  return headers
}

/** The body of an upstream's failure: its own words where they are JSON, for clients to tell it apart; a page of a gateway's is not passed. */
export function failureBody(status: number, text: string): string {
  return parseObject(text) ? text : JSON.stringify(envelope(status, 'upstream_failed', `The upstream answered ${status} and gave no reason that can be passed on`))
}
