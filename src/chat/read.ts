/**
 * The bytes of an answer in, its events out; what is no whole answer of a model becomes an error.
 * Runtimes: all. Imports: `../errors.ts`, `../schemas`, `../sse`, `../transport` (types).
 * @module
 */
import { ChatError, isChatError } from '../errors.ts'
import { failureFrom } from '../schemas/failure.ts'
import { parseObject } from '../schemas/parse.ts'
import { createDecoder } from '../sse/decode.ts'
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
export async function* readAnswer(answer: Answer, fold: Fold, { maxMessageBytes, endpoint, redact }: Connection): AsyncGenerator<ChatEvent, void, void> {
  const { info } = answer
  const decoder = createDecoder({ maxMessageBytes })
  const utf8 = new TextDecoder()
  /** The body as text until its first message, and what begins it: `{` JSON, `<` a page, anything else events. */
  let head = ''
  let first: string | undefined
  let begun = false
  let failure: unknown

  /** Folds one JSON object; an error is thrown once its events are given. */
  function take(json: string, named = false): ChatEvent[] {
    const body = parseObject(json)
    if (!body) throw new ChatError('malformed', `Cannot read the answer as an event holds no JSON object: ${redact(json).slice(0, 100)}`, { path: 'data' })
    // Truthiness, as some services send `error: null` with everything. OpenRouter sends `choices` and usage beside it.
    const failed = body['error'] || named
    if (failed) failure = failureFrom(body, { scopes: endpoint.scopes, redact, url: info.url, requestId: info.requestId, attempts: info.attempts, status: 0, midStream: true })
    return failed && !body['choices'] ? [] : fold.take(body)
  }

  function notAStream(): never {
    const { contentType } = info
    throw new ChatError('not-a-stream', `Cannot read the answer as it is no model's but ${contentType}: is the endpoint a sign-in page or a proxy?`, { contentType, snippet: redact(head.trim()).slice(0, 300) })
  }

  for (let done = false; !done && !failure; ) {
    const bytes = await read(answer, fold)
    if (!bytes) break
    if (!begun) {
      head += utf8.decode(bytes, { stream: true })
      first ??= /[^\s\uFEFF]/.exec(head)?.[0]
      if (first === '<') notAStream()
      if (first === '{') {
        if (head.length > maxMessageBytes) throw new ChatError('too-large', `Cannot hold an answer of more than ${maxMessageBytes} bytes`, { maxMessageBytes })
        continue
      }
    }
    const events: ChatEvent[] = []
    try {
      for (const { data, event } of decoder.push(bytes)) {
        begun = true
        answer.event()
        if ((done = data === '[DONE]')) break
        events.push(...take(data, event === 'error'))
        if (failure) break
      }
    } catch (error) {
      failure = error
    }
    for (const event of events) {
      yield event
      // Who aborts in the loop is given nothing more, though the block may hold it.
      answer.signal.throwIfAborted()
    }
  }
  if (first === '{') {
    if (!/"(choices|error)"/.test(head)) notAStream()
    yield* take(head)
  } else if (first && !begun) notAStream()
  if (failure) throw failure
  if (!fold.finished()) throw new ChatError('truncated', 'Cannot get the whole answer as its stream ended before the model had finished')
}

async function read(answer: Answer, fold: Fold): Promise<Uint8Array | undefined> {
  try {
    return await answer.read()
  } catch (error) {
    // Nothing is missing once the model has finished: what may still come counts its tokens.
    if (isChatError(error) && error.code === 'truncated' && fold.finished()) return undefined
    throw error
  }
}
