/**
 * eventsource-parser, as its README uses it: a parser that is fed, and the rest by hand.
 * Imports: eventsource-parser.
 * @module
 */
import { createParser } from 'eventsource-parser'
import { post } from '../wire.mjs'

export function open({ fetch = globalThis.fetch, endpoint }) {
  return async function ask(onText, { signal } = {}) {
    const response = await post({ fetch, endpoint, signal })
    let left = false
    const parser = createParser({
      onEvent({ data }) {
        if (left || data === '[DONE]') return
        const text = JSON.parse(data).choices[0]?.delta.content
        if (text && onText(text) === false) left = true
      },
    })
    const utf8 = new TextDecoder()
    for await (const chunk of response.body) {
      parser.feed(utf8.decode(chunk, { stream: true }))
      if (left) break
    }
  }
}
