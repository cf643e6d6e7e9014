// The judge is judged by recordings: the same keys at the same places, in the same order.
import { describe, expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { captures, haveCaptures, readCaptureText } from '../captures.ts'
import { ask, payloads, post, responseEvents, WEATHER } from './asking.ts'
import type { ResponseEvent } from './asking.ts'

/** A payload's keys, all the way down and in order, with the values that a reader must tell apart: null and "". */
function shape(value: unknown, order: (entries: [string, unknown][]) => [string, unknown][] = (entries) => entries): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map((item) => shape(item, order)))].join('|')}]`
  if (typeof value === 'object' && value !== null) return `{${order(Object.entries(value)).map(([key, item]) => `${key}:${key === 'obfuscation' || key === 'p' ? 'padding' : shape(item, order)}`).join(',')}}`
  if (value === null) return 'null'
  return value === '' ? '""' : typeof value
}

const byName = (entries: [string, unknown][]) => entries.sort(([one], [other]) => (one < other ? -1 : 1))
const distinct = (all: readonly string[]) => all.filter((found, at) => found !== all[at - 1])

/** The shapes of a stream, one for each run of alike chunks. */
function runs(wire: readonly string[]): string[] {
  const shapes = wire.map((text) => (text === '[DONE]' ? text : shape(JSON.parse(text))))
  return distinct(shapes)
}

const recorded = (file: string) => readCaptureText(file).split(/\r?\n\r?\n/).filter((event) => event.startsWith('data: ')).map((event) => event.slice('data: '.length))
const usage = { stream_options: { include_usage: true } }
const tool = { tools: [WEATHER], messages: [{ role: 'user', content: 'weather' }] }

const STREAMS: readonly [file: string, model: string, body: object][] = [
  ['azure-gpt52-text', 'gpt-5-mini', usage],
  ['azure-gpt41mini-text-1', 'gpt-4o-mini', {}],
  ['azure-gpt4omini-toolcall', 'gpt-4o-mini', { ...usage, ...tool }],
  ['azure-grok41-text', 'grok-4-1-fast', usage],
  ['azure-grok41-toolcall-1', 'grok-4-1-fast', { ...usage, ...tool }],
]

describe.skipIf(!haveCaptures)(captures, () => {
  for (const [file, model, body] of STREAMS) {
    test(`${model} streams as ${file} was recorded`, async () => {
      // One recording has detected before filtered, the others after: the order inside of a verdict is not the service's own.
      const unordered = (text: string) => text.replaceAll('filtered:boolean,detected:boolean', 'detected:boolean,filtered:boolean')
      const said = await payloads(await ask(createEmulator(), { model, stream: true, ...body }))
      expect(runs(said)).toEqual(runs(recorded(`streams/${file}.sse`)).map(unordered))
    })
  }

  test('gpt-6-luna streams as azure-gpt6luna-asyncfilter-pass was recorded, apart from how often it annotates', async () => {
    const said = runs(await payloads(await ask(createEmulator(), { model: 'gpt-6-luna', stream: true, ...usage })))
    const wanted = runs(recorded('streams/azure-gpt6luna-asyncfilter-pass.sse'))
    expect([...new Set(said)].sort()).toEqual([...new Set(wanted)].sort())
    expect(said.slice(-7)).toEqual(wanted.slice(-7))
    expect(said.slice(0, 4)).toEqual(wanted.slice(0, 4))
  })

  test('mistral-small streams as mistral-large-length was recorded', async () => {
    const said = runs(await payloads(await ask(createEmulator(), { model: 'mistral-small', stream: true, max_tokens: 30 })))
    expect(said).toEqual(runs(recorded('streams/mistral-large-length.sse')))
  })

  test('mistral-small calls a tool as mistral-small-toolcall was recorded', async () => {
    const said = runs(await payloads(await ask(createEmulator(), { model: 'mistral-small', stream: true, ...tool })))
    expect(said).toEqual(runs(recorded('streams/mistral-small-toolcall.sse')).map((text) => text.replace(',service_tier:string', '')))
  })

  test('gpt-5-mini streams a response as azure-gpt5nano-responses-api was recorded', async () => {
    const body = { model: 'gpt-5-mini', stream: true, store: false, input: 'Hello', include: ['reasoning.encrypted_content'] }
    const said = await responseEvents(await post(createEmulator(), '/openai/v1/responses', body))
    const wanted = await responseEvents(new Response(readCaptureText('streams/azure-gpt5nano-responses-api.sse')))
    const shapes = (events: readonly ResponseEvent[]) => distinct(events.map((event) => `${event.type} ${shape(event, byName)}`))
    expect(shapes(said)).toEqual(shapes(wanted))
    // In this order, of all keys those of a verdict aside.
    const keys = (events: readonly ResponseEvent[]) => distinct(events.map((event) => [event, event.item ?? event.response ?? {}].map((value) => Object.keys(value).join()).join(' ')))
    expect(keys(said)).toEqual(keys(wanted))
  })

  for (const [file, prompt] of [['text', 'Hello'], ['toolcall', 'Use a tool']] as const) {
    test(`gpt-4o-mini streams a response with the events and items that azure-responses-${file} was recorded with`, async () => {
      const tools = file === 'text' ? [] : [{ type: 'function', name: 'weather', parameters: { type: 'object', properties: { location: { type: 'string' } } } }]
      const said = await responseEvents(await post(createEmulator(), '/openai/v1/responses', { model: 'gpt-4o-mini', stream: true, input: prompt, tools }))
      const wanted = readCaptureText(`chunks/azure-responses-${file}.chunks.txt`).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as ResponseEvent)
      // The response object grew since.
      const shapes = (events: readonly ResponseEvent[]) => distinct(events.map((event) => `${event.type} ${shape(event.response ? event.response.output : event, byName)}`))
      expect(shapes(said)).toEqual(shapes(wanted))
      expect(Object.keys(said.at(-1)?.response ?? {})).toEqual(expect.arrayContaining(Object.keys(wanted.at(-1)?.response ?? {})))
    })
  }

  for (const [file, model] of [['azure-gpt4omini-json', 'gpt-4o-mini'], ['azure-grok41-json', 'grok-4-1-fast']] as const) {
    test(`${model} answers whole as ${file} was recorded`, async () => {
      const said = shape(await (await ask(createEmulator(), { model })).json())
      expect(said).toBe(shape(JSON.parse(readCaptureText(`nonstream/${file}.json`))).replaceAll('filtered:boolean,detected:boolean', 'detected:boolean,filtered:boolean'))
    })
  }

  for (const [file, fault, path] of [
    ['azure-401-bad-key', '401-key'],
    ['azure-404-resource-not-found', '404-route'],
    ['azure-404-deploymentnotfound', '404-deployment'],
    ['azure-429-ratelimitreached', '429-both', '/models/chat/completions?api-version=2024-05-01-preview'],
  ] as const) {
    test(`${fault} answers ${file} byte for byte`, async () => {
      const response = await ask(createEmulator(), { model: `grok-4-1-fast~${fault}` }, path ? { path } : {})
      expect(await response.text()).toBe(readCaptureText(`errors/${file}.json`).trimEnd())
    })
  }
})
