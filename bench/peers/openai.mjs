/**
 * openai, as its README streams, and with Azure's v1 route, which takes a token where OpenAI takes a key.
 * Imports: openai.
 * @module
 */
import OpenAI from 'openai'
import { model, question, token } from '../wire.mjs'

export function open({ fetch, endpoint }) {
  const client = new OpenAI({ baseURL: `${endpoint}/openai/v1/`, apiKey: async () => token, fetch })
  return async function ask(onText, { signal } = {}) {
    const stream = await client.chat.completions.create({ model, messages: [{ role: 'user', content: question }], stream: true }, { signal })
    for await (const chunk of stream) {
      const text = chunk.choices[0]?.delta?.content
      if (text && onText(text) === false) break
    }
  }
}
