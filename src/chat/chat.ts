/**
 * A request in, one whole answer out.
 * Runtimes: all. Imports: `../errors.ts`, `../schemas` (types).
 * @module
 */
import { isChatError } from '../errors.ts'
import type { ChatRequest } from '../schemas/request.ts'
import type { AnswerInfo } from '../transport/transport.ts'
import { fold } from './collect.ts'
import type { ChatResult } from './events.ts'
import { answerReader } from './read.ts'
import { sendChat } from './request.ts'
import type { CallOptions, Connection } from './request.ts'

/** A whole answer and what is known of its response. */
export interface ChatAnswer extends ChatResult {
  readonly response: AnswerInfo
}

/**
 * Asks for an answer and waits for all of it, without streaming.
 *
 * @throws `ChatError`; the signal's own reason after an abort.
 * @example
 * ```ts
 * const { text, usage } = await chat(foundry, { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] })
 * ```
 */
export async function chat(connection: Connection, request: ChatRequest, options: CallOptions = {}): Promise<ChatAnswer> {
  const controller = new AbortController()
  const answer = await sendChat(connection, request, options, false, controller)
  const result = (connection.fold ?? fold)(request.n)
  try {
    const reader = answerReader(answer, result, connection)
    while (!reader.ended()) await reader.next(() => {})
    reader.end()
    return { ...result.copy(), response: answer.info }
  } catch (error) {
    throw isChatError(error) ? Object.assign(error, { partial: result.copy() }) : error
  } finally {
    controller.abort()
  }
}
