/**
 * The pages that are weighed: one streamed call with a token callback each, as the package's own documents write it. What they get tokens by and write
 * to is the page's, and so no part of them.
 * Runtime: none: text for bundlers. Imports: nothing.
 * @module
 */
const chat = (specifier) => `
import { connect, streamChat } from '${specifier}'
const foundry = connect({ endpoint: 'https://contoso.services.ai.azure.com', token: () => getToken() })
const stream = streamChat(foundry, { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] })
for await (const event of stream) if (event.type === 'text') output.append(event.text)
`

const asked = `
const response = await fetch('https://contoso.services.ai.azure.com/openai/v1/chat/completions', {
  method: 'POST',
  headers: { authorization: 'Bearer ' + (await getToken()), 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'gpt-5-mini', stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
})
`

/** By subject. */
export const PAGES = {
  floor: `${asked}
const reader = response.body.getReader()
const utf8 = new TextDecoder()
let rest = ''
for (let part = await reader.read(); !part.done; part = await reader.read()) {
  const lines = utf8.decode(part.value, { stream: true }).split('\\n')
  lines[0] = rest + lines[0]
  rest = lines.pop()
  for (const line of lines) {
    if (!line.startsWith('data: ') || line === 'data: [DONE]') continue
    const text = JSON.parse(line.slice(6)).choices[0]?.delta.content
    if (text) output.append(text)
  }
}
`,
  core: chat('keyless-chat/core'),
  main: chat('keyless-chat'),
  'eventsource-parser': `
import { createParser } from 'eventsource-parser'
${asked}
const parser = createParser({
  onEvent({ data }) {
    if (data === '[DONE]') return
    const text = JSON.parse(data).choices[0]?.delta.content
    if (text) output.append(text)
  },
})
const utf8 = new TextDecoder()
for await (const chunk of response.body) parser.feed(utf8.decode(chunk, { stream: true }))
`,
  xsai: `
import { streamText } from '@xsai/stream-text'
const { textStream } = streamText({ baseURL: 'https://contoso.services.ai.azure.com/openai/v1/', apiKey: await getToken(), model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] })
for await (const text of textStream) output.append(text)
`,
  azure: `
import createClient from '@azure-rest/ai-inference'
import { createSseStream } from '@azure/core-sse'
const client = createClient('https://contoso.services.ai.azure.com/models', { getToken })
const { body } = await client.path('/chat/completions').post({ body: { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }], stream: true } }).asBrowserStream()
for await (const { data } of createSseStream(body)) {
  if (data === '[DONE]') continue
  for (const choice of JSON.parse(data).choices) output.append(choice.delta?.content ?? '')
}
`,
  openai: `
import OpenAI from 'openai'
const client = new OpenAI({ baseURL: 'https://contoso.services.ai.azure.com/openai/v1/', apiKey: () => getToken(), dangerouslyAllowBrowser: true })
const stream = await client.chat.completions.create({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }], stream: true })
for await (const chunk of stream) output.append(chunk.choices[0]?.delta?.content ?? '')
`,
  ai: `
import { createAzure } from '@ai-sdk/azure'
import { streamText } from 'ai'
const azure = createAzure({ resourceName: 'contoso', tokenProvider: () => getToken() })
const { textStream } = streamText({ model: azure.chat('gpt-5-mini'), prompt: 'Hello' })
for await (const text of textStream) output.append(text)
`,
  langchain: `
import { AzureChatOpenAI } from '@langchain/openai'
const chat = new AzureChatOpenAI({ azureOpenAIEndpoint: 'https://contoso.openai.azure.com', azureOpenAIApiDeploymentName: 'gpt-5-mini', azureOpenAIApiVersion: '2024-10-21', azureADTokenProvider: () => getToken() })
for await (const { text } of await chat.stream('Hello')) output.append(text)
`,
}
