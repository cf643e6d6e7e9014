/**
 * The page's users sign in with Entra ID: MSAL keeps their session, the library asks it for tokens.
 * @module
 */
import { PublicClientApplication } from '@azure/msal-browser'
import { isChatError } from 'keyless-chat'
import { msalTokens, resolveInteraction, signIn } from 'keyless-chat/msal'
import type { Config } from './config.ts'
import type { Identity } from './identity.ts'

/** Microsoft's own, which MSAL trusts unasked. */
const KNOWN = /^login\.(microsoftonline\.(com|us)|partner\.microsoftonline\.cn|chinacloudapi\.cn)$/

/** Starts MSAL and takes the answer of a redirect, if the page comes back from one. */
export async function msalIdentity({ clientId, authority }: Config): Promise<Identity> {
  const { host } = new URL(authority)
  const app = new PublicClientApplication({
    auth: { clientId, authority, redirectUri: new URL('redirect.html', location.href).href.replace(/[?#].*/, ''), knownAuthorities: KNOWN.test(host) ? [] : [host], clientCapabilities: ['CP1'] },
    // Gone with the tab. `memoryStorage` would be safer still, but MSAL takes no redirect with it.
    cache: { cacheLocation: 'sessionStorage' },
  })
  await app.initialize()
  const returned = await app.handleRedirectPromise()
  if (returned) app.setActiveAccount(returned.account)
  return {
    token: msalTokens(app),
    ask: 'Sign in',
    account: () => app.getActiveAccount()?.username,
    async renew(error, scopes) {
      if (isChatError(error) && error.code === 'interaction-required') await resolveInteraction(app, error, { scopes })
      else await signIn(app, { scopes, prompt: 'select_account' })
    },
    async signOut() {
      await app.clearCache()
      app.setActiveAccount(null)
    },
  }
}
