/**
 * The bytes of an answer in, its events out; what is no whole answer of a model becomes an error.
 * Runtimes: all. Imports: `../errors.ts`, `../schemas`, `../sse`, `../transport` (types).
 * @module
 */
import { ChatError, isChatError } from '../errors.ts'
import type { WireObject } from '../schemas/completion.ts'
import { failureFrom } from '../schemas/failure.ts'
import { parseObject } from '../schemas/parse.ts'
import { createDecoder } from '../sse/decode.ts'
import type { SseMessage } from '../sse/decode.ts'
import type { Answer } from '../transport/transport.ts'
import type { Fold } from './collect.ts'
import type { ChatEvent } from './events.ts'

/** What reading needs beside the answer. */
export interface ReadOptions {
  readonly maxMessageBytes: number
  readonly scopes: readonly string[]
  readonly redact: (text: string) => string
}

/**
 * Reads an answer, a block of bytes at a time and only when asked.
 *
 * What kind of body it is tells its first character, not its content type: gateways drop that, and sign-in pages come
 * with status 200. Each block is folded whole before its first event is given, so that a partial answer holds all that came.
 *
 * @throws `ChatError` `truncated`, `not-a-stream`, `malformed`, `too-large`, a timeout, or the service's own error.
 */
export async function* readAnswer(answer: Answer, fold: Fold, options: ReadOptions): AsyncGenerator<ChatEvent, void, void> {
  const decoder = createDecoder({ maxMessageBytes: options.maxMessageBytes })
  const utf8 = new TextDecoder()
  let whole = ''
  let kind: 'unknown' | 'sse' | 'json' | 'other' = 'unknown'
  let messages = 0
  for (;;) {
    const bytes = await read(answer, fold)
    if (!bytes) break
    if (kind !== 'sse') {
      whole += utf8.decode(bytes, { stream: true })
      const first = /[^\s\uFEFF]/.exec(whole)?.[0]
      if (kind === 'unknown' && first) kind = first === '{' ? 'json' : first === '<' ? 'other' : 'sse'
      if (whole.length > options.maxMessageBytes) throw tooLarge(options.maxMessageBytes)
      if (kind === 'other') break
    }
    if (kind === 'json') continue
    const events: ChatEvent[] = []
    const before = messages
    let failure: unknown
    let done = false
    try {
      for (const message of decoder.push(bytes)) {
        messages++
        if ((done = message.data === '[DONE]')) break
        events.push(...fold.take(parse(message, answer, options)))
      }
    } catch (error) {
      failure = error
    }
    if (messages > before) {
      answer.event()
      whole = ''
    }
    yield* events
    if (failure) throw failure
    if (done) break
  }
  if (kind === 'json') {
    const body = parseObject(whole)
    if (!body || (!body['error'] && !body['choices'])) throw notAStream(answer, whole)
    if (body['error']) throw serviceError(body, answer, options)
    yield* fold.take(body)
  } else if (messages === 0 && whole.trim()) throw notAStream(answer, whole)
  if (!fold.finished) throw new ChatError('truncated', 'Cannot get the whole answer as its stream ended before the model had finished: what came is in partial')
}

async function read(answer: Answer, fold: Fold): Promise<Uint8Array | undefined> {
  try {
    return await answer.read()
  } catch (error) {
    // Nothing is missing once the model has finished: what may still come counts its tokens.
    if (isChatError(error) && error.code === 'truncated' && fold.finished) return undefined
    throw error
  }
}

function parse(message: SseMessage, answer: Answer, options: ReadOptions): WireObject {
  const body = parseObject(message.data)
  if (!body) {
    throw new ChatError('malformed', `Cannot read the answer as an event holds no JSON object: ${JSON.stringify(options.redact(message.data).slice(0, 100))}`, { path: 'data' })
  }
  // Truthiness, as some services send `error: null` with everything.
  if (message.event === 'error' || body['error']) throw serviceError(body, answer, options)
  return body
}

function serviceError(body: WireObject, { info }: Answer, options: ReadOptions): ChatError {
  const { url, requestId, attempts } = info
  return failureFrom(body, { ...options, status: 0, url, attempts, midStream: true, ...(requestId ? { requestId } : {}) })
}

function notAStream({ info }: Answer, body: string): ChatError {
  const { contentType } = info
  const snippet = body.trim().slice(0, 300)
  return new ChatError('not-a-stream', `Cannot read the answer as it is no model's (${contentType ?? 'no content type'}): is the endpoint a sign-in page or a proxy?`, { snippet, ...(contentType ? { contentType } : {}) })
}

function tooLarge(maxMessageBytes: number): ChatError {
  return new ChatError('too-large', `Cannot read an answer of more than ${maxMessageBytes} bytes`, { maxMessageBytes })
}
