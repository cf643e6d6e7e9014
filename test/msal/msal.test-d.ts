// That apps of every major version of MSAL fit as they are: `npm run typecheck` reads this file, nothing runs it.
import * as msal5 from '@azure/msal-browser'
import * as msal3 from 'msal-browser-3'
import * as msal4 from 'msal-browser-4'
import { connect } from '../../src/index.ts'
import type { Connection } from '../../src/index.ts'
import { msalTokens, resolveInteraction, signIn } from '../../src/msal.ts'
import type { MsalAccount, MsalInteractiveApp } from '../../src/msal.ts'

const auth = { auth: { clientId: 'id', authority: 'https://login.microsoftonline.com/common' } }
const endpoint = 'https://contoso.services.ai.azure.com'

export const apps: readonly MsalInteractiveApp[] = [new msal3.PublicClientApplication(auth), new msal4.PublicClientApplication(auth), new msal5.PublicClientApplication(auth)]
export const nestable: readonly Promise<MsalInteractiveApp>[] = [
  msal3.PublicClientNext.createPublicClientApplication(auth),
  msal4.createNestablePublicClientApplication(auth),
  msal4.createStandardPublicClientApplication(auth),
  msal5.createNestablePublicClientApplication(auth),
  msal5.createStandardPublicClientApplication(auth),
]
export const interfaces = (three: msal3.IPublicClientApplication, four: msal4.IPublicClientApplication, five: msal5.IPublicClientApplication): readonly MsalInteractiveApp[] => [three, four, five]
export const accounts = (three: msal3.AccountInfo, four: msal4.AccountInfo, five: msal5.AccountInfo): readonly MsalAccount[] => [three, four, five]

export async function page(button: { onclick: (() => void) | null }): Promise<Connection> {
  const app = await msal5.createStandardPublicClientApplication(auth)
  const account = app.getAllAccounts()[0]
  const foundry = connect({ endpoint, token: msalTokens(app, { scopes: ['https://ai.azure.com/.default'], ...(account && { account }), redirectUri: '/redirect' }) })
  button.onclick = () => void signIn(app, { scopes: foundry.endpoint.scopes, method: 'popup', prompt: 'select_account', loginHint: 'a@contoso.com' })
  const signedIn = await resolveInteraction(app, new Error(), { method: 'redirect' })
  // @ts-expect-error -- undefined where the page leaves
  void signedIn.username
  // @ts-expect-error -- without scopes the user would be asked twice
  void signIn(app, {})
  // @ts-expect-error -- no such way
  void signIn(app, { scopes: [], method: 'iframe' })
  return foundry
}

// @ts-expect-error -- an app that cannot get tokens
msalTokens({ getActiveAccount: () => null, getAllAccounts: () => [] })
