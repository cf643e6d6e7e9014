/**
 * A request and a schema in, a stream of the growing value out that cleans up after itself.
 * Runtimes: all. Imports: `../chat`, `../schemas` (types), `../transport` by `../chat` (types).
 * @module
 */
import type { ChatAnswer } from '../chat/chat.ts'
import type { ChatResult } from '../chat/events.ts'
import type { Connection } from '../chat/request.ts'
import { streamChat } from '../chat/stream.ts'
import type { ChatRequest } from '../schemas/request.ts'
import type { StandardSchema } from '../schemas/standard.ts'
import { askFor } from './ask.ts'
import type { StructuredOptions } from './ask.ts'
import { partialJson } from './partial-json.ts'
import { withValue } from './value.ts'
import type { WithValue } from './value.ts'

/**
 * What may be there of a value that still arrives: any property may be missing, any string may be a beginning, also one of an enumeration.
 * What is there is never `undefined`.
 */
export type DeepPartial<Value> = Value extends string
  ? string
  : Value extends readonly (infer Item)[]
    ? number extends Value['length'] ? DeepPartial<Item>[] : { [Key in keyof Value]?: DeepPartial<Value[Key]> }
    : Value extends object ? { [Key in keyof Value]?: DeepPartial<Value[Key]> } : Value

/** A structured answer on its way. Nothing is sent until it is read: by a loop, or by awaiting `result` or `response`. */
export interface StructuredStream<Input, Output> extends AsyncIterable<DeepPartial<Input>> {
  /**
   * The whole answer and its value; rejects as the loop throws. Awaiting it without a loop reads the stream. After an abort or a
   * `break` it rejects with a `ChatError` `aborted`.
   */
  readonly result: Promise<WithValue<ChatResult, Output>>
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
  const stream = streamChat(...askFor(connection, request, schema, options), options)
  const json = partialJson()
  let seen = 0
  let left = false
  let result: Promise<WithValue<ChatResult, Output>> | undefined

  function settle(): Promise<WithValue<ChatResult, Output>> {
    result ??= (async () => withValue(await stream.result, await stream.response, schema))()
    // Who loops learns of a failure there and may never look at the promise.
    result.catch(() => {})
    return result
  }

  return {
    [Symbol.asyncIterator]() {
      const events = stream[Symbol.asyncIterator]()
      return {
        async next() {
          for (;;) {
            const next = await events.next()
            let value: unknown
            if (!next.done) value = next.value.type === 'text' && next.value.choice === 0 && json.push(next.value.text)
            else if (left) return next
            else {
              await settle()
              value = json.end()
            }
            if (seen !== json.changes) {
              seen = json.changes
              return { value: value as DeepPartial<Input> }
            }
            if (next.done) return next
          }
        },
        async return() {
          left = true
          await events.return?.()
          return { done: true, value: undefined }
        },
      }
    },
    get result() {
      return settle()
    },
    get response() {
      return stream.response
    },
    get partial() {
      return stream.partial
    },
  }
}
