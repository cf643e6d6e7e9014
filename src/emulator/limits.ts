/**
 * An answer's cost in, the headers that tell what is left of the rate limits out.
 * Runtimes: all. Imports: `./asked.ts`, `./dialects/frame.ts`.
 * @module
 */
import { idOf } from './asked.ts'
import type { Asked } from './asked.ts'
import { uuid } from './dialects/frame.ts'

const REQUESTS_PER_MINUTE = 250
const TOKENS_PER_MINUTE = 250_000

/** The headers of Azure OpenAI's answers. */
export function limits(asked: Asked, tokens: number): Readonly<Record<string, string>> {
  return {
    'x-request-id': uuid(idOf(asked)),
    'x-ratelimit-limit-requests': String(REQUESTS_PER_MINUTE),
    'x-ratelimit-remaining-requests': String(Math.max(0, REQUESTS_PER_MINUTE - asked.serial)),
    'x-ratelimit-reset-requests': '1',
    'x-ratelimit-limit-tokens': String(TOKENS_PER_MINUTE),
    'x-ratelimit-remaining-tokens': String(Math.max(0, TOKENS_PER_MINUTE - tokens)),
    'x-ratelimit-reset-tokens': '0',
  }
}
