/**
 * The one loop over the fault table: a test for each row, in the runtime that it is called in.
 *
 * Three witnesses judge a call: the server, which knows what bytes it gave to the socket; the runtime's own stream, which is watched while the library
 * reads it; and a bare `fetch` under the same fault. What those bytes hold is read by `./reader.ts`, not by the library.
 * Runtimes: all. Imports: `./case.ts`, `./reader.ts`, `./rows.ts`.
 * @module
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TaskMeta } from 'vitest'
import { bareText, deliveredOf, mine, mint, runtime, sizeOf, tryCase } from './case.ts'
import type { Call, Place } from './case.ts'
import { holdingOf } from './reader.ts'
import type { Delivered, Row } from './row.ts'
import { rows } from './rows.ts'

/** What the table says of a row. */
export interface Found {
  readonly name: string
  readonly runtime: string
  /** Requests that the server answered. */
  readonly requests: number
  readonly outcomes: readonly string[]
  readonly kept: string
}

declare module 'vitest' {
  interface TaskMeta {
    fault?: Found
  }
}

/** A browser opens six connections to a host, no more. */
const AT_ONCE = runtime === 'chromium' ? 5 : 16
/** Tries for a runtime to take what was delivered, and for a busy machine to keep within a row's limits. */
const TRIES = 4
/** Every so many places of a row with many are compared with a bare reader, as each costs a connection more. */
const BARE_EVERY = 8
const MANY = 100

/** Makes a test of each row of a group. */
export function runRows(group: readonly Row[]): void {
  const unhandled: unknown[] = []
  const note = (event: { reason?: unknown }) => void unhandled.push(event.reason)
  let token = ''
  beforeAll(async () => {
    globalThis.addEventListener?.('unhandledrejection', note as EventListener)
    token = await mint()
  })
  afterAll(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    globalThis.removeEventListener?.('unhandledrejection', note as EventListener)
    expect(unhandled).toEqual([])
  })

  for (const row of group) test(row.name, { timeout: 240_000 }, ({ task }) => play(row, token, task))
}

/** Plays a row at all its places. */
async function play(row: Row, token: string, task: { readonly meta: TaskMeta }): Promise<void> {
  const at = rows.indexOf(row)
  const variants = row.variants?.(await sizeOf(row, token), runtime) ?? [0]
  const outcomes = new Set<string>()
  let requests = 0
  const queue = [...variants.entries()]
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [nth, variant] = next
      const compare = row.bare !== false && !row.calls && mine(row.kept ?? 'all') === 'all' && (variants.length < MANY || nth % BARE_EVERY === 0)
      const judged = await judge({ row, at, variant, attempt: 0 }, token, compare)
      requests += judged.requests
      for (const outcome of judged.outcomes) outcomes.add(outcome)
    }
  }
  // One at a time where the row does something to the machine.
  await Promise.all(Array.from({ length: row.client ? 1 : AT_ONCE }, lane)).finally(() => queue.splice(0))
  task.meta.fault = { name: row.name, runtime, requests, outcomes: [...outcomes].sort(), kept: mine(row.kept ?? 'all') }
}

/** Tries a case until the runtime has taken all that was delivered, as it must in time, and judges it. */
async function judge(place: Place, token: string, compare: boolean): Promise<{ readonly requests: number; readonly outcomes: readonly string[] }> {
  const { row, variant, attempt } = place
  const kept = mine(row.kept ?? 'all')
  const { calls, report, tokens } = await tryCase(place, token)
  const deliveries = calls.map(({ prompt }) => deliveredOf(report, prompt))
  // What a connection took with it as it broke, and nothing else, is worth another try.
  const incomplete = calls.filter(({ text }, index) => text !== deliveries[index]?.text)
  const taken = incomplete.length > 0 && incomplete.every(({ outcome }) => outcome === 'network' || outcome === 'truncated')
  // A limit that passed before the request was there, or where none should, is of a machine that stood still for as long.
  const late = calls.some(({ outcome }, index) => outcome.endsWith('-timeout') && !allowedOf(place, index, deliveries[index]).includes(outcome))
  if (((kept === 'all' && taken) || late) && attempt + 1 < TRIES) return judge({ ...place, attempt: attempt + 1 }, token, compare)

  expect(report.open, `connections left open at ${variant}`).toBe(0)
  expect(tokens, `tokens asked for at ${variant}`).toBe(told(row.tokens ?? 1, variant))
  expect(report.served.length, `requests at ${variant}`).toBe(told(mine(row.requests ?? calls.length), variant))
  const outcomes = calls.flatMap((call, index) => judgeCall(place, index, call, deliveries[index]))
  if (compare) {
    let text = await bareText(place, token)
    for (let more = attempt + 1; text !== calls[0]?.text && more < TRIES; more++) text = await bareText({ ...place, attempt: more }, token)
    expect(calls[0]?.text, `what a bare fetch is handed at ${variant}`).toBe(text)
  }
  return { requests: report.served.length + Number(compare), outcomes }
}

const told = (count: number | ((variant: number) => number), variant: number): number => (typeof count === 'function' ? count(variant) : count)

/** @returns the outcomes that the table tells: what became of it, or all that may where it is a race. */
function judgeCall(place: Place, index: number, { outcome, text, handed }: Call, delivered: Delivered | undefined): readonly string[] {
  const { row, variant } = place
  const where = `call ${index} at ${variant}`
  const held = holdingOf(handed)
  expect(text, `${where} holds what the runtime handed over`).toBe(held.text)
  if (outcome === 'whole') expect(held.finished, `${where} is whole as the model has finished`).toBe(true)
  if (outcome === 'truncated') expect(held.finished, `${where} is truncated as the model has not finished`).toBe(false)
  if (!delivered) throw new Error(`${where} never reached the server`)
  if (mine(row.kept ?? 'all') === 'all') expect(text, `${where} holds all that was delivered`).toBe(delivered.text)
  else expect(delivered.text.startsWith(text), `${where} holds the start of what was delivered`).toBe(true)
  const allowed = allowedOf(place, index, delivered)
  expect(allowed, `the outcome of ${where}`).toContain(outcome)
  return allowed
}

/** What may become of a call that was served; nothing may of one that was not. */
function allowedOf({ row, variant }: Place, index: number, delivered: Delivered | undefined): readonly string[] {
  const expected = mine(row.outcome)
  return delivered ? [typeof expected === 'function' ? expected(delivered, index, variant) : expected].flat() : []
}
