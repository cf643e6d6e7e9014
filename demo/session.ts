/**
 * The page's token callback: asks the page's own server, which stands for your backend or for Entra ID.
 * @module
 */
import type { AccessToken, TokenProvider } from 'keyless-chat'

/** Who is signed in; the demo plays all of them. */
export type Session = 'user' | 'without-role' | 'other-service' | 'ended'

/** Makes a token callback for a session. The token stays in memory; the library caches it. */
export function tokensFor(session: Session): TokenProvider {
  return async function token({ scopes, signal }): Promise<AccessToken> {
    const response = await fetch('/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ scope: scopes[0], session }),
      signal,
    })
    const answer = (await response.json()) as { readonly token: string; readonly expiresOn: string; readonly error?: string }
    // MSAL's errors carry the same field; `interaction_required` is the one that a click can answer.
    if (!response.ok) throw Object.assign(new Error('The page\'s server gives no token'), { errorCode: answer.error })
    return { token: answer.token, expiresOn: new Date(answer.expiresOn) }
  }
}
