/**
 * `keyless-chat/core`, and the words alone: a loop over `stream.text`.
 * Runtime: all. Imports: the built package.
 * @module
 */
import { connect, streamChat } from 'keyless-chat/core'
import { model, question, token } from '../wire.mjs'

export function open({ fetch, endpoint }) {
  const foundry = connect({ endpoint, kind: 'v1', token: () => ({ token, expiresOn: Date.now() + 3_600_000 }), ...(fetch ? { fetch } : {}) })
  return async function ask(onText, { signal } = {}) {
    const stream = streamChat(foundry, { model, messages: [{ role: 'user', content: question }] }, signal ? { signal } : {})
    for await (const text of stream.text) if (onText(text) === false) break
  }
}
