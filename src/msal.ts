/**
 * An MSAL app in, a token provider out; and what a page calls from a click when the user is needed.
 * Runtimes: browsers. Imports: `./errors.ts`, `./tokens` (types); nothing of MSAL, whose apps fit by their shape.
 * @module
 */
import { ChatError, isChatError } from './errors.ts'
import type { TokenProvider } from './tokens/provider.ts'

/** As much of MSAL's `AccountInfo` as is read here. */
export interface MsalAccount {
  readonly homeAccountId: string
  readonly username: string
}

/** What MSAL's methods take, of that which is passed here. */
export interface MsalRequest {
  scopes: string[]
  account?: MsalAccount | undefined
  claims?: string | undefined
  forceRefresh?: boolean
  redirectUri?: string
  authority?: string
  loginHint?: string
  domainHint?: string
  prompt?: string
}

/** As much of MSAL's `AuthenticationResult` as is read here. */
export interface MsalResult {
  readonly accessToken: string
  readonly expiresOn: Date | null
  readonly account: MsalAccount
}

/** As much of MSAL's errors, if it is one. */
interface MsalError {
  readonly name?: string
  readonly errorCode?: string
  readonly claims?: string
}

/** Any public client of MSAL for browsers, version 3 and later, nestable ones too; the page has awaited its `initialize()`. */
export interface MsalApp {
  getActiveAccount(): MsalAccount | null
  getAllAccounts(): MsalAccount[]
  acquireTokenSilent(request: MsalRequest): Promise<MsalResult>
}

/** The same, where the user can be asked. */
export interface MsalInteractiveApp extends MsalApp {
  setActiveAccount(account: MsalAccount | null): void
  loginPopup(request?: MsalRequest): Promise<MsalResult>
  loginRedirect(request?: MsalRequest): Promise<void>
  acquireTokenPopup(request: MsalRequest): Promise<MsalResult>
  acquireTokenRedirect(request: MsalRequest): Promise<void>
}

/** Whose tokens, and for what. */
export interface MsalTokenOptions {
  /** @defaultValue the app's active account, or its only one */
  readonly account?: MsalAccount
  /** @defaultValue those of the endpoint */
  readonly scopes?: readonly string[]
  /** Where the hidden frame of a renewal lands, such as the page of MSAL 5's redirect bridge. @defaultValue that of the app */
  readonly redirectUri?: string
  /** @defaultValue that of the app */
  readonly authority?: string
}

/** How the user is asked. */
export interface InteractionOptions extends MsalTokenOptions {
  /** `auto` is a popup, and a redirect where the browser blocks it. @defaultValue `'auto'` */
  readonly method?: 'auto' | 'popup' | 'redirect'
  readonly loginHint?: string
  readonly domainHint?: string
  /** Such as `select_account` or `consent`; see MSAL. */
  readonly prompt?: string
}

/** The interaction that an app has open; MSAL refuses a second one. */
const open: WeakMap<MsalApp, Promise<MsalAccount | undefined>> = /* @__PURE__ */ new WeakMap()
/** In `name` (InteractionRequiredAuthError) or `errorCode`, as MSAL 5 has only a link as its message. */
const FOR_USER = /interaction_?required|consent_required|login_required|no_tokens_found|refresh_token_expired|bad_token|ui_not_allowed|native_account|interrupted_user/i

/** What was asked for in vain, by the error that says so. */
const refused: WeakMap<object, MsalRequest> = /* @__PURE__ */ new WeakMap()

/**
 * Gets tokens from MSAL, silently; it never starts interaction.
 *
 * @returns A provider that throws `ChatError` `interaction-required` where nobody is signed in, where there are several accounts
 * and none is active, and where MSAL needs the user; whatever else MSAL throws.
 * @example
 * ```ts
 * const app = new PublicClientApplication({ auth: { clientId, authority } })
 * await app.initialize()
 * const foundry = connect({ endpoint: 'https://contoso.services.ai.azure.com', token: msalTokens(app) })
 * ```
 */
export function msalTokens(app: MsalApp, options: MsalTokenOptions = {}): TokenProvider {
  /** What is under way, so that two connections do not ask the same at once; two providers of one app are joined by MSAL itself. */
  const running: Record<string, Promise<MsalResult>> = {}
  return async function msalToken({ scopes, claims, forceRefresh, signal }) {
    signal.throwIfAborted()
    const { account = accountOf(app) } = options
    const request: MsalRequest = { ...options, account, scopes: [...(options.scopes ?? scopes)], claims, forceRefresh }
    const key = JSON.stringify(request)
    let cause: MsalError | undefined
    try {
      if (account) {
        const { accessToken: token, expiresOn } = await (running[key] ??= app.acquireTokenSilent(request).finally(() => delete running[key]))
        return { token, expiresOn }
      }
    } catch (error) {
      cause = error as MsalError
      if (!FOR_USER.test(`${cause?.name} ${cause?.errorCode}`)) throw error
    }
    const error = new ChatError('interaction-required', 'Cannot get a token without the user: sign in from a click', { claims: cause?.claims }, { cause })
    refused.set(error, request)
    throw error
  }
}

/**
 * Signs a user in and makes the account the active one. Call it from a click, with no `await` before it, as browsers block other popups.
 *
 * While one interaction of an app is open, a second call joins it, whatever it asks for.
 *
 * @returns The account; `undefined` where the page leaves for a redirect. After that, `handleRedirectPromise()` is the page's to call.
 * @throws Whatever MSAL throws, such as `user_cancelled`; `ChatError` `interaction-required` where another tab or part of the page has an interaction open.
 * @example
 * ```ts
 * button.onclick = () => signIn(app, { scopes: foundry.endpoint.scopes })
 * ```
 */
export async function signIn(app: MsalInteractiveApp, options: InteractionOptions & { readonly scopes: readonly string[] }): Promise<MsalAccount | undefined> {
  return interact(app, 'login', options)
}

/**
 * Asks the user for what a call failed with `interaction-required` for, its claims included. Call it from a click, as {@link signIn}.
 *
 * @param error - As caught; another than `interaction-required` is thrown again.
 * @param options - Account, scopes and authority are by default those of the failed call, if an {@link msalTokens} of this copy of the library asked.
 * @returns The account; `undefined` where the page leaves for a redirect.
 * @throws As {@link signIn}.
 * @example
 * ```ts
 * button.onclick = async () => {
 *   await resolveInteraction(app, error)
 *   await ask(question)
 * }
 * ```
 */
export async function resolveInteraction(app: MsalInteractiveApp, error: unknown, options: InteractionOptions = {}): Promise<MsalAccount | undefined> {
  if (!isChatError(error) || error.code !== 'interaction-required') throw error
  const { account = accountOf(app), scopes = [], authority } = { ...refused.get(error), ...options }
  return interact(app, account ? 'acquireToken' : 'login', { ...options, scopes, ...(account && { account }), ...(authority && { authority }) }, error.claims)
}

/** The account that needs no choice. */
function accountOf(app: MsalApp): MsalAccount | undefined {
  const [only, another] = app.getAllAccounts()
  return app.getActiveAccount() ?? (another ? undefined : only)
}

function codeOf(cause: unknown): string {
  return String((cause as MsalError | undefined)?.errorCode)
}

function interact(app: MsalInteractiveApp, action: 'login' | 'acquireToken', options: InteractionOptions, claims?: string): Promise<MsalAccount | undefined> {
  const { method = 'auto', scopes = [], ...rest } = options
  const request: MsalRequest = { ...rest, scopes: [...scopes], ...(claims && { claims }) }

  async function ask(): Promise<MsalAccount | undefined> {
    if (method !== 'redirect') {
      try {
        const { account } = await app[`${action}Popup`](request)
        app.setActiveAccount(account)
        return account
      } catch (cause) {
        if (method === 'popup' || !/^(popup|empty)_window_error$/.test(codeOf(cause))) throw cause
      }
    }
    await app[`${action}Redirect`](request)
    return undefined
  }

  const interaction =
    open.get(app) ??
    ask()
      .catch((cause: unknown) => {
        throw codeOf(cause) === 'interaction_in_progress' ? new ChatError('interaction-required', 'Cannot ask the user while another sign-in is open: finish or close it', {}, { cause }) : cause
      })
      .finally(() => open.delete(app))
  open.set(app, interaction)
  return interaction
}
