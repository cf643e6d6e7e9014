/**
 * Settings in, who asks for tokens out; each mode is a few lines over one adapter of the library.
 * @module
 */
import type { TokenProvider } from 'keyless-chat'
import type { Config } from './config.ts'
import { tokensFor } from './session.ts'
import type { Session } from './session.ts'

/** Where the page's tokens come from, and the way to the user. */
export interface Identity {
  readonly token: TokenProvider
  /** What the button says that asks the user. */
  readonly ask: string
  /** Who is signed in; `undefined` where nobody is. Without it the mode knows no accounts. */
  readonly account?: () => string | undefined
  /** Asks the user after a failure, or where there was none, so call it from a click. Resolves once a new token may be asked for. */
  readonly renew: (error: unknown, scopes: readonly string[]) => Promise<void>
  readonly signOut?: () => Promise<void>
}

/** Makes the identity of a mode. `session` is who the demo's own server shall pretend that you are. */
export async function identify(config: Config, session: HTMLSelectElement): Promise<Identity> {
  // In a page of yours, this click opens your own sign-in.
  const renew = async () => void (session.value = 'user')
  if (config.mode === 'emulator') return { token: (request) => tokensFor(session.value as Session)(request), ask: 'Get a new token', renew }
  // Each adapter is loaded by those who use it.
  if (config.mode === 'broker') {
    const { brokerTokens } = await import('keyless-chat/broker')
    return { token: brokerTokens(new URL(config.tokenUrl, location.href), { headers: () => ({ 'x-demo-session': session.value }) }), ask: 'Get a new token', renew }
  }
  return (await import('./msal.ts')).msalIdentity(config)
}
