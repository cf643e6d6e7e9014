// A relay that is asked for its models alone, so that nothing but its `authorize` decides.
import { expect } from 'vitest'
import { createRelay } from '../../../src/edge/index.ts'
import type { Authorize } from '../../../src/edge/index.ts'

export type Gate = (authorization?: string) => Promise<Response>

export function gateOf(authorize: Authorize): Gate {
  const relay = createRelay({
    upstreams: [{ endpoint: 'https://c.services.ai.azure.com', credential: () => Promise.reject(new Error('nobody asks an upstream')) }],
    deployments: { chat: {} },
    authorize,
    cors: { origins: ['https://app.example'] },
  })
  return async (authorization) => relay(new Request('https://relay.example/openai/v1/models', { headers: authorization === undefined ? {} : { authorization } }))
}

const TYPES: Readonly<Record<number, string>> = { 401: 'authentication_error', 403: 'permission_error', 503: 'server_error' }

/** Checks status, envelope and challenge, and that nothing of the token came back. */
export async function expectRefused(response: Response, status: number, code: string, message: string | RegExp, token = ''): Promise<void> {
  const text = await response.text()
  expect({ status: response.status, ...(JSON.parse(text) as object) }).toEqual({ status, error: { type: TYPES[status], code, param: null, message: expect.stringMatching(message) } })
  const challenge = response.headers.get('www-authenticate')
  if (status === 401) expect(challenge).toMatch(/^Bearer error="invalid_token", error_description="[^"]+"$/)
  else expect(challenge).toBeNull()
  const said = text + JSON.stringify([...response.headers])
  for (const part of token.split('.').filter((one) => one.length > 16)) expect(said).not.toContain(part.slice(0, 16))
}

/** What nobody has signed, or somebody else: header and claims as they are, and a signature as given. */
export function forge(header: object, claims: object, signature = ''): string {
  const encode = (value: object) => btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return `${encode(header)}.${encode(claims)}.${signature}`
}
