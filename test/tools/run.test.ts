// Runs of tools against the emulator: rounds, and everything that a model, a tool or a person can do wrong in one.
import { describe, expect, test } from 'vitest'
import * as v from 'valibot'
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { DEPLOYMENTS } from '../../src/emulator/index.ts'
import { runTools, tool } from '../../src/tools/index.ts'
import type { RunToolsOptions, Tool, ToolResultEvent, ToolRunEvent } from '../../src/tools/index.ts'
import type { ChatRequest } from '../../src/index.ts'
import { foundry, readAll, rejection, sleep, until } from '../conformance/foundry.ts'
import type { Foundry } from '../conformance/foundry.ts'
import { modelThat, scripted } from './model.ts'
import type { Round } from './model.ts'

const HELLO: ChatRequest = { model: 'model', messages: [{ role: 'user', content: 'Hello' }] }
const add = tool({ name: 'add', input: toStandardJsonSchema(v.object({ a: v.number(), b: v.number() })), run: ({ a, b }) => a + b })
const echo = tool({ name: 'echo', jsonSchema: { type: 'object', properties: { say: { type: 'string' } } }, run: (input) => (input as { say: string }).say })
const ADD = { name: 'add', arguments: '{"a":1,"b":2}' }
const BAD = { name: 'add', arguments: '{"a":"1"}' }
const ECHO = { name: 'echo', arguments: '{"say":"hi"}' }
const named = (name: string, run: (input: unknown) => unknown): Tool => tool({ name, run })
const circle: { self?: unknown } = {}
circle.self = circle
const call = (name: string) => ({ name, arguments: '' })

/** Runs tools with a model that plays the given rounds, and then says "Done."; `name` may ask for a fault in one of them. */
function play(rounds: readonly Round[], options: Partial<RunToolsOptions> = {}, request: Partial<ChatRequest> = {}, name: (round: number) => string = () => 'model') {
  let round = 0
  const { emulator, connection, tokens }: Foundry = foundry(
    { retries: 0, fetch: (url, init) => emulator.fetch(url, { ...init, body: JSON.stringify({ ...JSON.parse(String(init?.body)), model: name(++round) }) }) },
    { deployments: { model: modelThat(rounds) } },
  )
  const run = runTools(connection, { ...HELLO, ...request }, { tools: [add, echo], ...options })
  return { run, emulator, connection, tokens, bodies: () => emulator.calls.map(({ body }) => body as ChatRequest) }
}

const results = (events: readonly ToolRunEvent[]): ToolResultEvent[] => events.filter((event) => event.type === 'tool-result')
const told = (event: ToolResultEvent | undefined): unknown => JSON.parse(event?.content ?? '')

describe('runTools()', () => {
  test('runs two calls of one round at once and sends their results in order', async () => {
    let open = () => {}
    const slow = named('slow', () => new Promise((resolve) => (open = () => resolve({ late: true }))))
    const quick = named('quick', () => void setTimeout(open, 5))
    const { run, bodies } = play([[call('slow'), call('quick')]], { tools: [slow, quick] })
    const { events } = await readAll(run)
    expect(results(events).map(({ name, output, content, input }) => [name, output, content, input])).toEqual([
      ['quick', undefined, '', {}],
      ['slow', { late: true }, '{"late":true}', {}],
    ])
    const { messages, rounds, text, finishReason } = await run.result
    expect(text).toBe('Done.')
    expect(finishReason).toBe('stop')
    expect(rounds.map((round) => round.finishReason)).toEqual(['tool_calls', 'stop'])
    const ids = rounds[0]?.toolCalls.map(({ id }) => id)
    expect(messages).toEqual([
      rounds[0]?.message,
      { role: 'tool', tool_call_id: ids?.[0], content: '{"late":true}' },
      { role: 'tool', tool_call_id: ids?.[1], content: '' },
      { role: 'assistant', content: 'Done.' },
    ])
    expect(bodies()[1]?.messages).toEqual([...HELLO.messages, ...messages.slice(0, -1)])
    expect(bodies()[0]).toMatchObject({ tools: [slow.definition, quick.definition] })
    expect(bodies()[1]).toMatchObject({ tools: [slow.definition, quick.definition] })
  })

  test('gives a result as soon as it is there', async () => {
    let open: (output: string) => void = () => {}
    const slow = named('slow', () => new Promise((resolve) => (open = resolve)))
    const { run } = play([[call('slow'), ECHO]], { tools: [slow, echo] })
    for await (const event of run) if (event.type === 'tool-result' && event.name === 'echo') open('late')
    expect((await run.result).messages).toHaveLength(4)
  })

  test('goes on for three rounds, and gives the words of all of them', async () => {
    const { run, emulator } = play([[ADD], [ECHO], [ADD]])
    let text = ''
    for await (const words of run.text) text += words
    const { rounds, messages } = await run.result
    expect(text).toBe('Done.')
    expect(rounds).toHaveLength(4)
    expect(messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant', 'tool', 'assistant', 'tool', 'assistant'])
    expect(messages[1]).toMatchObject({ content: '3' })
    expect(messages[3]).toMatchObject({ content: 'hi' })
    expect(emulator.calls).toHaveLength(4)
    expect(run.partial).toEqual(await run.result)
  })

  test('sends nothing until it is read, and reads once', async () => {
    const { run, emulator } = play([[ADD]])
    await sleep(10)
    expect(emulator.calls).toHaveLength(0)
    expect(run.partial).toMatchObject({ text: '', messages: [], rounds: [] })
    expect(await run.result).toMatchObject({ text: 'Done.' })
    expect(() => run[Symbol.asyncIterator]()).toThrow(TypeError)
  })

  test('is read by a loop that begins in the same breath as its result is asked for', async () => {
    const { run } = play([[ADD]])
    const { result } = run
    expect((await readAll(run)).error).toBeUndefined()
    expect(await result).toMatchObject({ text: 'Done.' })
  })

  test('gives what has come so far as a copy', async () => {
    const { run } = play([[ADD], [ADD]])
    const before = run.partial
    await run.result
    expect(before).toMatchObject({ messages: [], rounds: [] })
    expect(run.partial.rounds).toHaveLength(3)
  })

  test.each(Object.keys(DEPLOYMENTS))('runs tools on %s', async (model) => {
    const { connection } = foundry()
    const weather = tool({ name: 'get_weather', input: toStandardJsonSchema(v.object({ city: v.string() })), run: ({ city }) => ({ city, degrees: 21 }) })
    const run = runTools(connection, { model, messages: [{ role: 'user', content: 'What is the weather?' }] }, { tools: [weather] })
    const { events, error } = await readAll(run)
    expect(error).toBeUndefined()
    expect(results(events)).toMatchObject([{ name: 'get_weather', output: { degrees: 21 } }])
    expect((await run.result).text).toContain('degrees')
    expect((await run.result).messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant'])
  })

  test('parallel: false runs one tool after the other', async () => {
    const log: string[] = []
    const step = (name: string) =>
      named(name, async () => {
        log.push(`${name} begins`)
        await sleep(5)
        log.push(`${name} ends`)
      })
    const calls = [call('one'), call('two')]
    const tools = [step('one'), step('two')]
    await play([calls], { tools, parallel: false }).run.result
    expect(log).toEqual(['one begins', 'one ends', 'two begins', 'two ends'])
    log.length = 0
    await play([calls], { tools }).run.result
    expect(log).toEqual(['one begins', 'two begins', 'one ends', 'two ends'])
  })

  test('hands a tool its validated input, the call and a signal that aborts when the run is over', async () => {
    const seen: unknown[] = []
    let signal: AbortSignal | undefined
    const trim = tool({
      name: 'trim',
      input: toStandardJsonSchema(v.object({ text: v.pipe(v.string(), v.transform((text) => text.length)) })),
      run: (input, context) => {
        seen.push(input, context.call)
        signal = context.signal
        return signal.aborted
      },
    })
    const { run } = play([[{ name: 'trim', arguments: '{"text":"abc"}' }]], { tools: [trim] })
    const { messages, rounds } = await run.result
    expect(seen).toEqual([{ text: 3 }, rounds[0]?.toolCalls[0]])
    expect(messages[1]).toMatchObject({ content: 'false' })
    expect(signal?.aborted).toBe(true)
  })

  describe('wrong calls', () => {
    test('are told to the model, which may do better', async () => {
      const { run } = play([[BAD], [ADD]])
      const { events } = await readAll(run)
      const [bad, good] = results(events)
      expect(told(bad)).toEqual({ error: { type: 'invalid-arguments', message: expect.stringContaining('add'), issues: [{ path: 'a', message: expect.any(String) }, { path: 'b', message: expect.any(String) }] } })
      expect(bad).toMatchObject({ error: { code: 'invalid-tool-call', tool: 'add' } })
      expect(bad).not.toHaveProperty('input')
      expect(good).toMatchObject({ output: 3 })
      expect(await run.result).toMatchObject({ text: 'Done.' })
    })

    test('in the next round again end the run', async () => {
      const { run, emulator } = play([[ADD], [BAD, ECHO], [ECHO, BAD]])
      const { error } = await readAll(run)
      expect(error).toMatchObject({ code: 'invalid-tool-call', tool: 'add', issues: [{ path: 'a' }, { path: 'b' }], partial: { toolCalls: [{ name: 'echo' }, { name: 'add' }] } })
      expect((error as { messages: unknown[] }).messages).toHaveLength(5)
      expect(await rejection(run.result)).toBe(error)
      expect(emulator.calls).toHaveLength(3)
    })

    test.each([
      ['a right call in the round between', [[BAD], [ADD], [BAD], [ADD]]],
      ['another round between', [[BAD], [ECHO], [BAD]]],
      ['a wrong call of another tool', [[BAD], [{ name: 'nothing', arguments: '' }]]],
    ])('are forgiven after %s', async (_, rounds) => {
      expect(await play(rounds).run.result).toMatchObject({ text: 'Done.' })
    })

    test('are told of what is no JSON, while nothing at all is no arguments', async () => {
      const { run } = play([[{ name: 'add', arguments: '{"a":' }, { name: 'ping', arguments: '' }, { name: 'ping', arguments: ' \n' }]], { tools: [add, named('ping', (input) => input)] })
      const { events } = await readAll(run)
      expect(results(events).map(({ name, content }) => [name, JSON.parse(content)])).toEqual([
        ['add', { error: { type: 'invalid-arguments', message: expect.stringContaining('add'), issues: [{ path: '', message: expect.any(String) }] } }],
        ['ping', {}],
        ['ping', {}],
      ])
    })

    test('of a tool that does not exist are told which do, once', async () => {
      const wrong = { name: 'subtract', arguments: '{}' }
      const once = play([[wrong, ADD]])
      const { events } = await readAll(once.run)
      expect(told(results(events)[0])).toMatchObject({ error: { type: 'unknown-tool', message: expect.stringMatching(/subtract.*add, echo/) } })
      expect((await once.run.result).messages).toHaveLength(4)
      expect(await rejection(play([[wrong], [wrong]]).run.result)).toMatchObject({ code: 'invalid-tool-call', tool: 'subtract' })
    })

    test('reach a tool without a schema as they are', async () => {
      const { run } = play([[{ name: 'echo', arguments: '{"say":[1]}' }]])
      expect((await run.result).messages[1]).toMatchObject({ content: '[1]' })
    })

    test('are found by a schema that throws, too', async () => {
      const picky = tool({ name: 'picky', input: { '~standard': { version: 1, vendor: 'test', validate: () => Promise.reject(new Error('no idea')) } }, jsonSchema: {}, run: () => 1 })
      const { events } = await readAll(play([[call('picky')]], { tools: [picky] }).run)
      expect(told(results(events)[0])).toMatchObject({ error: { type: 'invalid-arguments', issues: [{ path: '', message: 'no idea' }] } })
    })
  })

  describe('a failing tool', () => {
    test('is told to the model by its message alone, without the token', async () => {
      const { run, tokens } = play([[call('leak')]], {
        tools: [
          named('leak', () => {
            throw (thrown = new Error(`refused ${tokens[0]}`))
          }),
        ],
      })
      let thrown: Error | undefined
      const { events } = await readAll(run)
      const [failed] = results(events)
      expect(failed?.error).toBe(thrown)
      expect(told(failed)).toEqual({ error: { type: 'tool-failed', message: 'refused [token]' } })
      expect(await run.result).toMatchObject({ text: 'Done.' })
    })

    test.each([
      ['a rejection', () => Promise.reject('plain'), /^plain$/],
      ['undefined thrown', () => Promise.reject(), /^undefined$/],
      ['a circle', () => circle, /./],
      ['a function', () => () => 1, /JSON/],
      ['a bigint', () => 1n, /./],
    ])('is %s', async (_, run, message) => {
      const { events } = await readAll(play([[call('bad')]], { tools: [named('bad', run)] }).run)
      expect(told(results(events)[0])).toEqual({ error: { type: 'tool-failed', message: expect.stringMatching(message) } })
      expect(results(events)[0]).toHaveProperty('error')
      expect(results(events)[0]).not.toHaveProperty('output')
    })
  })

  describe('approve()', () => {
    test('lets a call through, or refuses it with or without a reason', async () => {
      const asked: unknown[] = []
      const ran: unknown[] = []
      const count = named('count', (input) => ran.push(input))
      const { run } = play([[{ name: 'count', arguments: '{"n":1}' }, { name: 'count', arguments: '{"n":2}' }, { name: 'count', arguments: '{"n":3}' }]], {
        tools: [count],
        approve: async (request) => {
          asked.push(request)
          return [true, false, 'not today'][asked.length - 1] ?? false
        },
      })
      const { events } = await readAll(run)
      const { rounds } = await run.result
      expect(asked).toEqual([1, 2, 3].map((n, at) => ({ id: rounds[0]?.toolCalls[at]?.id, name: 'count', input: { n }, tool: count })))
      expect(ran).toEqual([{ n: 1 }])
      const refused = results(events).filter((event) => event.refused)
      expect(refused.map(({ input }) => input)).toEqual([{ n: 2 }, { n: 3 }])
      expect(refused.map(told)).toEqual([
        { error: { type: 'refused', message: expect.stringMatching(/user/) } },
        { error: { type: 'refused', message: 'not today' } },
      ])
    })

    test('refuses where it gives nothing', async () => {
      const { events } = await readAll(play([[ADD]], { approve: (() => undefined) as unknown as () => boolean }).run)
      expect(results(events)).toMatchObject([{ refused: true }])
    })

    test('is asked of one call at a time, while tools that have its word already run', async () => {
      const log: string[] = []
      let answer: (verdict: boolean) => void = () => {}
      const { run } = play([[call('one'), call('two')]], {
        tools: [named('one', () => log.push('one runs')), named('two', () => log.push('two runs'))],
        approve: ({ name }) => {
          log.push(`${name}?`)
          return new Promise<boolean>((resolve) => (answer = resolve))
        },
      })
      const reading = (async () => {
        for await (const event of run) if (event.type === 'tool-result') log.push(`${event.name} is there`)
      })()
      await until(() => log.length === 1)
      answer(true)
      await until(() => log.length === 4)
      expect(log.slice(0, 2)).toEqual(['one?', 'one runs'])
      expect(log.slice(2).sort()).toEqual(['one is there', 'two?'])
      answer(true)
      await reading
      expect(log.slice(4)).toEqual(['two runs', 'two is there'])
    })

    test('is not asked about wrong calls', async () => {
      let asked = 0
      await play([[BAD, ADD]], { approve: () => ++asked > 0 }).run.result
      expect(asked).toBe(1)
    })

    test('that throws ends the run with its error', async () => {
      const mine = new Error('mine')
      const { run, emulator } = play([[ADD]], {
        approve: () => {
          throw mine
        },
      })
      expect((await readAll(run)).error).toBe(mine)
      expect(await rejection(run.result)).toBe(mine)
      expect(emulator.calls).toHaveLength(1)
    })
  })

  describe('ends', () => {
    test('after maxRounds, with the last calls not run', async () => {
      let runs = 0
      const count = named('count', () => ++runs)
      const calls = [call('count')]
      const { run, emulator } = play([calls, calls, calls], { tools: [count], maxRounds: 2 })
      const error = await rejection(run.result)
      expect(error).toMatchObject({ code: 'too-many-rounds', maxRounds: 2, messages: [{ role: 'assistant' }, { role: 'tool', content: '1' }], partial: { toolCalls: [{ name: 'count' }] } })
      expect(runs).toBe(1)
      expect(emulator.calls).toHaveLength(2)
      expect(await play([calls], { tools: [count], maxRounds: 2 }).run.result).toMatchObject({ text: 'Done.' })
    })

    test('after eight rounds unless told otherwise', async () => {
      const { run, emulator } = play(Array.from({ length: 9 }, () => [ADD]))
      expect(await rejection(run.result)).toMatchObject({ code: 'too-many-rounds', maxRounds: 8 })
      expect(emulator.calls).toHaveLength(8)
    })

    test.each([
      ['cut', 'truncated'],
      ['error-event', 'server-error'],
      ['500', 'server-error'],
      ['429-long', 'rate-limited'],
    ] as const)('where the second round fails by %s, with what the first added', async (fault, code) => {
      const { run, emulator } = play([[ADD]], {}, {}, (round) => (round === 2 ? `model~${fault}` : 'model'))
      const { events, error } = await readAll(run)
      expect(results(events)).toHaveLength(1)
      expect(error).toMatchObject({ code, messages: [{ role: 'assistant', tool_calls: [{}] }, { role: 'tool', content: '3' }], partial: { toolCalls: [] } })
      expect(await rejection(run.result)).toBe(error)
      expect(run.partial).toMatchObject({ messages: (error as { messages: unknown }).messages, rounds: [{ finishReason: 'tool_calls' }] })
      expect(emulator.calls.length).toBeGreaterThan(1)
    })

    test('where the first round fails, with no messages', async () => {
      expect(await rejection(play([[ADD]], {}, {}, () => 'model~404-route').run.result)).toMatchObject({ code: 'route-not-found', messages: [] })
    })

    test('at a call of a tool that is not ours, once ours have run', async () => {
      const theirs = { type: 'function', function: { name: 'theirs' } }
      const { run, emulator } = play([[call('theirs'), ADD]], { maxRounds: 1 }, { tools: [theirs] })
      const { events, error } = await readAll(run)
      expect(error).toBeUndefined()
      expect(results(events)).toMatchObject([{ name: 'add', output: 3 }])
      const { messages, toolCalls, rounds } = await run.result
      expect(toolCalls).toMatchObject([{ name: 'theirs' }, { name: 'add' }])
      expect(rounds).toHaveLength(1)
      expect(messages).toEqual([rounds[0]?.message, { role: 'tool', tool_call_id: toolCalls[1]?.id, content: '3' }])
      expect(emulator.calls[0]?.body).toMatchObject({ tools: [theirs, add.definition, echo.definition] })
      expect(emulator.calls).toHaveLength(1)
      // The caller answers it, and runs on.
      const next = play([], {}, { tools: [theirs], messages: [...HELLO.messages, ...messages, { role: 'tool', tool_call_id: toolCalls[0]?.id ?? '', content: 'ok' }] })
      expect(await next.run.result).toMatchObject({ text: 'Done.' })
    })
  })

  test.each([
    ['required', 'auto'],
    ['any', 'auto'],
    [{ type: 'function', function: { name: 'add' } }, 'auto'],
    ['auto', 'auto'],
    ['none', 'none'],
    [{ type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } }, { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } }],
    [undefined, undefined],
  ])('asks with tool_choice %j, and then with %j', async (first, then) => {
    const bodies: Record<string, unknown>[] = []
    const { connection } = foundry({ fetch: scripted([[{ index: 0, id: 'a', function: ADD }], []], bodies) })
    await runTools(connection, { ...HELLO, ...(first !== undefined && { tool_choice: first }) }, { tools: [add] }).result
    expect(bodies.map((body) => body['tool_choice'])).toEqual([first, then])
  })

  test.each([
    ['no tools', { tools: [] }, {}],
    ['two of one name', { tools: [add, add] }, {}],
    ['one of the name of the request\'s own', {}, { tools: [add.definition] }],
    ['n above 1', {}, { n: 2 }],
    ['no rounds', { maxRounds: 0 }, {}],
    ['half a round', { maxRounds: 1.5 }, {}],
    ['rounds without end', { maxRounds: Infinity }, {}],
    ['no messages', {}, { messages: [] }],
    ['messages that are none', {}, { messages: null as unknown as [] }],
    ['a header for a key', { headers: { 'api-key': 'x' } }, {}],
  ])('refuses %s before anything is sent', async (_, options, request) => {
    const { run, emulator } = play([[ADD]], options, request)
    const { error } = await readAll(run)
    expect(error).toMatchObject({ code: 'invalid-request' })
    expect(await rejection(run.result)).toBe(error)
    expect(emulator.calls).toHaveLength(0)
  })

  test('sends further headers in every round', async () => {
    const { run, emulator } = play([[ADD]], { headers: { 'x-ours': '1' } })
    await run.result
    expect(emulator.calls.map(({ headerNames }) => headerNames.includes('x-ours'))).toEqual([true, true])
  })
})
