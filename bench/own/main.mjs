/**
 * `keyless-chat`, as the README's first program has it: a loop over events.
 * Runtime: all. Imports: the built package.
 * @module
 */
import { connect, streamChat } from 'keyless-chat'
import { model, question, token } from '../wire.mjs'

export function open({ fetch, endpoint }) {
  const foundry = connect({ endpoint, kind: 'v1', token: () => ({ token, expiresOn: Date.now() + 3_600_000 }), ...(fetch ? { fetch } : {}) })
  return async function ask(onText, { signal } = {}) {
    const stream = streamChat(foundry, { model, messages: [{ role: 'user', content: question }] }, signal ? { signal } : {})
    for await (const event of stream) if (event.type === 'text' && onText(event.text) === false) break
  }
}
