// An app with the shape of MSAL's, which answers as it is told and writes down what it was asked.
import { vi } from 'vitest'
import type { Mock } from 'vitest'
import type { MsalAccount, MsalInteractiveApp, MsalRequest, MsalResult } from '../../src/msal.ts'

export const ada: MsalAccount = { homeAccountId: 'ada', username: 'ada@contoso.com' }
export const bob: MsalAccount = { homeAccountId: 'bob', username: 'bob@contoso.com' }

/** An error as MSAL throws them; version 5 has a link as its message. */
export function msalError(name: string, errorCode: string, claims?: string): Error {
  return Object.assign(new Error('See https://aka.ms/msal.js.errors'), { name, errorCode, claims: claims ?? '' })
}

type Asking<Result> = Mock<(request: MsalRequest) => Promise<Result>>

export interface FakeApp extends MsalInteractiveApp {
  readonly acquireTokenSilent: Asking<MsalResult>
  readonly loginPopup: Asking<MsalResult>
  readonly loginRedirect: Asking<void>
  readonly acquireTokenPopup: Asking<MsalResult>
  readonly acquireTokenRedirect: Asking<void>
  readonly setActiveAccount: Mock<(account: MsalAccount | null) => void>
}

export function fakeApp(accounts: MsalAccount[] = [ada], active: MsalAccount | null = null): FakeApp {
  const popup = async ({ account = ada }: MsalRequest) => {
    if (!accounts.includes(account)) accounts.push(account)
    return resultOf('popup-token', account)
  }
  return {
    getActiveAccount: () => active,
    getAllAccounts: () => accounts,
    setActiveAccount: vi.fn((account: MsalAccount | null) => void (active = account)),
    acquireTokenSilent: vi.fn(async ({ account = ada }: MsalRequest) => resultOf('silent-token', account)),
    loginPopup: vi.fn(popup),
    loginRedirect: vi.fn(async () => {}),
    acquireTokenPopup: vi.fn(popup),
    acquireTokenRedirect: vi.fn(async () => {}),
  }
}

export const resultOf = (accessToken: string, account: MsalAccount = ada): MsalResult => ({ accessToken, expiresOn: new Date(Date.now() + 3600_000), account })
