/**
 * A request in, a stream of events out that cleans up after itself.
 * Runtimes: all. Imports: `../errors.ts`, `../schemas` (types), `../transport` (types).
 * @module
 */
import { ChatError, isChatError } from '../errors.ts'
import type { ChatRequest } from '../schemas/request.ts'
import type { Answer, AnswerInfo } from '../transport/transport.ts'
import { fold } from './collect.ts'
import type { ChatEvent, ChatResult } from './events.ts'
import { readAnswer } from './read.ts'
import { sendChat } from './request.ts'
import type { CallOptions, Connection } from './request.ts'

/** An answer on its way. Nothing is sent until it is read: by a loop, or by awaiting `result` or `response`. */
export interface ChatStream extends AsyncIterable<ChatEvent> {
  /** The words alone, of the first choice. */
  readonly text: AsyncIterable<string>
  /**
   * The whole answer; rejects as the loop throws, with what had arrived in `partial`. Awaiting it without a loop reads
   * the stream. After an abort or a `break` it rejects with a `ChatError` `aborted`.
   */
  readonly result: Promise<ChatResult>
  /** Ids, rate limits and attempts, as soon as the service has answered. */
  readonly response: Promise<AnswerInfo>
  /** What has arrived so far; at any time, also after a failure. */
  readonly partial: ChatResult
}

/**
 * Asks for an answer and streams it as typed events.
 *
 * Leaving the loop, by `break`, `throw` or the signal, closes the connection. A loop that waits makes the service wait.
 *
 * @throws from the loop: `ChatError`, with `partial`; the signal's own reason after an abort.
 * @example
 * ```ts
 * const stream = streamChat(foundry, { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] })
 * for await (const event of stream) if (event.type === 'text') output.append(event.text)
 * const { usage, finishReason } = await stream.result
 * ```
 */
export function streamChat(connection: Connection, request: ChatRequest, options: CallOptions = {}): ChatStream {
  const answer = fold(request?.n ?? 1)
  // A loop that is left must end a call that is still waiting for the service, too.
  const leaving = new AbortController()
  let opened: Promise<Answer> | undefined
  let events: AsyncGenerator<ChatEvent, void, void> | undefined
  const result = settleable<ChatResult>()
  const abort = () => leaving.abort(options.signal?.reason)

  function open(): Promise<Answer> {
    if (!opened) {
      options.signal?.addEventListener('abort', abort, { once: true })
      if (options.signal?.aborted) abort()
      opened = sendChat(connection, request, { ...options, signal: leaving.signal }, true)
      // Reported by whoever reads; `response` alone may never be looked at.
      opened.catch(fail)
    }
    return opened
  }

  function fail(error: unknown): void {
    options.signal?.removeEventListener('abort', abort)
    if (isChatError(error)) result.reject(Object.assign(error, { partial: answer.snapshot() }))
    else result.reject(new ChatError('aborted', 'Cannot give the whole answer as its stream was left: what came is in partial', { partial: answer.snapshot() }, { cause: error }))
  }

  async function* run(): AsyncGenerator<ChatEvent, void, void> {
    let source: Answer | undefined
    try {
      source = await open()
      yield* readAnswer(source, answer, { maxMessageBytes: connection.maxMessageBytes, scopes: connection.endpoint.scopes, redact: connection.redact })
      result.resolve(answer.snapshot())
    } catch (error) {
      fail(error)
      throw error
    } finally {
      options.signal?.removeEventListener('abort', abort)
      source?.close()
      // Settled already, unless the loop was left.
      fail(options.signal?.reason)
    }
  }

  function iterate(): AsyncGenerator<ChatEvent, void, void> {
    if (events) throw new TypeError('Cannot read the stream twice: it is being read by a loop or by awaiting its result')
    return (events = run())
  }

  return {
    [Symbol.asyncIterator]() {
      const generator = iterate()
      let left = false
      return {
        next: () => generator.next().catch((error: unknown) => {
          if (left) return { done: true, value: undefined }
          throw error
        }),
        return() {
          // A generator would finish its read first, and in silence that takes until the idle limit.
          left = true
          leaving.abort()
          return generator.return()
        },
      }
    },
    get text() {
      return words(this)
    },
    get result() {
      // A loop that begins in the same breath comes first.
      queueMicrotask(() => events ?? drain(iterate()))
      return result.promise
    },
    get response() {
      return open().then(({ info }) => info)
    },
    get partial() {
      return answer.snapshot()
    },
  }
}

async function* words(stream: AsyncIterable<ChatEvent>): AsyncGenerator<string, void, void> {
  for await (const event of stream) if (event.type === 'text' && event.choice === 0) yield event.text
}

function drain(events: AsyncGenerator<ChatEvent, void, void>): void {
  const next = (): Promise<unknown> => events.next().then(({ done }) => done || next())
  // Its failure is the result's.
  next().catch(() => {})
}

function settleable<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void } {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((yes, no) => ((resolve = yes), (reject = no)))
  // Who loops learns of a failure there and may never look at the promise.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
