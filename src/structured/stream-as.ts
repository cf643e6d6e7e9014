/**
 * A request and a schema in, a stream of the growing value out that cleans up after itself.
 * Runtimes: all. Imports: `../chat`, `../schemas` (types), `../transport` by `../chat` (types).
 * @module
 */
import type { ChatAnswer } from '../chat/chat.ts'
import type { ChatEvent, ChatResult } from '../chat/events.ts'
import type { Connection } from '../chat/request.ts'
import { streamChat } from '../chat/stream.ts'
import type { ChatStream } from '../chat/stream.ts'
import type { ChatRequest } from '../schemas/request.ts'
import type { StandardSchema } from '../schemas/standard.ts'
import { askFor } from './ask.ts'
import type { StructuredOptions } from './ask.ts'
import { partialJson } from './partial-json.ts'
import { valueOf } from './value.ts'

/**
 * What may be there of a value that still arrives: any property may be missing, any string may be a beginning, also one of an enumeration.
 * What is there is never `undefined`.
 */
export type DeepPartial<Value> = Value extends string
  ? string
  : Value extends readonly (infer Item)[]
    ? number extends Value['length'] ? DeepPartial<Item>[] : { [Key in keyof Value]?: DeepPartial<Value[Key]> }
    : Value extends object ? { [Key in keyof Value]?: DeepPartial<Value[Key]> } : Value

/** A whole answer and its value. */
export interface StructuredResult<Output> extends ChatResult {
  readonly value: Output
}

/** A structured answer on its way. Nothing is sent until it is read: by a loop, or by awaiting `result` or `response`. */
export interface StructuredStream<Input, Output> extends AsyncIterable<DeepPartial<Input>> {
  /**
   * The whole answer and its value; rejects as the loop throws. Awaiting it without a loop reads the stream. After an abort or a
   * `break` it rejects with a `ChatError` `aborted`.
   */
  readonly result: Promise<StructuredResult<Output>>
  /** Ids, rate limits and attempts, as soon as the service has answered. */
  readonly response: Promise<ChatAnswer['response']>
  /** What has arrived so far; at any time, also after a failure. */
  readonly partial: ChatResult
}

/**
 * Asks for an answer that fits a schema and streams the value as it grows, each time that something of it has become visible.
 *
 * It is one object that grows, as a copy for each piece would make long answers take quadratic time: who keeps a state, or gives it
 * to a view that compares, copies it with `structuredClone()`. What it shows is unproven until `result` has validated it.
 *
 * Leaving the loop, by `break`, `throw` or the signal, closes the connection. A loop that waits makes the service wait.
 *
 * @throws at once: `ChatError` `invalid-request`. From the loop: `ChatError`, with `partial`, `refused`, `incomplete` and `schema-violation`
 * once the answer is whole; the signal's own reason after an abort; what the schema itself throws.
 * @example
 * ```ts
 * const stream = streamAs(foundry, { model: 'gpt-5-mini', messages }, z.object({ city: z.string(), days: z.array(z.number()) }))
 * for await (const { city, days } of stream) show(city, days)
 * const { value, usage } = await stream.result
 * ```
 */
export function streamAs<Input, Output>(connection: Connection, request: ChatRequest, schema: StandardSchema<Input, Output>, options: StructuredOptions = {}): StructuredStream<Input, Output> {
  const asking = askFor(request, schema, options)
  const first = streamChat(connection, asking.request, options)
  let second: ChatStream | undefined
  let current = first
  let events: AsyncIterator<ChatEvent> | undefined
  let begun = false
  let left = false
  const json = partialJson()
  let seen = 0
  let resolve: (result: Promise<StructuredResult<Output>>) => void = () => {}
  const result = new Promise<StructuredResult<Output>>((settle) => (resolve = settle))
  // Who loops learns of a failure there and may never look at the promise.
  result.catch(() => {})

  const instead = (failure: unknown): ChatStream => (second ??= streamChat(connection, asking.instead(failure), options))

  async function finish(): Promise<StructuredResult<Output>> {
    const answer = await current.result
    return { ...answer, value: await valueOf(answer, await current.response, schema) }
  }

  /** Gives the value, if it looks different from what was given last. */
  function* show(value: unknown): Generator<DeepPartial<Input>, void, void> {
    if (seen === json.changes) return
    seen = json.changes
    yield value as DeepPartial<Input>
  }

  async function* grow(stream: ChatStream): AsyncGenerator<DeepPartial<Input>, void, void> {
    current = stream
    const iterator = (events = stream[Symbol.asyncIterator]())
    for await (const event of { [Symbol.asyncIterator]: () => iterator }) if (event.type === 'text' && event.choice === 0) yield* show(json.push(event.text))
  }

  async function* run(): AsyncGenerator<DeepPartial<Input>, void, void> {
    try {
      yield* grow(first)
    } catch (error) {
      yield* grow(instead(error))
    } finally {
      resolve(finish())
    }
    if (left) return
    await result
    yield* show(json.end())
  }

  function begin(): AsyncGenerator<DeepPartial<Input>, void, void> {
    if (begun) throw new TypeError('Cannot read the stream twice')
    begun = true
    return run()
  }

  async function drain(): Promise<void> {
    // A loop that begins in the same breath comes first.
    await Promise.resolve()
    if (!begun) for await (const _ of begin());
  }

  return {
    [Symbol.asyncIterator]() {
      const generator = begin()
      return {
        next: () => generator.next(),
        return() {
          // A generator would finish its read first; the events know how to leave one.
          left = true
          void events?.return?.()
          return generator.return()
        },
      }
    },
    get result() {
      // Its failure is the result's.
      drain().catch(() => {})
      return result
    },
    get response() {
      const response = first.response.catch((error: unknown) => instead(error).response)
      // Who reads the stream learns of a failure there.
      response.catch(() => {})
      return response
    },
    get partial() {
      return current.partial
    },
  }
}
