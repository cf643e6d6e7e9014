/**
 * What `npm start` serves, without a server: an emulated Azure AI Foundry, and the endpoint that mints its tokens.
 * Runtime: browsers. Imports: `keyless-chat/emulator`, `../mint.mjs`, `../replies.mjs`.
 * @module
 */
import { DEPLOYMENTS, FAULTS, createEmulator } from 'keyless-chat/emulator'
import { mint } from '../mint.mjs'
import { calls, reply } from '../replies.mjs'

/** Nobody's: no name below `localhost` leaves the machine. https://www.rfc-editor.org/rfc/rfc6761#section-6.3 */
const EMULATOR = 'https://emulator.localhost'
const TOKENS = '/token'
/** The pause between two words. */
const CHUNK_DELAY_MS = 30

/** Creates the server: its settings for the page, and what answers the page's calls. */
export function createServer() {
  const emulator = createEmulator({
    deployments: Object.fromEntries(Object.entries(DEPLOYMENTS).map(([name, deployment]) => [name, { ...deployment, reply, calls }])),
    chunkDelayMs: CHUNK_DELAY_MS,
  })
  return {
    config: {
      mode: 'emulator',
      inPage: true,
      endpoint: EMULATOR,
      deployments: Object.keys(DEPLOYMENTS),
      faults: FAULTS,
      dataSources: [{ type: 'azure_search', parameters: { endpoint: 'https://contoso.search.windows.net', index_name: 'handbook', authentication: { type: 'system_assigned_managed_identity' } } }],
      tokenUrl: TOKENS,
    },
    answers: (origin, pathname) => origin === EMULATOR || (origin === location.origin && pathname === TOKENS),
    async fetch(input, init) {
      const request = new Request(input, init)
      return new URL(request.url).origin === EMULATOR ? emulator.fetch(input, init) : mint(emulator, request)
    },
  }
}
