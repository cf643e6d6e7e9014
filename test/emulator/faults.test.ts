import { describe, expect, test } from 'vitest'
import { createEmulator, FAULTS } from '../../src/emulator/index.ts'
import type { Fault } from '../../src/emulator/index.ts'
import { ask, finishes, HOST, lastCall, payloads, textOf, V1, WEATHER } from './asking.ts'
import type { Chunk } from './asking.ts'

const BASE = 'gpt-4o-mini'
const faulty = (fault: Fault, body: Readonly<Record<string, unknown>> = {}, signal?: AbortSignal) => {
  const emulator = createEmulator()
  return { emulator, response: ask(emulator, { model: `${BASE}~${fault}`, stream: true, ...body }, signal ? { signal } : {}) }
}
const streamOf = async (fault: Fault, body = {}) => (await faulty(fault, body).response).text()
const nothing = Symbol('nothing')
const within = (ms: number, read: Promise<unknown>) => Promise.race([read, new Promise((resolve) => setTimeout(resolve, ms, nothing))])

const HTTP: Partial<Record<Fault, [status: number, body: RegExp, headers?: Record<string, string | RegExp | null>]>> = {
  '401': [401, /^\{"statusCode":401,"message":"Unauthorized\./],
  '401-key': [401, /invalid subscription key/],
  '401-role': [401, /"PermissionDenied"/],
  '403': [403, /Virtual Network\/Firewall/],
  '403-html': [403, /^<html>.*403 Forbidden/s, { 'content-type': 'text/html' }],
  '404-route': [404, /"Resource not found"/],
  '404-deployment': [404, /DeploymentNotFound/, { 'content-type': null }],
  '408': [408, /"Timeout"/],
  '422': [422, /^\{"status":422,"code":"parameter_not_supported","detail":\{"loc":\["body",/],
  '422-gateway': [422, /"message":"\{\\"detail\\":\[/],
  '429': [429, /Please retry after 2 seconds\./, { 'retry-after': null, 'retry-after-ms': null }],
  '429-ms': [429, /RateLimitReached/, { 'retry-after-ms': '20', 'retry-after': null }],
  '429-x-ms': [429, /RateLimitReached/, { 'x-ms-retry-after-ms': '20', 'retry-after': null }],
  '429-seconds': [429, /RateLimitReached/, { 'retry-after': '1' }],
  '429-date': [429, /RateLimitReached/, { 'retry-after': /GMT$/ }],
  '429-none': [429, /have exceeded rate limit\."/, { 'retry-after': null, 'retry-after-ms': null, 'x-ms-retry-after-ms': null }],
  '429-both': [429, /RateLimitReached/, { 'retry-after': '1', 'retry-after-ms': '0', 'content-type': 'application/json; charset=utf-8' }],
  '429-long': [429, /retry after 86400 seconds/, { 'retry-after': '86400' }],
  '429-quota': [429, /"code":"insufficient_quota"/, { 'retry-after': null }],
  '500': [500, /"type":"server_error"/],
  '502-html': [502, /502 Bad Gateway/, { 'content-type': 'text/html' }],
  '503': [503, /InternalServerError/],
  'flat-400': [400, /^\{"status":400,"code":/],
  'numeric-code': [400, /"code":400,/],
  'empty-500': [500, /^$/, { 'content-type': null }],
  'html-200': [200, /^<!DOCTYPE html>/, { 'content-type': 'text/html' }],
  'error-200': [200, /^\{"error":/],
  'json-200': [200, /"object":"chat.completion",/, { 'content-type': 'application/json' }],
  redirect: [302, /^$/, { location: 'https://login.example/' }],
}

describe('FAULTS that answer in place of the model', () => {
  for (const [name, [status, body, headers = {}]] of Object.entries(HTTP)) {
    test(`${name}: ${FAULTS[name as Fault]}`, async () => {
      const { emulator, response } = faulty(name as Fault)
      const answer = await response
      expect(answer.status).toBe(status)
      expect(await answer.text()).toMatch(body)
      for (const [header, value] of Object.entries(headers)) {
        if (value === null) expect(answer.headers.get(header), header).toBeNull()
        else expect(answer.headers.get(header), header).toMatch(value)
      }
      expect(answer.headers.has('apim-request-id')).toBe(true)
      expect(lastCall(emulator)).toMatchObject({ status, deployment: `${BASE}~${name}`, state: 'complete', eventsSent: 0 })
    })
  }

  for (const [name, status] of [['401-once', 401], ['401-claims', 401], ['429-once', 429], ['500-once', 500], ['503-once', 503]] as const) {
    test(`${name} fails once per key and passes after`, async () => {
      const emulator = createEmulator()
      const statuses: number[] = []
      for (const key of ['a', 'a', 'b', 'a', 'b']) statuses.push((await ask(emulator, { model: `${BASE}~${name}~${key}` })).status)
      expect(statuses).toEqual([status, 200, status, 200, 200])
    })
  }

  test('429-once asks to wait 20 milliseconds', async () => {
    expect((await faulty('429-once').response).headers.get('retry-after-ms')).toBe('20')
  })

  test('401-claims challenges with claims in base64', async () => {
    const header = (await faulty('401-claims').response).headers.get('www-authenticate') ?? ''
    expect(header).toMatch(/^Bearer .*error="insufficient_claims", claims="/)
    expect(JSON.parse(atob(/claims="([^"]+)"/.exec(header)?.[1] ?? ''))).toHaveProperty('access_token')
  })

  test('echo repeats the Authorization header in header and body', async () => {
    const emulator = createEmulator()
    const authorization = `Bearer ${(await emulator.token()).token}`
    const response = await emulator.fetch(HOST + V1, { method: 'POST', headers: { authorization }, body: JSON.stringify({ model: `${BASE}~echo` }) })
    expect(response.status).toBe(401)
    expect(response.headers.get('x-received-authorization')).toBe(authorization)
    expect(await response.json()).toEqual({ error: { code: '401', message: `Token rejected: ${authorization}` }, authorization })
    expect(JSON.stringify(emulator.calls)).not.toContain(authorization.slice(7))
  })

  test('hang never answers, until aborted with the reason of the caller', async () => {
    const stop = new AbortController()
    const { emulator, response } = faulty('hang', {}, stop.signal)
    const settled = response.catch((error: unknown) => error)
    expect(await within(30, settled)).toBe(nothing)
    expect(lastCall(emulator)).toMatchObject({ status: 0, state: 'open' })
    const reason = new Error('enough')
    stop.abort(reason)
    expect(await settled).toBe(reason)
    expect(lastCall(emulator)).toMatchObject({ status: 0, state: 'cancelled' })
  })
})

describe('FAULTS that keep silent', () => {
  for (const [name, events] of [['silent', 0], ['stall', 3], ['comments', 3]] as const) {
    test(`${name}: ${FAULTS[name]}`, async () => {
      const { emulator, response } = faulty(name)
      const reader = (await response).body?.getReader()
      for (let event = 0; event < events; event += 1) expect((await reader?.read())?.done).toBe(false)
      const next = reader?.read() ?? Promise.reject(new Error('no body'))
      if (name === 'comments') {
        expect(new TextDecoder().decode((await next).value)).toBe(': keep-alive\n\n')
        expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(': keep-alive\n\n')
      } else expect(await within(30, next)).toBe(nothing)
      expect(lastCall(emulator)).toMatchObject({ status: 200, eventsSent: events, state: 'open' })
      await reader?.cancel()
      expect(lastCall(emulator).state).toBe('cancelled')
    })
  }

  test('stall keeps half of an answer back that is not streamed, and of a tool call in one chunk all', async () => {
    const whole = (await faulty('stall', { stream: false }).response).body?.getReader()
    expect(new TextDecoder().decode((await whole?.read())?.value)).toMatch(/^\{"choices":/)
    expect(await within(30, whole?.read() ?? Promise.resolve())).toBe(nothing)
    await whole?.cancel()
    const emulator = createEmulator()
    const response = await ask(emulator, { model: 'mistral-small~stall', stream: true, tools: [WEATHER], messages: [{ role: 'user', content: 'weather' }] })
    const reader = response.body?.getReader()
    await reader?.read()
    expect(await within(30, reader?.read() ?? Promise.resolve())).toBe(nothing)
    await reader?.cancel()
  })
})

describe('FAULTS that spoil a stream', () => {
  test('cut breaks the connection inside of an event', async () => {
    const { emulator, response } = faulty('cut')
    const reader = (await response).body?.getReader()
    let text = ''
    const read = async () => {
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) text += new TextDecoder().decode(part.value)
    }
    await expect(read()).rejects.toThrow(TypeError)
    expect(text).toMatch(/\n\ndata: \{[^\n]+$/)
    expect(lastCall(emulator)).toMatchObject({ eventsSent: 3, state: 'broken' })
  })

  test('cut-clean ends inside of an event, streamed or not', async () => {
    const { emulator, response } = faulty('cut-clean')
    expect(await (await response).text()).toMatch(/\n\ndata: \{[^\n]+$/)
    expect(lastCall(emulator)).toMatchObject({ eventsSent: 3, state: 'broken' })
    const json = await streamOf('cut-clean', { stream: false })
    expect(json).toMatch(/^\{"choices"/)
    expect(() => JSON.parse(json) as unknown).toThrow(SyntaxError)
  })

  test('no-finish ends after some text', async () => {
    const all = await payloads(await faulty('no-finish').response)
    expect(all).toHaveLength(6)
    expect(textOf(all.map((text) => JSON.parse(text) as Chunk))).toBe('Thank you for writing.')
  })

  test('no-done ends after the finish', async () => {
    const all = (await payloads(await faulty('no-done').response)).map((text) => JSON.parse(text) as Chunk)
    expect(finishes(all)).toEqual(['stop'])
  })

  test('error-event and error-named end with an error', async () => {
    expect(await streamOf('error-event')).toMatch(/\n\ndata: \{"error":\{"message":"The server had an error[^\n]+\n\n$/)
    expect(await streamOf('error-named')).toMatch(/\n\nevent: error\ndata: \{"error":[^\n]+\n\n$/)
  })

  test('drip sends the same bytes one by one, and counts whole events', async () => {
    const emulator = createEmulator({ deployments: { short: { model: 'm', dialect: 'mistral', reply: 'Grüße 👋' } }, now: () => 0 })
    const dripped = await ask(emulator, { model: 'short~drip', stream: true })
    const reader = dripped.body?.getReader()
    const bytes: number[] = []
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      expect(part.value.byteLength).toBe(1)
      bytes.push(...part.value)
    }
    const text = new TextDecoder().decode(new Uint8Array(bytes))
    expect(text).toContain('👋')
    expect(lastCall(emulator)).toMatchObject({ eventsSent: text.split('\n\n').length - 1, state: 'complete' })
  })

  test('crlf ends lines with CR LF', async () => {
    const text = await streamOf('crlf')
    expect(text).toMatch(/data: \[DONE\]\r\n\r\n$/)
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })

  test('no-content-type sends a good answer without a content type', async () => {
    const response = await faulty('no-content-type').response
    expect(response.headers.get('content-type')).toBeNull()
    expect((await payloads(response)).at(-1)).toBe('[DONE]')
  })

  test('trailing sends garbage after [DONE]', async () => {
    expect(await streamOf('trailing')).toMatch(/data: \[DONE\]\n\n[^]+garbage$/)
  })

  test('bad-json and bad-type spoil one event, and a whole answer', async () => {
    expect((await payloads(await faulty('bad-json').response))[3]).toBe('{"choices": [{"delta": {"content": "never clo')
    expect(JSON.parse((await payloads(await faulty('bad-type').response))[3] ?? '')).toMatchObject({ choices: 'none' })
    const json = await streamOf('bad-json', { stream: false })
    expect(() => JSON.parse(json) as unknown).toThrow(SyntaxError)
    expect(JSON.parse(await streamOf('bad-type', { stream: false }))).toMatchObject({ choices: 'none' })
  })

  test('big sends one event of 1 MiB, and reads well whole', async () => {
    const all = await payloads(await faulty('big').response)
    expect(Math.max(...all.map((text) => text.length))).toBeGreaterThan(1_048_576)
    expect(all.length).toBeLessThan(8)
    expect((await streamOf('big', { stream: false })).length).toBeGreaterThan(1_048_576)
  })

  test('endless lets timers run while it is read', async () => {
    const stop = new AbortController()
    const { emulator, response } = faulty('endless', {}, stop.signal)
    const reader = (await response).body?.getReader()
    // However long that takes on a busy machine.
    const timer = setInterval(() => lastCall(emulator).eventsSent > 20 && stop.abort(), 5)
    const read = async () => {
      for (;;) await reader?.read()
    }
    await expect(read()).rejects.toMatchObject({ name: 'AbortError' })
    clearInterval(timer)
    expect(lastCall(emulator).state).toBe('cancelled')
  })

  test('every fault works with every dialect without an error of the emulator', async () => {
    const emulator = createEmulator()
    for (const fault of Object.keys(FAULTS).filter((name) => !['hang', 'silent'].includes(name))) {
      for (const base of ['gpt-6-luna', 'grok-4-1-fast', 'deepseek-v4', 'mistral-small']) {
        const response = await ask(emulator, { model: `${base}~${fault}`, stream: true })
        await response.body?.getReader().read()
        expect(['open', 'complete'], `${base}~${fault}`).toContain(lastCall(emulator).state)
      }
    }
  })
})
