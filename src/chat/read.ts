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

/**
 * Reads an answer, a block of bytes at a time and only when asked.
 *
 * What kind of body it is tells its first character, not its content type: gateways drop that, and sign-in pages come
 * with status 200. Each block is folded whole before its first event is given, so that a partial answer holds all that came.
 *
 * @throws `ChatError` `truncated`, `not-a-stream`, `malformed`, `too-large`, a timeout, or the service's own error.
 */
export async function* readAnswer(answer: Answer, fold: Fold, { maxMessageBytes, tokens }: Connection): AsyncGenerator<ChatEvent, void, void> {
  const { signal } = answer
  const { url, requestId, attempts, contentType } = answer.info
  const utf8 = new TextDecoder()
  /** The body as text until its first message, and what begins it: `{` JSON, `<` a page, anything else events. */
  let head = ''
  let first: string | undefined
  let begun = false
  let ended = false
  let failure: unknown
  let events: ChatEvent[] = []
  const parser = createParser(maxMessageBytes, (data, event) => {
    begun = true
    answer.event()
    ended ||= data === '[DONE]'
    if (!ended) take(data, event === 'error')
  })

  /** Folds one JSON object into events. */
  function take(json: string, named?: boolean): void {
    const body = parseObject(json)
    if (!body) throw new ChatError('malformed', `Cannot get the answer as data must be a JSON object: it is ${tokens.redact(json).slice(0, 100)}`, { path: 'data' })
    // Truthiness, as some services send `error: null` with everything. OpenRouter sends `choices` and usage beside it.
    const failed = body['error'] || named
    if (!failed || body['choices']) events.push(...fold.take(body))
    if (failed) throw failureFrom(body, tokens, { url, status: 0, midStream: true })
  }

  while (!ended) {
    events = []
    try {
      const bytes = await answer.read()
      if (!begun) {
        head += utf8.decode(bytes, { stream: true })
        first ??= (head = head.trimStart())[0]
      }
      // JSON and pages go through as well, as lines without a meaning.
      parser.push(bytes)
      if (!begun) {
        // Events have the parser's limit, one by one.
        checkSize(head.length, maxMessageBytes)
        if (bytes ? first === '<' : first) {
          if (first !== '{' || !/"(choices|error)"/.test(head)) throw new ChatError('not-a-stream', `Cannot get the answer as it is ${contentType} and no model's: check the endpoint`, { contentType, snippet: tokens.redact(head.trim()).slice(0, 300) })
          take(head)
        }
      }
      ended ||= !bytes
    } catch (error) {
      // Thrown once the events that came before it are given.
      if (!ended) failure = error
      ended = true
    }
    for (const event of events) {
      yield event
      // Who aborts in the loop is given nothing more, though the block may hold it.
      if (signal.aborted) break
    }
  }
  if (signal.aborted) failure = signal.reason
  // Nothing is missing once the model has finished, though the connection broke: what may still come counts its tokens.
  else if (!isChatError(failure)) failure = fold.finished() ? undefined : new ChatError('truncated', 'Cannot get the answer as it ended before the model had finished', {}, { cause: failure })
  if (failure !== undefined) throw isChatError(failure) ? Object.assign(failure, { requestId, attempts }) : failure
}
