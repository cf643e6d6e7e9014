// What a page does through the relay: with this library, and with the openai package.
import OpenAI from 'openai'
import { chat, connect, isChatError, streamChat } from 'keyless-chat'
import { brokerTokens } from 'keyless-chat/broker'

export interface PageReport {
  readonly text: string
  readonly chunks: number
  readonly usage: number | undefined
  readonly failure: string
  readonly rateLimit: number | undefined
}

const messages = [{ role: 'user' as const, content: 'Hello' }]

/** This library, with the broker's tokens. */
async function library(relay: string): Promise<PageReport> {
  const foundry = connect({ endpoint: relay, kind: 'relay', token: brokerTokens(`${relay}/token`, { credentials: 'include' }), retries: 0 })
  const stream = streamChat(foundry, { model: 'chat', messages })
  let chunks = 0
  for await (const event of stream) if (event.type === 'text') chunks++
  const { text, usage } = await stream.result
  const failure = await chat(foundry, { model: 'nowhere', messages }).then(
    () => 'none',
    (error: unknown) => (isChatError(error) ? `${error.code} ${'status' in error ? error.status : ''} ${error.requestId ? 'with an id' : ''}` : String(error)),
  )
  return { text, chunks, usage: usage?.total_tokens, failure, rateLimit: (await stream.response).rateLimit.remainingTokens }
}

/** The openai package, with the same token. */
async function openai(relay: string): Promise<PageReport> {
  const { token } = (await (await fetch(`${relay}/token`, { method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' }, body: '{}' })).json()) as { token: string }
  // The flag asks whether a key may be in a page. This is a token that is good for minutes, for this page alone.
  const client = new OpenAI({ baseURL: `${relay}/openai/v1`, apiKey: token, dangerouslyAllowBrowser: true, maxRetries: 0 })
  const { data: stream, response } = await client.chat.completions.create({ model: 'chat', messages, stream: true, stream_options: { include_usage: true } }).withResponse()
  let text = ''
  let chunks = 0
  let usage: number | undefined
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? ''
    chunks++
    usage = chunk.usage?.total_tokens ?? usage
  }
  const failure = await client.chat.completions.create({ model: 'nowhere', messages }).then(
    () => 'none',
    (error: unknown) => (error instanceof OpenAI.APIError ? `${error.code} ${error.status} ${error.requestID ? 'with an id' : ''}` : String(error)),
  )
  return { text, chunks, usage, failure, rateLimit: Number(response.headers.get('x-ratelimit-remaining-tokens')) }
}

/** Reads an endless answer until told to stop. */
async function leave(relay: string, how: 'abort' | 'break'): Promise<number> {
  const foundry = connect({ endpoint: relay, kind: 'relay', token: brokerTokens(`${relay}/token`, { credentials: 'include' }) })
  const left = new AbortController()
  let seen = 0
  try {
    for await (const event of streamChat(foundry, { model: 'endless', messages }, { signal: left.signal })) {
      if (event.type === 'text' && ++seen === 10) {
        if (how === 'break') break
        left.abort()
      }
    }
  } catch (error) {
    if (error !== left.signal.reason) throw error
  }
  return seen
}

Object.assign(globalThis, { library, openai, leave })
