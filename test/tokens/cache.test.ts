import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { isChatError } from '../../src/errors.ts'
import { tokenCache } from '../../src/tokens/cache.ts'
import type { TokenProvider, TokenRequest } from '../../src/tokens/provider.ts'

const ENDPOINT = { origin: 'https://c.openai.azure.com', scopes: ['scope'] }
const never = new AbortController().signal

/** A provider that gives numbered tokens and remembers what it was asked. */
function numbered(answer: (token: string) => ReturnType<TokenProvider> = (token) => ({ token, expiresOn: Date.now() + 3600_000 })) {
  const asked: TokenRequest[] = []
  const provider: TokenProvider = (request) => {
    asked.push(request)
    return answer(`token-${asked.length}`)
  }
  return { asked, cache: tokenCache(provider, ENDPOINT) }
}

const jwt = (claims: object) => `h.${btoa(JSON.stringify(claims)).replace(/=+$/, '')}.s`

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000_000_000 }))
afterEach(() => void vi.useRealTimers())

describe('tokenCache()', () => {
  test('asks once for fifty concurrent cold calls, and not again for a warm one', async () => {
    const { asked, cache } = numbered(async (token) => ({ token, expiresOn: new Date(Date.now() + 3600_000) }))
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => cache.get(never))))).toEqual(new Set(['token-1']))
    await cache.get(never)
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ scopes: ['scope'], forceRefresh: false })
    expect(asked[0]).not.toHaveProperty('claims')
  })

  test('rejects all that wait, and asks anew for the next', async () => {
    let fail = true
    const { asked, cache } = numbered(async (token) => {
      if (fail) throw new Error('down')
      return token
    })
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => cache.get(never)))
    expect(results.every(({ status }) => status === 'rejected')).toBe(true)
    expect(asked).toHaveLength(1)
    fail = false
    expect(await cache.get(never)).toBe('token-2')
  })

  test.each([
    ['a Date', () => new Date(Date.now() + 600_000), 600_000],
    ['milliseconds', () => Date.now() + 600_000, 600_000],
  ])('keeps a token until a margin before its end, given as %s', async (_, expiresOn, life) => {
    const { asked, cache } = numbered((token) => ({ token, expiresOn: expiresOn() }))
    await cache.get(never)
    vi.advanceTimersByTime(life - 30_001)
    expect(await cache.get(never)).toBe('token-1')
    await vi.advanceTimersByTimeAsync(1)
    asked.length = 0
    expect(await cache.get(never)).not.toBe('token-1')
  })

  test('reads the exp of a JWT, and keeps another string for 60 seconds at most', async () => {
    const dated = numbered(() => jwt({ exp: Date.now() / 1000 + 3600 }))
    await dated.cache.get(never)
    vi.advanceTimersByTime(3400_000)
    await dated.cache.get(never)
    expect(dated.asked).toHaveLength(1)
    for (const token of ['opaque', 'a.b.c', jwt({}), jwt({ exp: 'soon' })]) {
      const undated = numbered(() => token)
      await undated.cache.get(never)
      vi.advanceTimersByTime(47_000)
      await undated.cache.get(never)
      expect(undated.asked, token).toHaveLength(1)
      vi.advanceTimersByTime(13_000)
      await undated.cache.get(never)
      expect(undated.asked, token).toHaveLength(2)
    }
  })

  test('renews in the background when nearly stale, while the old token serves', async () => {
    const { asked, cache } = numbered(async (token) => ({ token, expiresOn: Date.now() + 3600_000 }))
    await cache.get(never)
    vi.advanceTimersByTime(3600_000 - 119_000)
    expect(await cache.get(never)).toBe('token-1')
    expect(asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(0)
    expect(await cache.get(never)).toBe('token-2')
    expect(asked).toHaveLength(2)
  })

  test('survives a background renewal that fails, and does not hammer', async () => {
    const { asked, cache } = numbered(async (token) => {
      if (token !== 'token-1') throw new Error('down')
      return { token, expiresOn: Date.now() + 3600_000 }
    })
    await cache.get(never)
    vi.advanceTimersByTime(3600_000 - 119_000)
    for (let i = 0; i < 10; i++) {
      expect(await cache.get(never)).toBe('token-1')
      await vi.advanceTimersByTimeAsync(1)
    }
    expect(asked).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(30_000)
    await cache.get(never)
    expect(asked).toHaveLength(3)
  })

  test('does not renew a token of a few seconds at each call', async () => {
    const { asked, cache } = numbered((token) => ({ token, expiresOn: Date.now() + 10_000 }))
    for (let second = 0; second < 7; second++) {
      await cache.get(never)
      vi.advanceTimersByTime(1000)
    }
    expect(asked).toHaveLength(1)
  })

  test('asks once more, forced and with claims, for a refused token, however many calls it refused', async () => {
    const { asked, cache } = numbered(async (token) => ({ token, expiresOn: Date.now() + 3600_000 }))
    const token = await cache.get(never)
    const fresh = await Promise.all(Array.from({ length: 20 }, () => cache.get(never, { token, challenge: `Bearer error="insufficient_claims", claims="${btoa('{"x":1}')}"` })))
    expect(new Set(fresh)).toEqual(new Set(['token-2']))
    expect(asked).toHaveLength(2)
    expect(asked[1]).toMatchObject({ forceRefresh: true, claims: '{"x":1}' })
    // One that comes late finds the fresh token.
    expect(await cache.get(never, { token })).toBe('token-2')
    expect(asked).toHaveLength(2)
  })

  test('lets a caller leave while others wait, and aborts the provider when the last has left', async () => {
    const { asked, cache } = numbered(() => new Promise(() => {}))
    const [first, second] = [new AbortController(), new AbortController()]
    const waits = [cache.get(first.signal), cache.get(second.signal)]
    first.abort(new Error('first'))
    await expect(waits[0]).rejects.toThrow('first')
    expect(asked[0]?.signal.aborted).toBe(false)
    second.abort(new Error('second'))
    await expect(waits[1]).rejects.toThrow('second')
    expect(asked[0]?.signal.aborted).toBe(true)
    // The next caller does not wait for what nobody wanted any more.
    cache.get(never).catch(() => {})
    expect(asked).toHaveLength(2)
  })

  test('does not ask at all for a signal that has aborted', async () => {
    const { asked, cache } = numbered()
    await expect(cache.get(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
    expect(asked).toHaveLength(0)
  })

  test('leaves no listener on a signal that serves many calls', async () => {
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    const { cache } = numbered(async (token) => ({ token, expiresOn: 0 }))
    for (let i = 0; i < 50; i++) await cache.get(signal)
    await vi.advanceTimersByTimeAsync(0)
    expect(added.mock.calls.length).toBe(50)
    expect(removed.mock.calls.length).toBe(50)
  })

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['an object without token', {}],
    ['an empty string', ''],
    ['a line end', 'secret\r\nx-injected: 1'],
    ['a space', 'secret token'],
    ['what is no ASCII', 'sécret'],
  ])('refuses %s as a token and does not repeat it', async (_, answer) => {
    const { cache } = numbered(() => answer as string)
    const error = await cache.get(never).catch((caught: unknown) => caught)
    expect(isChatError(error) && error.code).toBe('token')
    expect(String(error)).not.toMatch(/s.cret/)
  })

  test.each([
    ['its name', { name: 'InteractionRequiredAuthError', errorCode: 'login_required', claims: '{"x":1}' }, '{"x":1}'],
    ['its code', { errorCode: 'interaction_required', claims: '' }, undefined],
  ])('tells that interaction is required by %s', async (_, cause, claims) => {
    const { cache } = numbered(() => Promise.reject(cause))
    const error = await cache.get(never).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'interaction-required', cause })
    expect(isChatError(error) && error.code === 'interaction-required' && error.claims).toBe(claims)
  })

  test('keeps what the provider threw as cause, also when it throws at once', async () => {
    const cause = new Error('no')
    const { cache } = numbered(() => {
      throw cause
    })
    await expect(cache.get(never)).rejects.toMatchObject({ code: 'token', cause })
  })

  test('redact() takes out the tokens of before and after a renewal', async () => {
    const { cache } = numbered()
    await cache.get(never, { token: await cache.get(never) })
    expect(cache.redact('Bearer token-1, token-2, token-3')).toBe('Bearer [token], [token], token-3')
  })
})
