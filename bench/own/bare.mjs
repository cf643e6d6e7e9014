/**
 * Bare fetch: the request, and the answer's bytes as they come. They are not looked at.
 * Runtime: all. Imports: nothing of the package.
 * @module
 */
import { post } from '../wire.mjs'

export function open({ fetch = globalThis.fetch, endpoint }) {
  return async function ask(onText, { signal } = {}) {
    const response = await post({ fetch, endpoint, signal })
    const reader = response.body.getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) if (onText('') === false) return reader.cancel()
  }
}
