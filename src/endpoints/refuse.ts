/**
 * What was asked for and why it cannot be in, an error out, before anything is sent.
 * Runtimes: all. Imports: `../errors.ts`.
 * @module
 */
import { ChatError } from '../errors.ts'

/** Refuses options and requests. @throws `ChatError` `invalid-request` */
export function refuse(what: string, why: string, cause?: unknown): never {
  throw new ChatError('invalid-request', `Cannot ${what} as ${why}`, {}, cause ? { cause } : {})
}
