// Every way to leave a run, and that nothing of it goes on.
import { describe, expect, test } from 'vitest'
import { runTools, tool } from '../../src/tools/index.ts'
import type { RunToolsOptions, Tool, ToolRunEvent } from '../../src/tools/index.ts'
import { ASK, foundry, readAll, rejection, sleep, until } from '../conformance/foundry.ts'
import { listenersOf } from '../listeners.ts'
import { modelThat } from './model.ts'

const WAIT = { name: 'wait', arguments: '' }

/** A tool that goes on until its signal aborts, or for ever. */
function waiting(heeds: boolean) {
  const seen = { begun: 0, aborted: 0, reason: undefined as unknown }
  const wait = tool({
    name: 'wait',
    run: (_, { signal }) => {
      seen.begun++
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          seen.aborted++
          seen.reason = signal.reason
          if (heeds) reject(signal.reason as Error)
        })
      })
    },
  })
  return { wait, seen }
}

function start(tools: readonly Tool[], options: Partial<RunToolsOptions> = {}, rounds = [[WAIT, WAIT]], model = 'model') {
  const { emulator, connection } = foundry({}, { deployments: { model: modelThat(rounds) } })
  return { emulator, run: runTools(connection, { model, messages: ASK }, { tools, ...options }) }
}

describe('runTools()', () => {
  test('that is aborted before sends nothing', async () => {
    const signal = AbortSignal.abort('mine')
    const { run, emulator } = start([waiting(true).wait], { signal })
    expect((await readAll(run)).error).toBe('mine')
    expect(await rejection(run.result)).toMatchObject({ code: 'aborted', cause: 'mine', messages: [] })
    expect(emulator.calls).toHaveLength(0)
  })

  test('that is aborted while the model answers closes the connection', async () => {
    const controller = new AbortController()
    const { run, emulator } = start([waiting(true).wait], { signal: controller.signal }, [], 'model~stall')
    const reading = readAll(run)
    await until(() => run.partial.text !== '')
    controller.abort()
    expect((await reading).error).toBe(controller.signal.reason)
    expect(await rejection(run.result)).toMatchObject({ code: 'aborted', cause: controller.signal.reason, partial: { text: run.partial.text } })
    await until(() => emulator.calls[0]?.state === 'cancelled')
  })

  test.each([
    ['heed', true],
    ['ignore', false],
  ])('that is aborted while tools run ends at once with the reason, though they %s it', async (_, heeds) => {
    const controller = new AbortController()
    const { wait, seen } = waiting(heeds)
    const { run, emulator } = start([wait], { signal: controller.signal })
    const reading = readAll(run)
    await until(() => seen.begun === 2)
    controller.abort('mine')
    const { events, error } = await reading
    expect(error).toBe('mine')
    expect(events.some(({ type }) => type === 'tool-result')).toBe(false)
    expect(seen).toMatchObject({ aborted: 2, reason: 'mine' })
    expect(await rejection(run.result)).toMatchObject({ code: 'aborted', cause: 'mine', messages: [], partial: { toolCalls: [{ name: 'wait' }, { name: 'wait' }] } })
    expect(emulator.calls).toHaveLength(1)
  })

  test('that is aborted in the second round keeps what the first added', async () => {
    const controller = new AbortController()
    const { wait, seen } = waiting(false)
    const now = tool({ name: 'now', run: () => 'noon' })
    const { run } = start([wait, now], { signal: controller.signal }, [[{ name: 'now', arguments: '' }], [WAIT]])
    const result = run.result
    await until(() => seen.begun === 1)
    controller.abort()
    expect(await rejection(result)).toMatchObject({ code: 'aborted', messages: [{ role: 'assistant' }, { role: 'tool', content: 'noon' }] })
  })

  test('that is aborted by a tool runs no other, and asks about no other', async () => {
    const controller = new AbortController()
    let asked = 0
    let ran = 0
    const stop = tool({
      name: 'stop',
      run: () => {
        ran++
        controller.abort('stop')
      },
    })
    const { run } = start([stop], { signal: controller.signal, parallel: false, approve: () => ++asked > 0 }, [[{ name: 'stop', arguments: '' }, { name: 'stop', arguments: '' }]])
    expect((await readAll(run)).error).toBe('stop')
    await sleep(5)
    expect([asked, ran]).toEqual([1, 1])
  })

  test('that is aborted while somebody is asked does not run what they approve later', async () => {
    const controller = new AbortController()
    const { wait, seen } = waiting(false)
    let answer: (verdict: boolean) => void = () => {}
    let asked = 0
    const approve = () => {
      asked++
      return new Promise<boolean>((resolve) => (answer = resolve))
    }
    const { run } = start([wait], { signal: controller.signal, approve })
    const reading = readAll(run)
    await until(() => asked === 1)
    controller.abort('gone')
    expect((await reading).error).toBe('gone')
    answer(true)
    await sleep(5)
    expect([asked, seen.begun]).toEqual([1, 0])
  })

  test('that is aborted in the loop gives nothing more', async () => {
    const controller = new AbortController()
    const seen: ToolRunEvent[] = []
    const now = tool({ name: 'now', run: () => 'noon' })
    const { run, emulator } = start([now], { signal: controller.signal }, [Array.from({ length: 3 }, () => ({ name: 'now', arguments: '' }))])
    const reading = (async () => {
      for await (const event of run) {
        if (event.type !== 'tool-result') continue
        seen.push(event)
        // All three are there before the first is looked at.
        await sleep(5)
        controller.abort()
      }
    })()
    expect(await rejection(reading)).toBe(controller.signal.reason)
    expect(seen).toHaveLength(1)
    expect(emulator.calls).toHaveLength(1)
  })

  test('that is left by break while the model answers closes the connection', async () => {
    const { run, emulator } = start([waiting(true).wait], {}, [], 'model~endless')
    for await (const event of run) if (event.type === 'text') break
    await until(() => emulator.calls[0]?.state === 'cancelled')
    expect(await rejection(run.result)).toMatchObject({ code: 'aborted', messages: [], partial: { text: expect.stringMatching(/./) } })
  })

  test('that is left by a throw after a result aborts the other tools, and the throw comes through', async () => {
    const mine = new Error('mine')
    const { wait, seen } = waiting(true)
    const now = tool({ name: 'now', run: () => 'noon' })
    const { run, emulator } = start([wait, now], {}, [[WAIT, { name: 'now', arguments: '' }]])
    const reading = (async () => {
      for await (const event of run) if (event.type === 'tool-result') throw mine
    })()
    expect(await rejection(reading)).toBe(mine)
    expect(seen).toMatchObject({ begun: 1, aborted: 1 })
    expect(await rejection(run.result)).toMatchObject({ code: 'aborted' })
    expect(emulator.calls).toHaveLength(1)
  })

  test('that is left by return() while a tool is awaited ends at once', async () => {
    const { wait, seen } = waiting(false)
    const { run } = start([wait])
    const iterator = run[Symbol.asyncIterator]()
    const reading = (async () => {
      while (!(await iterator.next()).done);
    })()
    await until(() => seen.begun === 2)
    expect(await iterator.return?.()).toMatchObject({ done: true })
    await reading
    expect(seen.aborted).toBe(2)
  })

  test('that is left by return() in silence closes the connection at once', async () => {
    const { run, emulator } = start([waiting(true).wait], {}, [], 'model~silent')
    const iterator = run[Symbol.asyncIterator]()
    const next = iterator.next()
    await until(() => emulator.calls.length === 1)
    await sleep(10)
    await iterator.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
    await until(() => emulator.calls[0]?.state === 'cancelled')
  })

  test('that has failed is not disturbed by tools that end later', async () => {
    let ended = 0
    const late = tool({ name: 'late', run: () => sleep(5).then(() => void ended++) })
    const call = { name: 'late', arguments: '' }
    const approve = () => {
      if (asked++) throw new Error('mine')
      return true
    }
    let asked = 0
    const { run } = start([late], { approve }, [[call, call]])
    expect(await rejection(run.result)).toMatchObject({ message: 'mine' })
    // A rejection that nobody handles fails the suite.
    await until(() => ended === 1)
    await sleep(5)
  })

  test('that is left before it began settles its result', async () => {
    const { run, emulator } = start([waiting(true).wait])
    await run[Symbol.asyncIterator]().return?.()
    expect(await rejection(run.result)).toMatchObject({ code: 'aborted' })
    expect(emulator.calls).toHaveLength(0)
  })

  test('aborts the tools that still run when approve throws', async () => {
    const { wait, seen } = waiting(false)
    let asked = 0
    const { run } = start([wait], {
      approve: () => {
        if (++asked === 2) throw new Error('mine')
        return true
      },
    })
    expect(await rejection(run.result)).toMatchObject({ message: 'mine' })
    expect(seen).toMatchObject({ begun: 1, aborted: 1 })
  })

  test('aborts the tools that still run when the model repeats a mistake', async () => {
    const { wait, seen } = waiting(false)
    const bad = { name: 'nothing', arguments: '' }
    const { run } = start([wait], {}, [[bad], [WAIT, bad]])
    expect(await rejection(run.result)).toMatchObject({ code: 'invalid-tool-call', messages: [{ role: 'assistant' }, { role: 'tool' }] })
    expect(seen).toMatchObject({ begun: 1, aborted: 1 })
  })

  test('leaves no listener on a signal that serves many', async () => {
    const { signal } = new AbortController()
    const listeners = listenersOf(signal)
    const now = tool({ name: 'now', run: () => 'noon' })
    const call = [{ name: 'now', arguments: '' }]
    for (let i = 0; i < 5; i++) {
      await start([now], { signal }, [call]).run.result
      await rejection(start([now], { signal, maxRounds: 1 }, [call]).run.result)
      await rejection(start([now], { signal }, [], 'model~404-route').run.result)
      await rejection(start([], { signal }).run.result)
      for await (const _ of start([now], { signal }, [call]).run) break
      for await (const event of start([now], { signal }, [call]).run) if (event.type === 'tool-result') break
    }
    expect([...listeners]).toEqual([])
  })
})
