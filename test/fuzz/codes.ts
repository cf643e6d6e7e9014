// What must be true of every error, whatever made it.
import { expect } from 'vitest'
import { ChatError, isChatError } from '../../src/errors.ts'
import type { AnyChatError, ChatErrorCode } from '../../src/errors.ts'

/** The union as values; the type holds it complete. */
const CODES: Readonly<Record<ChatErrorCode, true>> = {
  'invalid-request': true, unsupported: true, token: true, 'interaction-required': true, unauthorized: true, 'wrong-audience': true, 'missing-role': true,
  forbidden: true, 'route-not-found': true, 'deployment-not-found': true, 'bad-request': true, 'unsupported-parameter': true, 'use-responses': true,
  'context-length': true, 'content-filter': true, 'rate-limited': true, 'quota-exceeded': true, 'server-error': true, network: true, redirected: true,
  'connect-timeout': true, 'first-event-timeout': true, 'idle-timeout': true, 'total-timeout': true, aborted: true, truncated: true, 'not-a-stream': true,
  malformed: true, 'too-large': true, 'too-many-rounds': true, 'invalid-tool-call': true, refused: true, incomplete: true, 'schema-violation': true,
}

/** Proves that something is an error of the family, with a message that can be shown. */
export function proveError(error: unknown): AnyChatError {
  if (!isChatError(error)) throw error
  expect(error).toBeInstanceOf(ChatError)
  expect(CODES).toHaveProperty([error.code])
  expect(error.message).toMatch(/^Cannot ./)
  return error
}

/** Everything that an error says, what arrived of the answer aside: that is the model's word. */
export function everythingSaid(error: unknown): string {
  const said: string[] = []
  for (let at: unknown = error; at !== undefined && at !== null; at = (at as { cause?: unknown }).cause) {
    if (typeof at !== 'object') return `${said.join('\n')}\n${String(at)}`
    const { message, stack } = at as Partial<Error>
    said.push(String(message), String(stack), JSON.stringify(at, (name, value: unknown) => (name === 'partial' ? undefined : value)))
  }
  return said.join('\n')
}
