// What a user of the package writes, with the types of no platform but what the package itself needs.
import { chat, connect, streamChat } from 'keyless-chat'
import { connect as connectCore } from 'keyless-chat/core'
import { createEmulator } from 'keyless-chat/emulator'
import { isChatError } from 'keyless-chat/errors'
import { createDecoder, decode, encode } from 'keyless-chat/sse'

const emulator = createEmulator()
const foundry = connect({ endpoint: 'https://contoso.services.ai.azure.com', token: async ({ scopes }) => `token for ${scopes.join()}` })
const offline = connectCore({ endpoint: 'https://contoso.services.ai.azure.com', fetch: emulator.fetch, token: () => emulator.token() })

// @ts-expect-error: there is no option for a key
export const withKey = () => connect({ endpoint: 'https://contoso.services.ai.azure.com', token: () => 'token', apiKey: 'secret' })

export async function stream(out: (text: string) => void): Promise<number | undefined> {
  const answer = streamChat(foundry, { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] })
  for await (const event of answer) if (event.type === 'text') out(event.text)
  const { usage, finishReason } = await answer.result
  out(finishReason satisfies string | undefined ?? 'unfinished')
  return usage?.total_tokens
}

export async function ask(): Promise<string> {
  try {
    const { text } = await chat(offline, { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] })
    return text
  } catch (error) {
    if (!isChatError(error)) throw error
    switch (error.code) {
      case 'rate-limited':
        return `wait ${(error.retryAfterMs ?? 1000).toFixed()}`
      case 'interaction-required':
        return error.claims ?? 'sign in'
      default:
        return error.message
    }
  }
}

export async function events(body: ReadableStream<Uint8Array>): Promise<string[]> {
  const found = createDecoder()
    .push(new TextEncoder().encode(encode({ data: 'hello' })))
    .map(({ data }) => data)
  for await (const { data } of decode(body)) found.push(data)
  return found
}
