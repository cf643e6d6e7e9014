/**
 * Whom the page talks to: your endpoint, with tokens of your backend's, where `.env.local` names them, else the emulator.
 * @module
 */
import { connect } from 'keyless-chat'
import type { Connection } from 'keyless-chat'
import { brokerTokens } from 'keyless-chat/broker'

/** Connects; nothing is sent before the first question. */
export async function openConnection(): Promise<Connection> {
  // Vite knows the answer when it builds, and leaves the other way out of the page.
  if (import.meta.env.VITE_ENDPOINT) {
    return connect({ endpoint: import.meta.env.VITE_ENDPOINT, token: brokerTokens(import.meta.env.VITE_TOKEN_URL ?? '/token') })
  }
  const { createEmulator } = await import('keyless-chat/emulator')
  const emulator = createEmulator({ chunkDelayMs: 30 })
  return connect({ endpoint: 'https://emulated.services.ai.azure.com', token: () => emulator.token(), fetch: emulator.fetch })
}
