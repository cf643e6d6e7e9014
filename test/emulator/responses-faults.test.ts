import { describe, expect, test } from 'vitest'
import { createEmulator, FAULTS } from '../../src/emulator/index.ts'
import type { Fault } from '../../src/emulator/index.ts'
import { lastCall, post, responseEvents } from './asking.ts'
import type { ResponseEvent, ResponseObject } from './asking.ts'

const PATH = '/openai/v1/responses'
const emulator = createEmulator()
const faulty = async (fault: Fault, body: object = {}) => post(emulator, PATH, { model: `gpt-4o-mini~${fault}`, input: 'Hello there', stream: true, ...body })
const texts = (events: readonly ResponseEvent[]) => events.filter(({ type }) => type === 'response.output_text.delta').length

describe('FAULTS of responses', () => {
  test('failed ends with a response.failed that says why, and is a failed response where nothing is streamed', async () => {
    const events = await responseEvents(await faulty('failed'))
    expect(texts(events)).toBe(4)
    expect(events.at(-1)).toMatchObject({ type: 'response.failed', response: { status: 'failed', error: { code: 'server_error', message: expect.any(String) }, output: [], usage: null } })
    expect((await (await faulty('failed', { stream: false })).json()) as ResponseObject).toMatchObject({ status: 'failed', error: { code: 'server_error' } })
  })

  test('failed-429 ends with a response.failed that does not say why, and an error that does', async () => {
    const events = await responseEvents(await faulty('failed-429'))
    expect(events.map(({ type }) => type)).toEqual(['response.created', 'response.failed', 'error'])
    expect(events[1]).toMatchObject({ response: { status: 'failed', error: null, incomplete_details: null } })
    expect(events[2]).toMatchObject({ error: { type: 'too_many_requests', code: 'rate_limit_exceeded', message: expect.stringContaining('retry after 2 seconds') } })
  })

  test.each(['error-event', 'error-named'] as const)('%s ends with an error in an object', async (fault) => {
    const events = await responseEvents(await faulty(fault))
    expect(texts(events)).toBe(4)
    expect(events.at(-1)).toEqual({ type: 'error', error: { type: 'server_error', code: 'server_error', message: expect.any(String), param: null }, sequence_number: events.length - 1 })
  })

  test('error-flat ends with an error that has no object around it, on chat too', async () => {
    const events = await responseEvents(await faulty('error-flat'))
    expect(events.at(-1)).toEqual({ type: 'error', code: 'server_error', message: expect.any(String), param: null, sequence_number: events.length - 1 })
    const chat = await post(emulator, '/openai/v1/chat/completions', { model: 'gpt-4o-mini~error-flat', stream: true, messages: [{ role: 'user', content: 'x' }] })
    expect(await chat.text()).toMatch(/\n\nevent: error\ndata: \{"type":"error","code":"server_error",[^\n]+\n\n$/)
  })

  test('keepalive puts events between events, which count', async () => {
    const events = await responseEvents(await faulty('keepalive'))
    expect(events.filter(({ type }) => type === 'keepalive').length).toBe((events.length - 1) / 2)
    expect(events[1]).toEqual({ type: 'keepalive', sequence_number: 1 })
    expect(events.at(-1)?.type).toBe('response.completed')
  })

  test('bad-type has a number for a text, streamed, and a text for a list, whole', async () => {
    expect((await responseEvents(await faulty('bad-type'))).filter(({ delta }) => typeof delta === 'number')).toHaveLength(1)
    expect(await (await faulty('bad-type', { stream: false })).json()).toMatchObject({ object: 'response', output: 'none' })
  })

  test('cut, cut-clean and no-finish break the stream before its end', async () => {
    // As a pipe: Firefox 153 has text() reject with an AbortError, whatever a stream of the page's own fails with.
    await expect((await faulty('cut')).body?.pipeTo(new WritableStream())).rejects.toThrow(TypeError)
    expect(lastCall(emulator).state).toBe('broken')
    expect(await (await faulty('cut-clean')).text()).toMatch(/\n\nevent: response\.output_text\.delta\n[^\n]*$/)
    const unfinished = await responseEvents(await faulty('no-finish'))
    expect(texts(unfinished)).toBe(4)
    expect(unfinished.at(-1)?.type).toBe('response.output_text.delta')
  })

  test('crlf and drip change no event', async () => {
    const wire = await (await faulty('crlf')).text()
    expect(wire.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(await responseEvents(new Response(wire.replaceAll('\r\n', '\n')))).toHaveLength(wire.split('\r\n\r\n').length - 1)
    expect((await responseEvents(await faulty('drip', { max_output_tokens: 16 }))).at(-1)?.type).toBe('response.incomplete')
  })

  test('stall sends one text, big a long one, endless texts without end', async () => {
    const seen = async (fault: Fault, until: RegExp) => {
      const reader = (await faulty(fault)).body?.getReader()
      let text = ''
      for (let part = await reader?.read(); part && !part.done; part = until.test(text) ? undefined : await reader?.read()) text += new TextDecoder().decode(part.value)
      await reader?.cancel()
      return text
    }
    expect((await seen('stall', /output_text\.delta\n[^\n]+\n\n/)).match(/output_text\.delta\n/g)).toHaveLength(1)
    expect((await (await faulty('big')).text()).length).toBeGreaterThan(1_048_576)
    expect(await seen('endless', /and on \(100\)/)).not.toContain('response.output_text.done')
  })

  test('json-200 and no-content-type answer in another form than was asked for', async () => {
    expect(((await (await faulty('json-200')).json()) as ResponseObject).status).toBe('completed')
    const bare = await faulty('no-content-type')
    expect(bare.headers.get('content-type')).toBeNull()
    expect((await responseEvents(bare)).at(-1)?.type).toBe('response.completed')
  })

  test('429 names the operation, and 500-once fails once', async () => {
    expect(await (await faulty('429')).text()).toContain('Requests to the Responses_Create Operation')
    expect([(await faulty('500-once')).status, (await faulty('500-once')).status]).toEqual([500, 200])
  })

  test('every fault works without an error of the emulator', async () => {
    for (const fault of Object.keys(FAULTS).filter((name) => !['hang', 'silent'].includes(name))) {
      const response = await faulty(fault as Fault)
      const reader = response.body?.getReader()
      await reader?.read()
      await reader?.cancel()
      expect(['cancelled', 'complete'], fault).toContain(lastCall(emulator).state)
    }
  })
})
