import * as fc from 'fast-check'
import { describe, expect } from 'vitest'
import type { AnyChatError } from '../../src/errors.ts'
import { failureFrom } from '../../src/schemas/failure.ts'
import { tokenCache } from '../../src/tokens/cache.ts'
import { everythingSaid, proveError } from './codes.ts'
import { anyJson, failureBody, loose } from './json.ts'
import { holds } from './runs.ts'

const TOKEN = 'eyJ0eXAi.c2VjcmV0.dG9rZW4'
const URL_CALLED = 'https://c.openai.azure.com/openai/v1/chat/completions'

/** A cache that has given the token out, as it is where a service can echo it. */
async function cacheThatGave(token: string) {
  const cache = tokenCache(() => token, { origin: 'https://c.openai.azure.com', scopes: ['https://cognitiveservices.azure.com/.default'] })
  await cache.get(new AbortController().signal)
  return cache
}
const given = cacheThatGave(TOKEN)

const status = fc.oneof(fc.integer({ min: 400, max: 599 }), fc.constantFrom(0, 400, 401, 403, 404, 408, 422, 424, 429, 500, 502, 503, 504, 999))
/** JSON, JSON that was cut, a page, or anything, with the token somewhere in it. */
const body = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: failureBody.map((value) => JSON.stringify(value)) },
      { weight: 1, arbitrary: loose({ error: anyJson, message: anyJson, detail: anyJson }).map((value) => JSON.stringify(value)) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
      { weight: 1, arbitrary: fc.constantFrom('', '<html><head><style>a{}</style></head><body>Sign in</body></html>', '{"error":', '[1]', 'null', '"text"') },
    ),
    fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  )
  .map(([text, where]) => (where === undefined ? text : text.slice(0, where * text.length) + TOKEN + text.slice(where * text.length)))

/** What README and docs/errors say of asking again: these alone, and of the last two some statuses. */
const RETRYABLE: readonly string[] = ['network', 'rate-limited', 'server-error']

describe('failureFrom()', () => {
  holds(
    'failureFrom() makes an error of the closed union of any status and any body, without the token',
    fc.asyncProperty(body, status, fc.option(fc.nat(1e6), { nil: undefined }), async (text, code, retryAfterMs) => {
      const error = proveError(failureFrom(text, await given, { url: URL_CALLED, status: code, retryAfterMs }))
      expect(everythingSaid(error)).not.toContain(TOKEN)
      const { serviceMessage, retryAfterMs: wait, status: found } = error as Extract<AnyChatError, { code: 'bad-request' }>
      expect(serviceMessage?.length ?? 1).toBeLessThanOrEqual(300)
      expect(error.message.length).toBeLessThan(500 + 2 * text.length)
      if (code) expect(found).toBe(code)
      expect(wait === undefined || wait >= (retryAfterMs ?? 0)).toBe(true)
      // What the service has asked for is never lost, whatever its words say.
      if (retryAfterMs !== undefined) expect(wait).toBeGreaterThanOrEqual(retryAfterMs)
      // A quota that is used up, a filter and a role are what they are at any time: waiting does not help.
      if (RETRYABLE.includes(error.code)) expect(error.code === 'rate-limited' ? [429] : [0, 408, 424]).toSatisfy((statuses: number[]) => statuses.includes(found) || (error.code === 'server-error' && String(found).startsWith('5')))
    }),
  )

  holds(
    'failureFrom() tells a status without a word by its number',
    fc.asyncProperty(fc.integer({ min: 400, max: 599 }), fc.constantFrom('', '{}', '{"error":null}', '{"error":{}}'), async (code, text) => {
      const expected: Readonly<Record<number, string>> = { 401: 'unauthorized', 403: 'forbidden', 404: 'route-not-found', 408: 'server-error', 424: 'server-error', 429: 'rate-limited' }
      expect(failureFrom(text, await given, { url: URL_CALLED, status: code }).code).toBe(expected[code] ?? (code >= 500 ? 'server-error' : 'bad-request'))
    }),
  )
})
