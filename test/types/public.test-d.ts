// What the types promise, checked by the compiler alone: `npm run typecheck` reads this file, nothing runs it.
import { chat, connect, isChatError, streamChat } from '../../src/index.ts'
import type { AnyChatError, ChatErrorCode, ChatEvent, ChatRequest, ConnectOptions, TokenProvider } from '../../src/index.ts'

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_ extends true>(): void => {}

// Errors: the code narrows the facts, and the union is closed.
export function facts(error: unknown): string {
  if (!isChatError(error)) throw error
  holds<Equals<typeof error, AnyChatError>>()
  holds<Equals<(typeof error)['code'], ChatErrorCode>>()
  switch (error.code) {
    case 'rate-limited':
      holds<Equals<typeof error.retryAfterMs, number | undefined>>()
      return String(error.status)
    case 'wrong-audience':
      holds<Equals<typeof error.expectedScope, string>>()
      return error.scope
    case 'content-filter':
      return error.contentFilter.source
    case 'idle-timeout':
    case 'total-timeout':
      return String(error.limitMs)
    case 'truncated':
      // @ts-expect-error -- a cut answer has no status
      return String(error.status)
    case 'network':
      return error.possibleCauses.join()
    // @ts-expect-error -- there is no such code
    case 'timeout':
      return ''
    default:
      return error.message
  }
}

// Events: the type narrows, every one has its choice and its wire object, and the list is complete.
export function words(event: ChatEvent): string {
  holds<Equals<typeof event.choice, number>>()
  holds<Equals<typeof event.raw, Readonly<Record<string, unknown>>>>()
  switch (event.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return event.text
    case 'tool-call':
      return `${event.id} ${event.name} ${event.arguments}`
    case 'tool-call-delta':
      holds<Equals<typeof event.id, string | undefined>>()
      return event.arguments
    case 'filter':
      return event.source
    case 'citation':
      return event.citation.title ?? ''
    case 'usage':
      return String(event.usage.total_tokens)
    case 'finish':
      return event.reason
    case 'built-in-tool':
      return String(event.raw['type'])
  }
}

// Connections: a provider is all that is taken, in every form that it has.
const endpoint = 'https://contoso.openai.azure.com'
export const providers: readonly TokenProvider[] = [() => 'token', async () => 'token', () => ({ token: 'token', expiresOn: new Date() }), async () => ({ token: 'token', expiresOn: null })]
// @ts-expect-error -- a token alone is not taken, as it expires
export const fixed: ConnectOptions = { endpoint, token: 'token' }
// @ts-expect-error -- nor is a key
export const keyed: ConnectOptions = { endpoint, token: () => 'token', apiKey: 'key' }
// @ts-expect-error -- milliseconds are in the name
export const unitless: ConnectOptions = { endpoint, token: () => 'token', timeouts: { idle: 1 } }

// Requests: known parameters are typed, others pass.
export const request: ChatRequest = { model: 'gpt', messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }, { type: 'image_url', image_url: { url: 'data:' } }] }], data_sources: [{ type: 'azure_search', parameters: { endpoint: 'https://contoso.search.windows.net', index_name: 'faq' } }], reasoning_effort: 'low' }
// @ts-expect-error -- a number
export const wrong: ChatRequest = { messages: [], temperature: '1' }
// @ts-expect-error -- no such role
export const role: ChatRequest = { messages: [{ role: 'robot', content: '' }] }

export async function conversation(): Promise<ChatRequest> {
  const foundry = connect({ endpoint, token: () => 'token' })
  const { message } = await chat(foundry, request)
  // A result's message goes back as it is.
  const next: ChatRequest = { ...request, messages: [...request.messages, message] }
  const stream = streamChat(foundry, next)
  for await (const text of stream.text) holds<Equals<typeof text, string>>()
  return next
}
