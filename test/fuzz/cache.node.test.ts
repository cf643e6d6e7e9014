// The token cache against a model of it: callers, an answering or failing provider, and a clock, in any order.
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, vi } from 'vitest'
import { isChatError } from '../../src/errors.ts'
import { tokenCache } from '../../src/tokens/cache.ts'
import type { AccessToken, TokenRequest } from '../../src/tokens/provider.ts'
import { proveError } from './codes.ts'
import { holds } from './runs.ts'

type Step =
  | { readonly kind: 'ask' }
  | { readonly kind: 'refuse'; readonly challenge: string | null }
  | { readonly kind: 'answer'; readonly which: number; readonly lifeMs: number; readonly dated: 'date' | 'number' | 'not' }
  | { readonly kind: 'fail'; readonly which: number; readonly name: string }
  | { readonly kind: 'leave'; readonly which: number }
  | { readonly kind: 'wait'; readonly milliseconds: number }

const which = fc.nat(5)
const lifeMs = fc.oneof(fc.integer({ min: -1000, max: 4_000_000 }), fc.constantFrom(0, 1, 60_000, 3_600_000))
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('ask' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('refuse' as const), challenge: fc.constantFrom(null, 'Bearer error="invalid_token"', 'Bearer realm="", error="insufficient_claims", claims="eyJ4IjoxfQ=="') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('answer' as const), which, lifeMs, dated: fc.constantFrom('date' as const, 'number' as const, 'not' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), which, name: fc.constantFrom('Error', 'InteractionRequiredAuthError') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), milliseconds: fc.oneof(fc.nat(10_000), fc.nat(4_000_000)) }) },
)

interface Acquisition {
  readonly request: TokenRequest
  readonly resolve: (answer: string | AccessToken) => void
  readonly reject: (error: Error) => void
  open: boolean
}

interface Caller {
  readonly controller: AbortController
  outcome: { readonly token?: string; readonly error?: unknown } | undefined
}

const ticks = async () => {
  for (let tick = 0; tick < 12; tick++) await Promise.resolve()
}

describe('tokenCache()', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  holds(
    'tokenCache() asks once for all who wait, keeps no failure, gives no stale or refused token, and leaves when all have left',
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      vi.setSystemTime(1_700_000_000_000)
      const acquisitions: Acquisition[] = []
      const callers: Caller[] = []
      /** When each token is over. */
      const endOf = new Map<string, number>()
      const failures = new Set<unknown>()
      let serial = 0
      const cache = tokenCache(
        (request) =>
          new Promise((resolve, reject) => {
            acquisitions.push({ request, resolve, reject, open: true })
          }),
        { origin: 'https://c.example', scopes: ['s/.default'] },
      )
      const opened = (index: number) => {
        const open = acquisitions.filter((acquisition) => acquisition.open)
        return open[index % Math.max(1, open.length)]
      }
      const ask = async (refused?: { token: string; challenge: string | null }) => {
        const before = acquisitions.length
        const caller: Caller = { controller: new AbortController(), outcome: undefined }
        callers.push(caller)
        void cache.get(caller.controller.signal, refused).then(
          (token) => (caller.outcome = { token }),
          (error: unknown) => (caller.outcome = { error }),
        )
        await ticks()
        expect(acquisitions.length - before).toBeLessThanOrEqual(1)
        const asked = acquisitions[before]
        if (refused && asked) {
          expect(asked.request.forceRefresh).toBe(true)
          expect(asked.request.claims).toBe(refused.challenge?.includes('insufficient') ? '{"x":1}' : undefined)
        }
        if (!refused && asked) expect(asked.request).toMatchObject({ forceRefresh: false, scopes: ['s/.default'] })
        if (caller.outcome?.token !== undefined) {
          // From the cache: neither over, nor the one that was just refused.
          expect(endOf.get(caller.outcome.token)).toBeGreaterThan(Date.now())
          expect(caller.outcome.token).not.toBe(refused?.token)
        } else if (!asked && !caller.outcome) expect(acquisitions.some(({ open }) => open)).toBe(true)
      }
      for (const now of steps) {
        if (now.kind === 'ask') await ask()
        else if (now.kind === 'refuse') {
          const token = callers.findLast(({ outcome }) => outcome?.token !== undefined)?.outcome?.token
          if (token !== undefined) await ask({ token, challenge: now.challenge })
        } else if (now.kind === 'answer' || now.kind === 'fail') {
          const acquisition = opened(now.which)
          if (!acquisition) continue
          acquisition.open = false
          const waiting = callers.filter(({ outcome }) => !outcome)
          if (now.kind === 'fail') {
            const error = Object.assign(new Error('no'), { name: now.name })
            failures.add(error)
            acquisition.reject(error)
          } else {
            const token = `token-${++serial}`
            const end = now.dated === 'not' ? Date.now() + 60_000 : Date.now() + now.lifeMs
            endOf.set(token, end)
            acquisition.resolve(now.dated === 'not' ? token : { token, expiresOn: now.dated === 'date' ? new Date(end) : end })
          }
          await ticks()
          for (const { outcome } of waiting) {
            if (outcome?.token !== undefined) expect(outcome.token).toBe(`token-${serial}`)
            if (outcome?.error !== undefined && isChatError(outcome.error)) {
              expect(['token', 'interaction-required']).toContain(proveError(outcome.error).code)
              expect(failures.has(outcome.error.cause)).toBe(true)
            }
          }
        } else if (now.kind === 'leave') {
          const waiting = callers.filter(({ outcome }) => !outcome)
          const caller = waiting[now.which % Math.max(1, waiting.length)]
          const reason = new Error('left')
          caller?.controller.abort(reason)
          await ticks()
          if (caller) expect(caller.outcome?.error).toBe(reason)
        } else vi.setSystemTime(Date.now() + now.milliseconds)
        // One plain and one forced for each challenge at most; and none that somebody waits for is aborted.
        const open = acquisitions.filter((acquisition) => acquisition.open && !acquisition.request.signal.aborted)
        const waiting = callers.some(({ outcome }) => !outcome)
        if (waiting) expect(open.length).toBeGreaterThan(0)
      }
      // Whoever still waits gets what comes, and nobody is forgotten.
      while (acquisitions.some(({ open }) => open)) {
        for (const acquisition of acquisitions) {
          if (acquisition.open) acquisition.resolve(`token-${++serial}`)
          acquisition.open = false
        }
        await ticks()
      }
      for (const { outcome } of callers) expect(outcome).toBeDefined()
      const last = `token-${serial}`
      if (callers.some(({ outcome }) => outcome?.token === last)) expect(cache.redact(`<${last}>`)).toBe('<[token]>')
    }),
  )

  holds(
    'tokenCache() asks once for callers that come together, however many',
    fc.asyncProperty(fc.integer({ min: 1, max: 50 }), fc.boolean(), async (count, fails) => {
      let asked = 0
      const cache = tokenCache(
        async () => {
          asked++
          await Promise.resolve()
          if (fails) throw new Error('no')
          return 'token'
        },
        { origin: 'https://c.example', scopes: [] },
      )
      const all = () => Promise.allSettled(Array.from({ length: count }, () => cache.get(new AbortController().signal)))
      for (const { status } of await all()) expect(status).toBe(fails ? 'rejected' : 'fulfilled')
      expect(asked).toBe(1)
      await all()
      // What failed is asked for again, and what came is kept.
      expect(asked).toBe(fails ? 2 : 1)
    }),
  )
})
