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
import { readOnce, words } from './once.ts'
import { answerReader } from './read.ts'
import type { AnswerReader } from './read.ts'
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

/** Why a call is aborted that has ended; without a reason an exception with a stack would be made, which takes a tenth of a short call. */
const END = 'ended'

type Step = IteratorResult<ChatEvent, void>

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
  const controller = new AbortController()
  const { signal } = controller
  const answer = (connection.fold ?? fold)(request?.n)
  let opened: Promise<Answer> | undefined
  let reader: AnswerReader | undefined
  /** The block of events that is being given, and which is next. */
  let block: readonly ChatEvent[] = []
  let at = 0
  /** How many wait for an event, and what the last of them waits for. */
  let waiting = 0
  let last: Promise<Step>
  let over = false
  let left = false
  let resolve: (result: ChatResult) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const result = new Promise<ChatResult>((...settle) => ([resolve, reject] = settle))
  // Who loops learns of a failure there and may never look at the promise.
  result.catch(() => {})

  const open = (): Promise<Answer> => (opened ??= sendChat(connection, request, options, true, controller))

  /** Settles the result, if it is not. */
  function fail(cause: unknown): void {
    const partial = answer.copy()
    reject(isChatError(cause) ? Object.assign(cause, { partial }) : new ChatError('aborted', 'Cannot get the answer as its stream was left', { partial }, { cause }))
  }

  // By hand, as an async generator takes several turns of the microtask queue for each event.
  function next(): Promise<Step> {
    return (last = waiting++ ? last.then(step, step) : Promise.resolve(step()))
  }

  function step(): Step | Promise<Step> {
    // Who aborts in the loop is given nothing more, though the block may hold it.
    if (at < block.length && !signal.aborted) {
      waiting--
      return { done: false, value: block[at++] as ChatEvent }
    }
    if (!reader) return open().then((opening) => ((reader = answerReader(opening, answer, connection)), step()), (error) => end(() => { throw error }))
    return signal.aborted || reader.ended() ? end(reader.end) : reader.next(give)
  }

  function give(events: readonly ChatEvent[]): Step | Promise<Step> {
    block = events
    at = 0
    return step()
  }

  /** Ends the loop, once; `check` throws where the answer is not whole. */
  async function end(check: () => void): Promise<Step> {
    waiting--
    try {
      if (!over) {
        over = true
        check()
        resolve(answer.copy())
      }
    } catch (error) {
      if (!left) {
        fail(error)
        throw error
      }
    } finally {
      controller.abort(END)
    }
    return { done: true, value: undefined }
  }

  const [loop, drain] = readOnce(() => ({ next }), () => {
    left = true
    controller.abort()
    fail(options.signal?.reason)
  })

  return {
    [Symbol.asyncIterator]: loop,
    get text() {
      return words(this)
    },
    get result() {
      void drain()
      return result
    },
    get response() {
      const response = open().then(({ info }) => info)
      // Who reads the stream learns of a failure there.
      response.catch(() => {})
      return response
    },
    get partial() {
      return answer.copy()
    },
  }
}
