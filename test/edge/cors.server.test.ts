// Which pages may call a relay, and what they may read.
import { describe, expect, test } from 'vitest'
import { ASK, PAGE, RELAY, rig } from './rig.ts'

const preflight = (origin: string | undefined, headers = 'authorization,content-type') =>
  new Request(`${RELAY}/openai/v1/chat/completions`, { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST', 'access-control-request-headers': headers, ...(origin && { origin }) } })

describe('a preflight', () => {
  test('is answered before authorization, for listed pages alone', async () => {
    const { relay } = rig({
      authorize: () => {
        throw new Error('asked')
      },
    })
    const response = await relay(preflight(PAGE))
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toEqual({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-expose-headers': expect.stringContaining('retry-after'),
      'access-control-max-age': '600',
      vary: 'Origin, Access-Control-Request-Headers',
    })
  })

  test.each(['https://evil.example', 'http://app.example', 'https://app.example:8443', 'https://app.example.evil.example', 'https://xapp.example', 'null', undefined])('of %s is refused', async (origin) => {
    const response = await rig().relay(preflight(origin))
    expect(response.status).toBe(403)
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
    expect(response.headers.get('vary')).toBe('Origin')
  })

  test('allows the headers of the openai package, those that are named, and no other', async () => {
    const { relay } = rig({ cors: { origins: [PAGE], headers: ['X-Trace'], maxAgeSeconds: 60 } })
    const response = await relay(preflight(PAGE, 'authorization, content-type, x-stainless-lang,x-stainless-retry-count,x-trace,x-evil,cookie'))
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization, content-type, x-stainless-lang, x-stainless-retry-count, x-trace')
    expect(response.headers.get('access-control-max-age')).toBe('60')
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
  })
})

describe('a page', () => {
  test('that is listed reads good answers and failures, waits and ids', async () => {
    const { post } = rig({ deployments: { chat: { deployment: 'gpt-5-mini' }, limited: { deployment: 'gpt-5-mini~429-seconds' } } })
    for (const [body, status] of [[ASK, 200], [{ ...ASK, model: 'limited' }, 429], [{ ...ASK, model: 'nowhere' }, 404], ['no json', 400]] as const) {
      const response = await post(body, { headers: { origin: PAGE } })
      expect(response.status).toBe(status)
      expect(response.headers.get('access-control-allow-origin')).toBe(PAGE)
      expect(response.headers.get('vary')).toContain('Origin')
      const exposed = response.headers.get('access-control-expose-headers')?.split(', ')
      for (const name of ['retry-after', 'retry-after-ms', 'x-request-id', 'apim-request-id', 'www-authenticate', 'x-ratelimit-remaining-tokens', 'x-ratelimit-limit-requests', 'x-relay-upstream']) expect(exposed).toContain(name)
    }
    const refused = await post(ASK, { headers: { origin: PAGE, authorization: 'Bearer no' } })
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, PAGE])
  })

  test('that is not listed is served nothing, good token or not, and may read nothing', async () => {
    const { post, sent } = rig()
    for (const origin of ['https://evil.example', 'null', `${PAGE}.evil.example`, `${PAGE}/`]) {
      const response = await post(ASK, { headers: { origin } })
      expect(response.status).toBe(403)
      expect(response.headers.has('access-control-allow-origin')).toBe(false)
      expect(response.headers.get('vary')).toContain('Origin')
    }
    expect(sent).toHaveLength(0)
  })

  test('is no server, which sends no origin and needs none', async () => {
    const response = await rig().post()
    expect(response.status).toBe(200)
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
  })
})
