/**
 * Users who sign in with Entra ID: MSAL keeps their session, the library asks it for tokens.
 * @module
 */
import { PublicClientApplication } from '@azure/msal-browser'
import { connect, isChatError } from 'keyless-chat'
import { msalTokens, resolveInteraction, signIn } from 'keyless-chat/msal'
import type { Session } from './session.ts'

const { VITE_CLIENT_ID: clientId = '', VITE_AUTHORITY: authority } = import.meta.env

/** Starts MSAL, and takes the answer of a redirect if the page comes back from one. */
export async function msalSession(endpoint: string, deployment: string): Promise<Session> {
  const app = new PublicClientApplication({
    auth: { clientId, authority, redirectUri: new URL('/redirect.html', location.href).href },
    // Gone with the tab.
    cache: { cacheLocation: 'sessionStorage' },
  })
  await app.initialize()
  const returned = await app.handleRedirectPromise()
  if (returned) app.setActiveAccount(returned.account)

  const connection = connect({ endpoint, token: msalTokens(app) })
  return {
    connection,
    deployment,
    async signIn(error) {
      if (isChatError(error) && error.code === 'interaction-required') await resolveInteraction(app, error)
      else await signIn(app, { scopes: connection.endpoint.scopes, prompt: 'select_account' })
    },
  }
}
