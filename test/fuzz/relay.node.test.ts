// A relay, and whatever somebody may send to it.
import * as fc from 'fast-check'
import { describe, expect } from 'vitest'
import { createRelay } from '../../src/edge/index.ts'
import { WIRE } from '../../src/edge/deployments.ts'
import type { RelayOperation } from '../../src/edge/deployments.ts'
import { PAGE, RELAY } from '../edge/rig.ts'
import { anyJson, loose, mostly } from './json.ts'
import { holds } from './runs.ts'

/** What the relay alone may know: its own credential, and the caller's, which goes no further. */
const [SECRET, CALLER] = ['upstream-c3VjcmV0-credential', 'caller-dG9rZW4']
const RESOURCE = 'https://c.services.ai.azure.com'

interface Sent {
  readonly url: string
  readonly headers: Headers
  readonly method: string | undefined
  readonly body: Readonly<Record<string, unknown>>
}

const text = fc.oneof(fc.string({ maxLength: 10 }), fc.constantFrom(SECRET, CALLER))
const message = loose({ role: mostly(fc.constantFrom('user', 'assistant', 'tool')), content: mostly(text), file_id: fc.constant('f'), type: fc.constant('item_reference') })
const body = loose({
  model: mostly(fc.constantFrom('chat', 'chat', 'chat', 'other', '__proto__', 'constructor', 'gpt-5-mini'), 30),
  messages: mostly(fc.array(mostly(message, 40), { minLength: 1, maxLength: 3 }), 30),
  input: mostly(text),
  stream: mostly(fc.boolean(), 30),
  n: mostly(fc.integer({ min: -1, max: 3 })),
  max_tokens: mostly(fc.integer({ min: -1, max: 99_999 })),
  max_completion_tokens: mostly(fc.integer({ min: -1, max: 99_999 })),
  max_output_tokens: mostly(fc.integer({ min: -1, max: 99_999 })),
  tools: mostly(fc.array(mostly(loose({ type: mostly(fc.constantFrom('function', 'web_search', 'mcp')) })), { maxLength: 2 })),
  temperature: anyJson,
  store: anyJson,
  data_sources: anyJson,
  stream_options: mostly(loose({ include_usage: mostly(fc.boolean()) })),
}).map((value) => value)
/** Some of what a caller may say, well or badly, and often enough all of it well. */
const asked = fc.record({
  good: fc.boolean(),
  method: fc.constantFrom('POST', 'POST', 'GET', 'PUT', 'OPTIONS', 'DELETE', 'HEAD', 'PATCH', 'X-ANY'),
  path: fc.oneof(fc.constantFrom('/openai/v1/chat/completions', '/openai/v1/responses', '/openai/v1/embeddings', '/openai/v1/models', '/openai/v1/models/chat', '/openai/v1/models/..', '/openai/v1//chat/completions', '/OPENAI/v1/chat/completions', '/openai/v1/chat/completions/', '/openai/v1/chat%2Fcompletions', '/openai/v1/../v1/responses', '/openai/deployments/chat/chat/completions', '/', '//evil.example/openai/v1/models'), fc.webPath()),
  headers: fc.record(
    {
      authorization: fc.constantFrom(`Bearer ${CALLER}`, `Bearer ${SECRET}`, 'Basic YQ==', 'Bearer', ''),
      'content-type': fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/plain', 'application/jsonp', ''),
      'content-length': fc.constantFrom('0', '-1', 'x', '99999999999'),
      'content-encoding': fc.constant('gzip'),
      origin: fc.constantFrom(PAGE, 'https://evil.example', 'null', ''),
      'x-forwarded-for': fc.constant('10.0.0.1'),
      cookie: fc.constant(`session=${CALLER}`),
      'api-key': fc.constant(CALLER),
      'access-control-request-headers': fc.constantFrom('authorization', 'x-evil, cookie', '*', '\t,,'),
    },
    { requiredKeys: [] },
  ),
  body: fc.oneof({ weight: 8, arbitrary: body.map((value) => JSON.stringify(value)) }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) }, { weight: 1, arbitrary: fc.constantFrom('', '[]', 'null', '{', '['.repeat(5000), `{"model":"chat","messages":${'['.repeat(200)}${']'.repeat(200)}}`, '{"model":"chat","messages":[{"role":"user","content":"x"}],"__proto__":{"store":true}}') }),
})
/** What the upstream answers, its own credential echoed among it. */
const answers = fc.record({
  status: fc.constantFrom(200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 503),
  body: fc.constantFrom('data: {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n', '{"id":"x","choices":[]}', `{"error":{"message":"${SECRET}"}}`, `data: ${SECRET}`, '<html>', ''),
  headers: fc.constantFrom<Record<string, string>[]>({}, { 'content-type': 'text/event-stream' }, { 'set-cookie': 'a=b', server: 'x', 'x-ms-region': 'r' }, { 'retry-after': '7', 'x-request-id': SECRET }, { location: 'https://evil.example' }),
  throws: fc.integer({ min: 0, max: 9 }).map((draw) => draw === 0),
})
const METHODS: readonly string[] = ['chat/completions', 'responses', 'embeddings']

describe('createRelay()', () => {
  holds(
    'createRelay() answers whatever is asked, sends on what is allowed alone, and gives no credential away',
    fc.asyncProperty(asked, answers, async ({ good, method, path, headers, body: written }, answer) => {
      const sent: Sent[] = []
      const relay = createRelay({
        upstreams: [{ endpoint: RESOURCE, credential: () => SECRET }],
        deployments: { chat: { deployment: 'gpt-5-mini', maxOutputTokens: 1000 }, closed: {} },
        authorize: (request) => (request.headers.get('authorization') === `Bearer ${CALLER}` ? { subject: 'ada', deployments: ['chat'] } : undefined),
        cors: { origins: [PAGE] },
        limits: { bodyBytes: 20_000 },
        fetch(url, init) {
          sent.push({ url, method: init?.method, headers: new Headers(init?.headers), body: JSON.parse(typeof init?.body === 'string' ? init.body : '{}') as Sent['body'] })
          if (answer.throws) return Promise.reject(new TypeError(`fetch failed: ${SECRET}`))
          return Promise.resolve(new Response([204, 302].includes(answer.status) ? null : answer.body, answer))
        },
      })
      const request = good
        ? new Request(`${RELAY}/openai/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${CALLER}`, 'content-type': 'application/json' }, body: written })
        : new Request(RELAY + path, { method, headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== '')), ...(!['GET', 'HEAD'].includes(method) && { body: written }) })
      const response = await relay(request)
      expect(response).toBeInstanceOf(Response)
      const said = await response.text().catch((error: unknown) => String(error))
      const shown = JSON.stringify([...response.headers])
      // What the model says is the caller's; what the relay or a failure says must not hold the credential.
      if (sent.length === 0 || response.status >= 400) expect(said.includes(SECRET) && !written.includes(SECRET)).toBe(false)
      expect(shown).not.toContain(SECRET)
      expect(shown + said).not.toContain(CALLER)
      expect(shown).not.toMatch(/set-cookie|"server"|x-ms-region|location/)
      const allowed = response.headers.get('access-control-allow-origin')
      expect(allowed === null || (allowed === PAGE && request.headers.get('origin') === PAGE)).toBe(true)
      expect(response.headers.get('access-control-allow-headers') ?? '').not.toMatch(/evil|cookie|\*/)
      expect(sent.length).toBeLessThanOrEqual(1)
      for (const { url, method: verb, headers: carried, body: passed } of sent) {
        const operation = METHODS.find((one) => new URL(request.url).pathname === `/openai/v1/${one}`) as RelayOperation
        expect([url, verb, request.method]).toEqual([`${RESOURCE}/openai/v1/${operation}`, 'POST', 'POST'])
        expect(request.headers.get('authorization')).toBe(`Bearer ${CALLER}`)
        expect(request.headers.get('origin') ?? PAGE).toBe(PAGE)
        expect([...carried.keys()].sort()).toEqual(['accept', 'authorization', 'content-type'])
        expect(carried.get('authorization')).toBe(`Bearer ${SECRET}`)
        const { basic, parameters } = WIRE[operation]
        for (const name of Object.keys(passed)) expect([...basic, ...parameters, 'store']).toContain(name)
        expect(passed['model']).toBe('gpt-5-mini')
        expect(passed['store'] ?? false).toBe(false)
        for (const name of ['max_tokens', 'max_completion_tokens', 'max_output_tokens']) expect(Number(passed[name] ?? 0)).toBeLessThanOrEqual(1000)
        expect(Number(passed['n'] ?? 1)).toBe(1)
        expect(JSON.stringify(passed)).not.toMatch(/"file_id":"|"item_reference"/)
      }
    }),
  )
})
