/**
 * ai with Azure's provider, as its documents stream: `streamText()`, and a loop over `textStream`. By `chat()`, as all others here.
 * Imports: ai, @ai-sdk/azure.
 * @module
 */
import { createAzure } from '@ai-sdk/azure'
import { streamText } from 'ai'
import { model, question, token } from '../wire.mjs'

export function open({ fetch, endpoint }) {
  const azure = createAzure({ baseURL: `${endpoint}/openai/v1`, tokenProvider: async () => token, fetch })
  return async function ask(onText, { signal } = {}) {
    const { textStream } = streamText({ model: azure.chat(model), prompt: question, abortSignal: signal })
    for await (const text of textStream) if (onText(text) === false) break
  }
}
