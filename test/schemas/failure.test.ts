import { describe, expect, test } from 'vitest'
import { failureFrom } from '../../src/schemas/failure.ts'

const context = { url: 'https://c.openai.azure.com/openai/v1/chat/completions', attempts: 1 }
const tokens = { scopes: ['https://cognitiveservices.azure.com/.default'], redact: (text: string) => text.replaceAll('hunter2', '[token]') }
const from = (status: number, body: unknown) => failureFrom(typeof body === 'string' ? body : JSON.stringify(body), tokens, { ...context, status })

describe('failureFrom()', () => {
  // The nine shapes of bodies, and variants that were seen of each.
  test.each([
    ['OpenAI style', 400, { error: { message: 'm', type: 'invalid_request_error', param: 'stop', code: 'unsupported_parameter' } }, { code: 'unsupported-parameter', param: 'stop', serviceMessage: 'm' }],
    ['Azure style', 404, { error: { code: 'DeploymentNotFound', message: 'm' } }, { code: 'deployment-not-found', serviceCode: 'DeploymentNotFound' }],
    ['details as a string', 429, { error: { code: 'RateLimitReached', message: 'm', details: 'm' } }, { code: 'rate-limited' }],
    ['the front door', 401, { statusCode: 401, message: 'Unauthorized.' }, { code: 'unauthorized', serviceMessage: 'Unauthorized.' }],
    ['flat', 400, { status: 400, code: 'invalid', message: 'm', param: 'p', type: null }, { code: 'bad-request', param: 'p' }],
    ['flat with detail', 422, { code: 'x', message: 'm', detail: { loc: ['body', 'seed'], input: 1 } }, { code: 'bad-request', param: 'seed' }],
    ['On Your Data', 400, { error: { requestid: 'r', code: 400, message: 'm' } }, { code: 'bad-request', serviceCode: '400' }],
    ['Mistral', 400, { object: 'Error', message: 'Unexpected role', type: 'invalid_request_message_order', code: 3230 }, { code: 'bad-request', serviceMessage: 'Unexpected role' }],
    ['status as a string', 404, { status: 'Serverless endpoint not found' }, { code: 'route-not-found', serviceMessage: 'Serverless endpoint not found' }],
    ['HTML', 502, '<html><head><style>p{}</style><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>', { code: 'server-error', serviceMessage: '502 Bad Gateway 502' }],
    ['empty', 503, '', { code: 'server-error', serviceMessage: undefined, serviceCode: undefined }],
    ['error as a string', 400, { error: 'no', code: 'x' }, { serviceMessage: 'no', serviceCode: 'x' }],
    ['error null', 500, { error: null, message: 'm' }, { serviceMessage: 'm' }],
    ['JSON that is no object', 500, '["x"]', { code: 'server-error', serviceMessage: '["x"]' }],
    ['a 422 in a 422', 422, { error: { code: 'Invalid input', status: 422, message: '{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}' } }, { code: 'unsupported-parameter', param: 'stream_options' }],
    ['detail as an array', 422, { detail: [{ type: 'extra_forbidden', loc: ['body', 'store'], msg: 'no' }] }, { code: 'unsupported-parameter', param: 'store' }],
  ])('reads %s', (_, status, body, facts) => expect(from(status, body)).toMatchObject({ status, ...facts }))

  test.each([
    [400, { error: { code: 'content_filter', message: 'm', param: 'prompt', innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: { hate: { filtered: true, severity: 'high' } } } } }],
    [400, { error: { code: 'content_filter', message: 'm', inner_error: { content_filter_results: { hate: { filtered: true, severity: 'high' } } } } }],
    [400, { code: 'content_filter', message: 'm', param: 'messages', content_filter_result: { hate: { filtered: true, severity: 'high' } } }],
  ])('finds the verdict of the content filter, %s %o', (status, body) => {
    expect(from(status, body)).toMatchObject({ code: 'content-filter', contentFilter: { source: 'prompt', filtered: true, categories: { hate: { severity: 'high' } } } })
  })

  test('tells the content filter without its verdict', () => {
    expect(from(400, { error: { code: 'content_policy_violation', message: 'm' } })).toMatchObject({ code: 'content-filter', contentFilter: { filtered: true, categories: {} } })
  })

  test.each([
    [401, { error: { code: 'PermissionDenied', message: 'The principal `x` lacks the required data action `y` to perform `POST`' } }, 'missing-role'],
    [403, { error: { code: 'PermissionDenied', message: 'Principal does not have access to API/Operation.' } }, 'missing-role'],
    [403, { error: { code: '403', message: 'Access denied due to Virtual Network/Firewall rules.' } }, 'forbidden'],
    [403, { statusCode: 403, message: 'Out of call volume quota. Quota will be replenished in 01:00:00.' }, 'quota-exceeded'],
    [404, { error: { code: '404', message: 'Resource not found' } }, 'route-not-found'],
    [400, { error: { code: 'unknown_model', message: 'Unknown model: x', details: 'Unknown model: x' } }, 'deployment-not-found'],
    [400, { error: { code: 'no_model_name', message: 'm' } }, 'deployment-not-found'],
    [400, { error: { code: 'context_length_exceeded', message: 'm', param: 'messages' } }, 'context-length'],
    [400, { error: { code: 'unsupported_value', message: 'm', param: 'reasoning_effort' } }, 'unsupported-parameter'],
    [408, { error: { code: 'Timeout', message: 'The operation was timeout.' } }, 'server-error'],
    [409, '', 'bad-request'],
    [413, '', 'bad-request'],
    [424, '', 'server-error'],
    [429, { error: { code: 'insufficient_quota', message: 'm' } }, 'quota-exceeded'],
    [431, '', 'bad-request'],
    [500, { error: { message: 'The server had an error', type: 'server_error', param: null, code: null } }, 'server-error'],
    [529, '', 'server-error'],
  ])('%s %o is %s', (status, body, code) => expect(from(status, body)).toMatchObject({ code, status }))

  test('names both scopes where the audience is wrong, and not where it is the one asked for', () => {
    const message = 'Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired.'
    const other = failureFrom({ statusCode: 401, message }, { ...tokens, scopes: ['https://ai.azure.com/.default'] }, { ...context, status: 401 })
    expect(other).toMatchObject({ code: 'wrong-audience', scope: 'https://ai.azure.com/.default', expectedScope: 'https://cognitiveservices.azure.com/.default' })
    expect(other.message).toContain('https://ai.azure.com/.default')
    expect(other.message).toContain('https://cognitiveservices.azure.com/.default')
    expect(from(401, { statusCode: 401, message })).toMatchObject({ code: 'unauthorized' })
  })

  test('shows the URL of a missing route, without its query', () => {
    expect(from(404, { error: { code: '404', message: 'Resource not found' } }).message).toContain('https://c.openai.azure.com/openai/v1/chat/completions')
  })

  test('takes the status of an error inside a stream from its body', () => {
    for (const error of [{ code: 429, message: 'm' }, { code: 'x', status: 429, message: 'm' }, { code: '429', message: 'm' }, { status_code: 429, message: 'm' }]) {
      expect(failureFrom({ error }, tokens, { ...context, status: 0, midStream: true })).toMatchObject({ code: 'rate-limited', status: 429, midStream: true })
    }
    // Without a status, its own code says what it is, as over HTTP.
    for (const [error, code] of [
      [{ code: 'rate_limit_exceeded', message: 'Please retry after 2 seconds.' }, 'rate-limited'],
      [{ code: 'RateLimitReached', message: 'm' }, 'rate-limited'],
      [{ type: 'too_many_requests', message: 'm' }, 'rate-limited'],
      [{ code: 'insufficient_quota', message: 'm' }, 'quota-exceeded'],
      [{ code: 'context_length_exceeded', message: 'm' }, 'context-length'],
      [{ code: 'unsupported_parameter', message: 'm' }, 'unsupported-parameter'],
      [{ code: 'DeploymentNotFound', message: 'm' }, 'deployment-not-found'],
      [{ code: 'content_filter', message: 'm' }, 'content-filter'],
      [{ code: 'server_error', message: 'The rate_limit service is down' }, 'server-error'],
      [{ message: 'm' }, 'server-error'],
    ] as const) {
      expect(failureFrom({ error }, tokens, { ...context, status: 0, midStream: true }), JSON.stringify(error)).toMatchObject({ code, status: 0, midStream: true })
    }
    expect(failureFrom({ type: 'error', code: 'x', message: 'flat' }, tokens, { ...context, status: 0 })).toMatchObject({ code: 'server-error', serviceMessage: 'flat' })
  })

  test('repeats no token, wherever it was echoed, and at most 300 characters', () => {
    const error = from(400, { error: { code: 'hunter2', message: `hunter2 ${'x'.repeat(500)}` } })
    expect(JSON.stringify(error) + String(error) + error.stack).not.toContain('hunter2')
    expect(error).toMatchObject({ serviceMessage: expect.stringMatching(/^.{300}$/) })
  })

  test('takes hostile bodies in linear time', () => {
    for (const body of ['<'.repeat(65_536), '<script'.repeat(9000), '{"a":'.repeat(10_000), '"loc":['.repeat(9000), 'retry '.repeat(10_000)]) expect(from(500, body).code).toBe('server-error')
  })
})
