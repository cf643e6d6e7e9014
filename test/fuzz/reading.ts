// The whole way of an answer, from bytes that somebody serves to events, a result or an error, and what must be true of each.
import * as fc from 'fast-check'
import { expect } from 'vitest'
import { connect, streamChat } from '../../src/core.ts'
import type { ChatEvent, ChatResult } from '../../src/core.ts'
import type { AnyChatError } from '../../src/errors.ts'
import { ASK, ENDPOINT } from '../conformance/foundry.ts'
import { cut, joined, sizes, wire } from './bytes.ts'
import { everythingSaid, proveError } from './codes.ts'
import { holds } from './runs.ts'

export const TOKEN = 'eyJ0eXAi.c2VjcmV0.dG9rZW4'

/** A stream as a service has sent it, and how many answers it holds. */
export interface Recorded {
  readonly name: string
  readonly bytes: Uint8Array
  readonly n?: number
}

interface Served {
  readonly pieces: readonly Uint8Array<ArrayBuffer>[]
  /** Whether the connection breaks in place of an end. */
  readonly breaks: boolean
  readonly status?: number
  readonly type?: string | undefined
}

interface Outcome {
  readonly events: readonly ChatEvent[]
  readonly result: ChatResult | undefined
  readonly error: AnyChatError | undefined
  readonly partial: ChatResult
}

/** Reads what is served as an answer, and proves what is true of every one. */
async function readOut({ pieces, breaks, status = 200, type }: Served, n = 1): Promise<Outcome> {
  // One for each attempt, as a refused token is tried again.
  function body(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = 0
    return new ReadableStream(
      {
        pull(controller) {
          const piece = pieces[at++]
          if (piece) controller.enqueue(piece.slice())
          else if (breaks) controller.error(new TypeError('terminated'))
          else controller.close()
        },
      },
      { highWaterMark: 0 },
    )
  }
  const headers = type === undefined ? {} : { 'content-type': type }
  const connection = connect({ endpoint: ENDPOINT, token: () => TOKEN, fetch: () => Promise.resolve(new Response([204, 205, 304].includes(status) ? null : body(), { status, headers })) })
  const stream = streamChat(connection, { model: 'm', messages: ASK, ...(n > 1 && { n }) })
  const events: ChatEvent[] = []
  let thrown: unknown
  try {
    for await (const event of stream) events.push(event)
  } catch (error) {
    thrown = error
  }
  const settled = await stream.result.then(
    (result) => ({ result, error: undefined }),
    (error: unknown) => ({ result: undefined, error: proveError(error) }),
  )
  // The loop and the promise say the same.
  expect(settled.error).toBe(thrown)
  const outcome = { events, partial: stream.partial, ...settled }
  prove(outcome, pieces.reduce((sum, { length }) => sum + length, 0), n)
  return outcome
}

function prove({ events, result, error, partial }: Outcome, sent: number, n: number): void {
  const whole = result ?? partial
  const said = whole.choices.map(({ index }) => events.flatMap((event) => (event.type === 'text' && event.choice === index ? [event.text] : [])).join(''))
  expect(said).toEqual(whole.choices.map(({ text }) => text))
  expect(whole.choices.reduce((sum, { text, reasoning, refusal }) => sum + text.length + reasoning.length + refusal.length, 0)).toBeLessThanOrEqual(sent)
  if (result) {
    expect(result.choices.length).toBeGreaterThanOrEqual(n)
    for (const { finishReason } of result.choices) expect(finishReason).toBeTruthy()
    expect(partial).toEqual(result)
    return
  }
  expect(error?.partial === undefined || error.partial.text === partial.text).toBe(true)
  expect(everythingSaid(error)).not.toContain(TOKEN)
}

const type = fc.constantFrom(undefined, 'text/event-stream', 'text/event-stream; charset=utf-8', 'application/json', 'text/html', 'text/plain')

/** Sizes of pieces for streams of some thousand bytes: mostly large, as each piece takes its time. */
const pieces = fc.oneof({ weight: 1, arbitrary: sizes }, { weight: 4, arbitrary: fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 8 }) })

/** What may happen to bytes between who sends and who reads them. */
const harm = fc.array(
  fc.record({ kind: fc.constantFrom('cut', 'drop', 'repeat', 'flip', 'insert', 'insert', 'swap'), at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.integer({ min: 1, max: 60 }), bytes: fc.oneof(wire, fc.uint8Array({ minLength: 1, maxLength: 4 }), fc.constantFrom(TOKEN, '\n\n', '\n\ndata: [DONE]\n\n', '\n\ndata: {"error":{"code":"x","message":"no"}}\n\n', `\n\ndata: {"error":{"message":"${TOKEN}"}}\n\n`, '"', '{', '}', 'null', '<').map((text) => new TextEncoder().encode(text))) }),
  { minLength: 1, maxLength: 3 },
)

function harmed(bytes: Uint8Array, all: readonly (typeof harm extends fc.Arbitrary<(infer Harm)[]> ? Harm : never)[]): Uint8Array {
  return all.reduce((whole, { kind, at, length, bytes: other }) => {
    const begin = Math.floor(at * whole.length)
    const [before, hit, behind] = [whole.subarray(0, begin), whole.subarray(begin, begin + length), whole.subarray(begin + length)]
    const rest = whole.subarray(begin)
    if (kind === 'cut') return before
    if (kind === 'drop') return joined([before, behind])
    if (kind === 'repeat') return joined([before, hit, hit, behind])
    if (kind === 'flip') return joined([before, hit.map((byte) => byte ^ (1 << (length % 8))), behind])
    if (kind === 'insert') return joined([before, other, rest])
    return joined([behind.subarray(0, length), before, hit, behind.subarray(length)])
  }, bytes)
}

/** The properties of reading these streams. */
export function readsSafely(what: string, recorded: readonly Recorded[]): void {
  const one = fc.constantFrom(...recorded)
  const read = new Map<Recorded, Promise<Outcome>>()
  holds(
    `streamChat() gives of ${what} that are cut the beginning and \`truncated\`, and a result where the model had finished`,
    fc.asyncProperty(one, fc.double({ min: 0, max: 1, noNaN: true }), pieces, fc.boolean(), type, async (stream, where, lengths, breaks, contentType) => {
      const { bytes, n } = stream
      read.set(stream, read.get(stream) ?? readOut({ pieces: [bytes.slice()], breaks: false }, n))
      const whole = (await read.get(stream)) as Outcome
      const sent = bytes.subarray(0, Math.floor(where * (bytes.length + 1)))
      const { result, error, partial } = await readOut({ pieces: cut(sent, lengths), breaks, type: contentType }, n)
      expect(whole.result).toBeDefined()
      for (const { index, text, reasoning } of partial.choices) {
        const truth = whole.partial.choices.find((choice) => choice.index === index)
        expect([truth?.text.startsWith(text), truth?.reasoning.startsWith(reasoning)]).toEqual([true, true])
      }
      if (result) expect(result.choices.map(({ text }) => text)).toEqual(whole.result?.choices.map(({ text }) => text))
      // Before the end of its first event nothing has shown that it is a stream.
      else expect(error?.code === 'not-a-stream' && !breaks && !/\n\r?\n/.test(new TextDecoder().decode(sent)) ? 'truncated' : error?.code).toBe('truncated')
    }),
    { cost: 2 },
  )

  holds(
    `streamChat() gives of ${what} that are harmed a result or an error of the family, and in it no more than was sent`,
    fc.asyncProperty(one, harm, pieces, fc.boolean(), type, async ({ bytes, n }, harms, lengths, breaks, contentType) => {
      await readOut({ pieces: cut(harmed(bytes, harms), lengths), breaks, type: contentType }, n)
    }),
    { cost: 2 },
  )
}

/** The properties of reading whatever there may be. */
export function readsAnything(): void {
  const status = fc.oneof({ weight: 5, arbitrary: fc.constant(200) }, { weight: 1, arbitrary: fc.integer({ min: 200, max: 599 }) })
  holds(
    'streamChat() gives of any bytes and any status a result or an error of the family',
    fc.asyncProperty(fc.oneof(wire, fc.uint8Array({ maxLength: 60 }), fc.json().map((text) => new TextEncoder().encode(text))), sizes, fc.boolean(), type, status, async (bytes, lengths, breaks, contentType, code) => {
      const { result, error } = await readOut({ pieces: cut(bytes, lengths), breaks, type: contentType, status: code })
      expect(result).toBeUndefined()
      if (code >= 300) expect(error && 'status' in error && error.status).toBe(code)
    }),
  )
}
