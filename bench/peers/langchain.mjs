/**
 * LangChain, as its documents stream: a loop over what `stream()` of its Azure model gives.
 * Imports: @langchain/openai.
 * @module
 */
import { AzureChatOpenAI } from '@langchain/openai'
import { model, question, token } from '../wire.mjs'

export function open({ fetch, endpoint }) {
  const chat = new AzureChatOpenAI({ azureOpenAIEndpoint: endpoint, azureOpenAIApiDeploymentName: model, azureOpenAIApiVersion: '2024-10-21', azureADTokenProvider: async () => token, model, configuration: { fetch } })
  return async function ask(onText, { signal } = {}) {
    for await (const { text } of await chat.stream(question, { signal })) if (text && onText(text) === false) break
  }
}
