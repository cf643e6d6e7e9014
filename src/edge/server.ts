/**
 * What is made in, nothing out; an error in a page.
 * Runtimes: all. Imports: `../errors.ts`.
 * @module
 */
import { ChatError } from '../errors.ts'

/**
 * Refuses to hold a server's credential where there is a document, that is in a page, whose every visitor could read it.
 *
 * @throws `ChatError` `invalid-request`
 */
export function serverOnly(what: string): void {
  if ('document' in globalThis) throw new ChatError('invalid-request', `Cannot make ${what} in a page, where everybody can read it: use keyless-chat/msal or keyless-chat/broker there`)
}
