/**
 * A call in, one JSON object out; what is no whole answer of a model's service becomes an error.
 * Runtimes: all. Imports: `../errors.ts`, `../schemas`, `../sse/parse.ts`, `../chat/request.ts`, `../transport` (types).
 * @module
 */
import { checkHeaders } from '../chat/request.ts'
import type { CallOptions, Connection } from '../chat/request.ts'
import { ChatError, isChatError } from '../errors.ts'
import type { WireObject } from '../schemas/completion.ts'
import { failureFrom } from '../schemas/failure.ts'
import { parseObject } from '../schemas/parse.ts'
import { checkSize } from '../sse/parse.ts'
import type { AnswerInfo } from '../transport/transport.ts'

/**
 * Asks for an object and reads it whole.
 *
 * @param body - Without one, it is asked for by GET.
 * @param expected - The member without which an object is nobody's answer.
 * @param take - Proves and reads the answer.
 * @throws `ChatError` `truncated`, `not-a-stream`, `too-large`, what `take` throws, or the service's own error; the signal's own reason after an abort.
 */
export async function ask<T>({ send, headers, tokens, maxMessageBytes }: Connection, url: string, body: object | undefined, expected: string, options: CallOptions, take: (answer: WireObject, info: AnswerInfo) => T): Promise<T> {
  const controller = new AbortController()
  const { read, info, signal } = await send({ url, headers: { ...headers, ...checkHeaders(options.headers) }, ...(body && { body }), streamed: false, signal: options.signal, controller })
  const { requestId, attempts, contentType } = info
  const utf8 = new TextDecoder()
  let text = ''
  try {
    let held = 0
    for (let part; (part = (await read()).value); ) {
      checkSize((held += part.length), maxMessageBytes)
      text += utf8.decode(part, { stream: true })
    }
    const answer = parseObject(text)
    // Truthiness, as some services send `error: null` with everything.
    if (answer?.['error']) throw failureFrom(answer, tokens, { url: info.url, status: 0 })
    if (answer?.[expected]) return take(answer, info)
    // What begins as an object and is none has been cut; a page or another service's object has not.
    if (!answer && /^\s*(\{|$)/.test(text)) throw new Error(`${text.length} characters came`)
    throw new ChatError('not-a-stream', `Cannot get the answer as it is ${contentType} and no model's: check the endpoint`, { contentType, snippet: tokens.redact(text.trim()).slice(0, 300) })
  } catch (cause) {
    signal.throwIfAborted()
    throw Object.assign(isChatError(cause) ? cause : new ChatError('truncated', 'Cannot get the answer as it ended before it was whole', {}, { cause }), { requestId, attempts })
  } finally {
    controller.abort()
  }
}

/** Refuses a field that is not what it must be. @throws `ChatError` `malformed` */
export function malformed(path: string, must: string, found: unknown): never {
  throw new ChatError('malformed', `Cannot get the answer as ${path} must be ${must}: it is ${String(found)}`, { path })
}
