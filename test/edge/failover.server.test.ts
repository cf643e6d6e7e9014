// Which upstream is asked, in which order, and which is left in peace.
import { describe, expect, test, vi } from 'vitest'
import type { OnBehalfOf, RelayOptions, UpstreamOptions } from '../../src/edge/index.ts'
import { ChatError } from '../../src/errors.ts'
import { memoryQuota } from '../../src/quota/index.ts'
import { sleep, until } from '../conformance/foundry.ts'
import { ASK, errorOf, rig } from './rig.ts'
import type { Rig } from './rig.ts'

const realTimeout = setTimeout
const FIRST = 'https://first.openai.azure.com'
const SECOND = 'https://second.openai.azure.com'
const DONE = 'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

type Answer = () => Response | Promise<Response>
const ok: Answer = () => new Response(DONE, { headers: { 'content-type': 'text/event-stream' } })
const failing = (status: number, headers: Record<string, string> = {}, message = 'No'): Answer => () => Response.json({ error: { code: String(status), message } }, { status, headers })
const down: Answer = () => Promise.reject(new TypeError('fetch failed'))

interface Pair extends Rig {
  readonly answers: { first: Answer; second: Answer }
  readonly clock: { now: number }
  /** Posts a chat; tells who was asked for it, and what came. */
  readonly ask: () => Promise<{ readonly asked: readonly string[]; readonly response: Response; readonly text: string }>
}

function pair(first: Answer, second: Answer = ok, options: Partial<RelayOptions> = {}, more: readonly [Partial<UpstreamOptions>, Partial<UpstreamOptions>] = [{}, {}]): Pair {
  const answers = { first, second }
  const clock = { now: 1_000_000 }
  const made = rig({
    upstreams: [{ endpoint: FIRST, name: 'first', credential: () => 'one', ...more[0] }, { endpoint: SECOND, name: 'second', credential: () => 'two', priority: 1, ...more[1] }],
    fetch: async (url) => answers[url.startsWith(FIRST) ? 'first' : 'second'](),
    // The rig's tokens are of the real clock, as is the judge of them.
    now: () => clock.now,
    ...options,
  })
  return {
    ...made,
    answers,
    clock,
    async ask() {
      const before = made.sent.length
      const response = await made.post({ ...ASK, stream: true })
      return { asked: made.sent.slice(before).map(({ url }) => (url.startsWith(FIRST) ? 'first' : 'second')), response, text: await response.text() }
    },
  }
}

describe('a relay with two upstreams', () => {
  test('asks the first, by its priority', async () => {
    const { ask } = pair(ok)
    const { asked, response } = await ask()
    expect([asked, response.headers.get('x-relay-upstream')]).toEqual([['first'], 'first'])
  })

  test('asks the second after 429, and the first not again until its Retry-After is over', async () => {
    const { ask, clock, answers, finished } = pair(failing(429, { 'retry-after': '30' }))
    const { asked, response, text } = await ask()
    expect([asked, response.status, response.headers.get('x-relay-upstream'), text]).toEqual([['first', 'second'], 200, 'second', DONE])
    expect(finished[0]).toMatchObject({ upstream: 'second', attempts: [{ upstream: 'first', status: 429 }, { upstream: 'second', status: 200 }] })
    answers.first = ok
    clock.now += 29_999
    expect((await ask()).asked).toEqual(['second'])
    clock.now += 1
    expect((await ask()).asked).toEqual(['first'])
  })

  test('asks the second where the first cannot be reached, and the first not first again until it has cooled down', async () => {
    const { ask, clock, answers, finished } = pair(down)
    expect((await ask()).asked).toEqual(['first', 'second'])
    expect(finished[0]?.attempts).toEqual([{ upstream: 'first', status: 0 }, { upstream: 'second', status: 200 }])
    answers.first = ok
    clock.now += 29_999
    expect((await ask()).asked).toEqual(['second'])
    clock.now += 1
    expect((await ask()).asked).toEqual(['first'])
  })

  test('asks one that could not be reached all the same, where the other fails', async () => {
    const { ask, answers } = pair(down)
    await ask()
    answers.first = ok
    answers.second = failing(503)
    const { asked, response } = await ask()
    expect([asked, response.status]).toEqual([['second', 'first'], 200])
  })

  test.each([408, 500, 502, 503, 504])('asks the second after %d', async (status) => {
    const { ask } = pair(failing(status))
    expect((await ask()).asked).toEqual(['first', 'second'])
  })

  test.each([400, 404, 409, 413, 422])('does not ask the second after %d, which is the request\'s own failure', async (status) => {
    const { ask } = pair(failing(status))
    const { asked, response } = await ask()
    expect([asked, response.status]).toEqual([['first'], status])
  })

  test('asks the second where the first refuses its credential, or has none', async () => {
    expect((await pair(failing(403)).ask()).asked).toEqual(['first', 'second'])
    const credential = () => Promise.reject(new Error('no vault'))
    expect((await pair(ok, ok, {}, [{ credential }, {}]).ask()).asked).toEqual(['second'])
  })

  test('asks the second where the first redirects', async () => {
    expect((await pair(() => new Response(null, { status: 307, headers: { location: 'https://evil.example' } })).ask()).asked).toEqual(['first', 'second'])
  })

  test('obeys a wait that only the message tells, or milliseconds', async () => {
    for (const first of [failing(429, {}, 'Please retry after 86400 seconds.'), failing(429, { 'retry-after-ms': '86400000', 'retry-after': '1' })]) {
      const { ask, clock } = pair(first)
      await ask()
      clock.now += 86_399_999
      expect((await ask()).asked).toEqual(['second'])
      clock.now += 1
      expect((await ask()).asked).toEqual(['first', 'second'])
    }
  })

  test('lets one deployment rest, as limits are of a deployment, but all of an upstream that cannot be reached', async () => {
    const deployments = { chat: {}, other: {} }
    const asked = async ({ post, sent }: Pair, model: string) => {
      const before = sent.length
      await post({ ...ASK, model, stream: true })
      return sent.slice(before).map(({ url }) => (url.startsWith(FIRST) ? 'first' : 'second'))
    }
    const limited = pair(failing(429, { 'retry-after': '30' }), ok, { deployments })
    expect(await asked(limited, 'chat')).toEqual(['first', 'second'])
    expect(await asked(limited, 'chat')).toEqual(['second'])
    expect(await asked(limited, 'other')).toEqual(['first', 'second'])
    const unreachable = pair(down, ok, { deployments })
    expect(await asked(unreachable, 'chat')).toEqual(['first', 'second'])
    expect(await asked(unreachable, 'other')).toEqual(['second'])
  })

  test('says how long to wait where both have asked to', async () => {
    const { ask, clock, sent } = pair(failing(429, { 'retry-after': '30' }), failing(429, { 'retry-after': '20' }))
    const { asked, response } = await ask()
    expect([asked, response.status, response.headers.get('retry-after')]).toEqual([['first', 'second'], 429, '20'])
    clock.now += 5000
    const before = sent.length
    const again = await pairResponse(ask)
    expect([again.status, again.headers.get('retry-after'), again.headers.get('retry-after-ms')]).toEqual([429, '15', '15000'])
    expect((await errorOf(again)).message).toContain('retry after 15 seconds')
    expect(sent).toHaveLength(before)
  })

  test('reports the last failure where none answers', async () => {
    const none = await pairResponse(pair(down, down).ask)
    expect([none.status, (await errorOf(none)).code]).toEqual([502, 'upstream_unreachable'])
    expect((await pair(down, failing(503)).ask()).response.status).toBe(503)
    expect((await pair(failing(500), down).ask()).response.status).toBe(500)
  })

  test('never asks again after the first byte', async () => {
    let broken = 0
    const dying: Answer = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            if (broken++ === 0) controller.enqueue(new TextEncoder().encode('data: {"choices":[{"index":0,"delta":{"content":"hal'))
            else controller.error(new TypeError('terminated'))
          },
        }),
        { headers: { 'content-type': 'text/event-stream' } },
      )
    const { ask, finished } = pair(dying)
    const { asked, text } = await ask()
    expect(asked).toEqual(['first'])
    expect(text).toMatch(/^data: \{"error":\{.*"code":"upstream_closed"\}\}\n\n$/)
    expect(finished[0]?.ending).toBe('cut')
  })

  test('asks nobody else once the caller has left', async () => {
    const gone = new AbortController()
    const { post, sent, finished } = pair(() => new Promise(() => {}), ok)
    const waiting = post({ ...ASK, stream: true }, { signal: gone.signal })
    await until(() => sent.length === 1)
    gone.abort()
    expect((await waiting).status).toBe(499)
    await sleep(1)
    expect(sent).toHaveLength(1)
    expect(finished[0]).toMatchObject({ status: 499, ending: 'cancelled', attempts: [] })
  })

  test('does not hold it against an upstream that a caller has left', async () => {
    const gone = new AbortController()
    const made = pair(() => new Promise(() => {}), ok)
    const waiting = made.post({ ...ASK, stream: true }, { signal: gone.signal })
    await until(() => made.sent.length === 1)
    gone.abort()
    await waiting
    made.answers.first = ok
    expect((await made.ask()).asked).toEqual(['first'])
  })

  test('takes no wait from the words of a failure that is of one request, which may be its own', async () => {
    const { ask } = pair(failing(500, {}, 'Your prompt "Please retry after 86400 seconds." failed'), failing(500, {}, 'Please retry after 86400 seconds.'))
    await ask()
    expect((await ask()).asked).toEqual(['first', 'second'])
  })

  test('tells a user whose own role is missing so, and nobody of the role that the relay lacks', async () => {
    const missing = () => Response.json({ error: { code: 'PermissionDenied', message: 'The principal lacks the required data action' } }, { status: 401 })
    const user: OnBehalfOf = { kind: 'on-behalf-of', providerFor: () => () => ({ token: 'mine', expiresOn: Date.now() + 60_000 }) }
    const own = pair(missing, ok, { authorize: () => ({ subject: 'one', assertion: 'a' }) }, [{ credential: user }, {}])
    const told = await own.post()
    expect([told.status, (await errorOf(told)).code, own.sent.length]).toEqual([401, 'PermissionDenied', 1])
    const application = pair(missing, missing)
    const hidden = await application.post()
    expect([hidden.status, (await errorOf(hidden)).code]).toEqual([502, 'upstream_refused'])
  })

  test('settles what is wrong with a user by no other upstream, and holds it against none', async () => {
    const bad: OnBehalfOf = { kind: 'on-behalf-of', providerFor: (assertion) => () => (assertion === 'good' ? { token: 'mine', expiresOn: Date.now() + 60_000 } : Promise.reject(new Error('blocked'))) }
    const { post, sent } = pair(ok, ok, { authorize: (request) => ({ subject: 'one', assertion: request.headers.get('x-user') ?? '' }) }, [{ credential: bad }, {}])
    expect((await post(ASK, { headers: { 'x-user': 'bad' } })).status).toBe(502)
    expect(sent).toHaveLength(0)
    expect((await post({ ...ASK, stream: true }, { headers: { 'x-user': 'good' } })).headers.get('x-relay-upstream')).toBe('first')
  })

  test('asks a user to sign in again, in any language that the claims are in', async () => {
    const claims = '{"access_token":{"né":{"essential":true}}}'
    const credential: OnBehalfOf = { kind: 'on-behalf-of', providerFor: () => () => Promise.reject(new ChatError('interaction-required', 'sign in', { claims })) }
    const { post } = pair(ok, ok, { authorize: () => ({ subject: 'one', assertion: 'a' }) }, [{ credential }, {}])
    const response = await post()
    expect(response.status).toBe(401)
    const [, encoded = ''] = /^Bearer .*error="insufficient_claims".*claims="([^"]+)"/.exec(response.headers.get('www-authenticate') ?? '') ?? []
    expect(new TextDecoder().decode(Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0)))).toBe(claims)
    expect(await response.json()).toMatchObject({ error: { code: 'interaction_required', claims } })
  })

  test('lets a caller say what they like of usage, and no other pay for it', async () => {
    const quota = memoryQuota({ tokens: 1_000_000, windowMs: 60_000 })
    const { post, sent } = rig({ quota, fetch: async (_, init) => (String(init?.body).includes('mallory') ? Response.json({ error: { message: "Invalid value: 'stream_options'", code: 'invalid_value' } }, { status: 400 }) : ok()) })
    expect((await post({ ...ASK, user: 'mallory', stream: true })).status).toBe(400)
    expect((await post({ ...ASK, stream: true })).status).toBe(200)
    expect(sent.at(-1)?.body['stream_options']).toEqual({ include_usage: true })
  })

  test('lets a token that never comes starve nobody for longer than half a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    try {
      let asked = 0
      const credential = async () => (asked++ ? { token: 'mine', expiresOn: Date.now() + 3_600_000 } : new Promise<never>(() => {}))
      const { post } = pair(ok, ok, { upstreams: [{ endpoint: FIRST, credential }] })
      let status: number | undefined
      void post({ ...ASK, stream: true }).then((response) => (status = response.status))
      for (let turn = 0; turn < 200 && status === undefined; turn++) {
        // Keys are imported in the real time of the runtime.
        await new Promise((resolve) => realTimeout(resolve, 5))
        await vi.advanceTimersByTimeAsync(10_000)
      }
      expect(status).toBe(502)
      expect((await post({ ...ASK, stream: true })).status).toBe(200)
    } finally {
      vi.useRealTimers()
    }
  })

  test('sends to those of one priority by their weights', async () => {
    const counts = { first: 0, second: 0 }
    let seed = 42
    // The minimal standard of Park and Miller, so that every run draws alike.
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    const { ask } = pair(ok, ok, { random }, [{ weight: 3 }, { priority: 0 }])
    for (let i = 0; i < 400; i++) for (const name of (await ask()).asked) counts[name as 'first']++
    expect(counts.first / counts.second).toBeGreaterThan(2)
    expect(counts.first / counts.second).toBeLessThan(4.5)
  })

  test('calls a deployment by the name that it has there, and passes over an upstream that has none', async () => {
    const { post, sent } = pair(failing(503), ok, { deployments: { chat: { deployment: { first: 'gpt-a', second: 'gpt-b' } }, mine: { deployment: { second: 'only' } } } })
    await post({ ...ASK, stream: true })
    await post({ ...ASK, model: 'mine', stream: true })
    expect(sent.map(({ url, body }) => [new URL(url).host, body['model']])).toEqual([['first.openai.azure.com', 'gpt-a'], ['second.openai.azure.com', 'gpt-b'], ['second.openai.azure.com', 'only']])
  })

  test('takes no name for a deployment that objects have by themselves', async () => {
    const { post, sent } = rig({ upstreams: [{ endpoint: FIRST, name: 'constructor', credential: () => 'one' }], deployments: { chat: { deployment: {} } } })
    expect((await post()).status).toBe(400)
    expect(sent).toHaveLength(0)
  })

  test('says so where no upstream serves what is asked', async () => {
    const { post, sent } = pair(ok, ok, { deployments: { chat: { deployment: { third: 'x' } } } })
    const response = await post()
    expect([response.status, (await errorOf(response)).code]).toEqual([400, 'OperationNotSupported'])
    expect(sent).toHaveLength(0)
  })
})

async function pairResponse(ask: Pair['ask']): Promise<Response> {
  const { response, text } = await ask()
  return new Response(text, response)
}
