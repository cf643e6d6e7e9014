/**
 * The bar below the title: which endpoint, who is signed in, and which limits the address asks for.
 * @module
 */
import type { Connection } from 'keyless-chat'
import { byId } from './dom.ts'
import type { Identity } from './identity.ts'
import { limitsFrom, limitsInWords } from './settings.ts'

/** Shows a connection and whose it is. */
export function showConnection({ endpoint }: Connection, { account }: Identity): void {
  byId('kind', HTMLElement).textContent = endpoint.kind
  byId('base', HTMLElement).textContent = endpoint.base
  const username = account?.()
  byId('pretended', HTMLElement).hidden = account !== undefined
  byId('account', HTMLElement).hidden = account === undefined
  byId('username', HTMLElement).textContent = username ?? 'Signed out'
  byId('sign', HTMLButtonElement).textContent = username === undefined ? 'Sign in' : 'Sign out'
  const limits = byId('limits', HTMLElement)
  limits.textContent = limitsInWords(limitsFrom(location.hash))
  limits.hidden = limits.textContent === ''
}
