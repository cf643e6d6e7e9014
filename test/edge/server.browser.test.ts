// A page must hold no server's credential, whatever it was given.
import { expect, test } from 'vitest'
import { apiKey, clientCredentials, createBroker, onBehalfOf } from '../../src/edge/index.ts'
import type { EntraClient } from '../../src/edge/index.ts'

const client: EntraClient = { tenant: 'contoso.example', clientId: 'c', secret: 'a-secret-of-the-application', fetch: () => expect.unreachable() }

test.each([
  ['clientCredentials', 'a client credential', () => clientCredentials(client)],
  ['onBehalfOf', 'an on-behalf-of credential', () => onBehalfOf(client)],
  ['apiKey', 'an API key credential', () => apiKey('a-secret-of-the-application')],
  ['createBroker', 'a broker', () => createBroker({ authenticate: () => undefined, issue: { keys: [{ kty: 'oct', kid: 'k', alg: 'HS256', k: 'a'.repeat(43) }], audience: 'https://relay.example' }, origins: [location.origin] })],
])('%s() refuses to be made in a page, and says what to use there', (_, what, make) => {
  let error: unknown
  try {
    make()
  } catch (caught) {
    error = caught
  }
  expect(error).toMatchObject({ code: 'invalid-request', message: `Cannot make ${what} in a page, where everybody can read it: use keyless-chat/msal or keyless-chat/broker there` })
  expect(String(error) + JSON.stringify(error)).not.toContain('a-secret')
})
