/**
 * Whom the page talks to, and as who: your endpoint with each user's own tokens where `.env.local` names one, else the emulator.
 * @module
 */
import { connect } from 'keyless-chat'
import type { Connection } from 'keyless-chat'

/** A connection, and what the page must know of it. */
export interface Session {
  readonly connection: Connection
  readonly deployment: string
  /** Asks the user to sign in, for what a call has failed with. To be called from a click, as browsers block other popups. */
  readonly signIn: (error: unknown) => Promise<void>
}

/** Opens the session; signs nobody in. */
export async function openSession(): Promise<Session> {
  const deployment = import.meta.env.VITE_DEPLOYMENT ?? 'gpt-5-mini'
  // Vite knows the answer when it builds, and leaves the other way out of the page.
  if (import.meta.env.VITE_ENDPOINT) {
    const { msalSession } = await import('./msal.ts')
    return msalSession(import.meta.env.VITE_ENDPOINT, deployment)
  }
  const { createEmulator } = await import('keyless-chat/emulator')
  const emulator = createEmulator({ chunkDelayMs: 30 })
  return {
    connection: connect({ endpoint: 'https://emulated.services.ai.azure.com', token: () => emulator.token(), fetch: emulator.fetch }),
    deployment,
    async signIn() {},
  }
}
