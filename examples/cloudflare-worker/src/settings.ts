/**
 * Variables and secrets in, what the relay needs of them out.
 * @module
 */
import { clientCredentials } from 'keyless-chat/edge'
import type { RelayKey, RelayOptions } from 'keyless-chat/edge'
import { FAULTS, createEmulator } from 'keyless-chat/emulator'

/** Names of variables and secrets; all of them are texts, and may be missing. */
export type Variables = Readonly<Partial<Record<'UPSTREAM' | 'DEPLOYMENT' | 'ORIGIN' | 'TENANT_ID' | 'CLIENT_ID' | 'CLIENT_SECRET' | 'RELAY_KEYS', string>>>

/** What relay and broker are made of. */
export interface Settings extends Pick<RelayOptions, 'upstreams' | 'deployments' | 'fetch'> {
  /** The page's own address, and the only one that is served. */
  readonly origin: string
  /** What the tokens for the relay are signed with. */
  readonly keys: readonly RelayKey[]
}

/** Good for this process alone, which is all that the emulator needs. */
let ownKey: RelayKey | undefined

/** Reads the settings; without UPSTREAM they are the emulator's. @throws `Error` naming what is missing */
export function readSettings(variables: Variables, origin: string): Settings {
  const { UPSTREAM, DEPLOYMENT = 'gpt-5-mini', ORIGIN, TENANT_ID, CLIENT_ID, CLIENT_SECRET, RELAY_KEYS } = variables
  if (!UPSTREAM) return emulated(DEPLOYMENT, origin)
  if (!ORIGIN || !TENANT_ID || !CLIENT_ID || !CLIENT_SECRET || !RELAY_KEYS) {
    const missing = Object.entries({ ORIGIN, TENANT_ID, CLIENT_ID, CLIENT_SECRET, RELAY_KEYS }).filter(([, value]) => !value)
    throw new Error(`Cannot relay to ${UPSTREAM} without ${missing.map(([name]) => name).join(', ')}`)
  }
  return {
    upstreams: [{ endpoint: UPSTREAM, credential: clientCredentials({ tenant: TENANT_ID, clientId: CLIENT_ID, secret: CLIENT_SECRET }) }],
    deployments: { [DEPLOYMENT]: { maxOutputTokens: 4000 } },
    origin: ORIGIN,
    keys: JSON.parse(RELAY_KEYS) as readonly RelayKey[],
  }
}

function emulated(deployment: string, origin: string): Settings {
  const emulator = createEmulator({ chunkDelayMs: 30 })
  ownKey ??= { kid: 'own', kty: 'oct', alg: 'HS256', k: btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32)))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') }
  // Its deployments fail on demand: `gpt-5-mini~cut`.
  const names = [deployment, ...Object.keys(FAULTS).map((fault) => `${deployment}~${fault}`)]
  return {
    upstreams: [{ endpoint: 'https://emulated.services.ai.azure.com', credential: () => emulator.token() }],
    deployments: Object.fromEntries(names.map((name) => [name, {}])),
    fetch: emulator.fetch,
    origin,
    keys: [ownKey],
  }
}
