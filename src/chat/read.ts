/**
 * The bytes of an answer in, its events out; what is no whole answer of a model becomes an error.
 * Runtimes: all. Imports: `../errors.ts`, `../schemas`, `../sse`, `../transport` (types).
 * @module
 */
import { ChatError, isChatError } from '../errors.ts'
import { failureFrom } from '../schemas/failure.ts'
import { parseObject } from '../schemas/parse.ts'
import { checkSize, createParser } from '../sse/parse.ts'
import type { Answer } from '../transport/transport.ts'
import type { Fold } from './collect.ts'
import type { ChatEvent } from './events.ts'
import type { Connection } from './request.ts'

/** Reads an answer, a block of bytes at a time and only when asked. */
export interface AnswerReader {
  /** Whether there is no further block, and all that is left is to look at the {@link AnswerReader.end}. */
  ended(): boolean
  /** Reads the next block. @returns what `give` makes of its events. Never rejects by itself. */
  next<T>(give: (events: readonly ChatEvent[]) => T | Promise<T>): Promise<T>
  /** @throws unless the answer is whole: `ChatError` `truncated`, `not-a-stream`, `malformed`, `too-large`, a timeout, or the service's own error. */
  end(): void
}

/**
 * Makes the reader of an answer.
 *
 * What kind of body it is tells its first character, not its content type: gateways drop that, and sign-in pages come
 * with status 200. Each block is folded whole before its first event is given, so that a partial answer holds all that came.
 */
export function answerReader(answer: Answer, fold: Fold, { maxMessageBytes, tokens }: Connection): AnswerReader {
  const { signal } = answer
  const { url, requestId, attempts, contentType } = answer.info
  /** The body as text until its first message, and what begins it: `{` JSON, `<` a page, anything else events. */
  let head = ''
  let first: string | undefined
  let begun = false
  /** Whether the block that is being read has an event. */
  let heard = false
  let ended = false
  let failure: unknown
  let events: ChatEvent[] = []
  const parser = createParser(maxMessageBytes, (data, event) => {
    begun = heard = true
    ended ||= data === '[DONE]'
    if (!ended) take(data, event === 'error')
  })

  /** Folds one JSON object into events. */
  function take(json: string, named?: boolean): void {
    const body = parseObject(json)
    if (!body) throw new ChatError('malformed', `Cannot get the answer as data must be a JSON object: it is ${JSON.stringify(tokens.redact(json).slice(0, 100))}`, { path: 'data' })
    // Truthiness, as some services send `error: null` with everything. OpenRouter sends `choices` and usage beside it.
    const failed = body['error'] || named
    if (!failed || body['choices']) fold.take(body, events)
    if (failed) throw failureFrom(body, tokens, { url, status: 0, midStream: true })
  }

  /** Takes a block of bytes; JSON and pages go through as well, as lines without a meaning. */
  function push(bytes: Uint8Array | undefined): void {
    const text = parser.push(bytes)
    if (begun) return
    head += text
    first ??= (head = head.trimStart())[0]
    // Events have the parser's limit, one by one.
    checkSize(head.length, maxMessageBytes)
    // One that was cut before the end of its first event is a stream all the same.
    if (bytes ? first !== '<' : !first || /^(:|data|event|id|retry)/.test(head)) return
    if (first !== '{' || !/"(choices|error)"/.test(head)) throw new ChatError('not-a-stream', `Cannot get the answer as it is ${contentType} and no model's: check the endpoint`, { contentType, snippet: tokens.redact(head.trim()).slice(0, 300) })
    take(head)
  }

  return {
    ended: () => ended,
    next(give) {
      events = []
      heard = false
      return answer.read().then(
        ({ value }) => {
          try {
            push(value)
            answer.took(heard)
            ended ||= !value
          } catch (error) {
            // Thrown once the events that came before it are given.
            if (!ended) failure = error
            ended = true
          }
          return give(events)
        },
        (error: unknown) => {
          failure = error
          ended = true
          try {
            // What is no stream may have come whole, though the connection broke behind it.
            push(undefined)
          } catch {
            // It has not.
          }
          return give(events)
        },
      )
    },
    end() {
      if (signal.aborted) failure = signal.reason
      // Nothing is missing once the model has finished, though the connection broke: what may still come counts its tokens.
      else if (!isChatError(failure)) failure = fold.finished() ? undefined : new ChatError('truncated', 'Cannot get the answer as it ended before the model had finished', {}, { cause: failure })
      if (failure !== undefined) throw isChatError(failure) ? Object.assign(failure, { requestId, attempts }) : failure
    },
  }
}
