/**
 * xsai, as its documents stream: `streamText()`, and a loop over `textStream`.
 * Imports: @xsai/stream-text.
 * @module
 */
import { streamText } from '@xsai/stream-text'
import { model, question, token } from '../wire.mjs'

export function open({ fetch, endpoint }) {
  return async function ask(onText, { signal } = {}) {
    const { textStream } = streamText({ baseURL: `${endpoint}/openai/v1/`, apiKey: token, model, messages: [{ role: 'user', content: question }], fetch, abortSignal: signal })
    for await (const text of textStream) if (onText(text) === false) break
  }
}
