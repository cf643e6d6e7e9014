/**
 * The floor: the least that gets words out of an answer, written by hand. It counts, checks, limits and repeats nothing.
 * Runtime: all. Imports: nothing of the package.
 * @module
 */
import { post } from '../wire.mjs'

export function open({ fetch = globalThis.fetch, endpoint }) {
  return async function ask(onText, { signal } = {}) {
    const response = await post({ fetch, endpoint, signal })
    const reader = response.body.getReader()
    const utf8 = new TextDecoder()
    let rest = ''
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = utf8.decode(part.value, { stream: true }).split('\n')
      // Linear where a line comes in many pieces: to append copies nothing.
      lines[0] = rest + lines[0]
      rest = lines.pop()
      for (const line of lines) {
        if (!line.startsWith('data: ') || line === 'data: [DONE]') continue
        const text = JSON.parse(line.slice(6)).choices[0]?.delta.content
        if (text && onText(text) === false) return reader.cancel()
      }
    }
  }
}
