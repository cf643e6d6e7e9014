// A relay over an emulated resource, with everything counted that a test asks about.
import { createRelay, mintRelayToken, relayTokens } from '../../src/edge/index.ts'
import type { Relay, RelayFinishInfo, RelayGrant, RelayKey, RelayOptions } from '../../src/edge/index.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import type { Emulator, EmulatorOptions } from '../../src/emulator/index.ts'
import type { ChatRequest } from '../../src/index.ts'

export const RELAY = 'https://relay.example'
export const PAGE = 'https://app.example'
export const RESOURCE = 'https://c.services.ai.azure.com'
export const KEY: RelayKey = { kty: 'oct', kid: '2026-11', alg: 'HS256', k: 'a2V5bGVzcy1jaGF0LXRlc3Qta2V5LW9mLTMyLWJ5dGVzISE' }
const KEYS = { keys: [KEY], audience: RELAY }
export const ASK: { readonly model: string; readonly messages: ChatRequest['messages'] } = { model: 'chat', messages: [{ role: 'user', content: 'Hello' }] }

export interface Rig {
  readonly relay: Relay
  readonly emulator: Emulator
  /** What `onFinish` was told. */
  readonly finished: RelayFinishInfo[]
  /** Every request that went to an upstream. */
  readonly sent: { readonly url: string; readonly headers: Headers; readonly body: Record<string, unknown> }[]
  /** A token of the relay's. */
  readonly token: (grant?: Partial<RelayGrant>) => Promise<string>
  /** Posts a chat with a good token, unless told otherwise. */
  readonly post: (body?: unknown, more?: { readonly path?: string; readonly headers?: Record<string, string>; readonly signal?: AbortSignal }) => Promise<Response>
}

export function rig(options: Partial<RelayOptions> = {}, emulated: EmulatorOptions = {}): Rig {
  const emulator = createEmulator(emulated)
  const finished: RelayFinishInfo[] = []
  const sent: Rig['sent'] = []
  const upstream = options.fetch ?? emulator.fetch
  const relay = createRelay({
    upstreams: [{ endpoint: RESOURCE, credential: () => emulator.token() }],
    deployments: { chat: { deployment: 'gpt-5-mini' }, plain: { deployment: 'gpt-4o-mini' }, embed: { deployment: 'text-embedding-3-small', operations: ['embeddings'] } },
    authorize: relayTokens(KEYS),
    cors: { origins: [PAGE] },
    onFinish: (info) => finished.push(info),
    ...options,
    async fetch(url, init) {
      sent.push({ url, headers: new Headers(init?.headers), body: typeof init?.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : {} })
      return upstream(url, init)
    },
  })
  const token = async (grant: Partial<RelayGrant> = {}) => (await mintRelayToken(KEYS, { subject: 'ada', ...grant })).token
  return {
    relay,
    emulator,
    finished,
    sent,
    token,
    async post(body: unknown = ASK, { path = '/openai/v1/chat/completions', headers = {}, signal } = {}) {
      const all = { 'content-type': 'application/json', ...('authorization' in headers ? {} : { authorization: `Bearer ${await token()}` }), ...headers }
      return relay(new Request(RELAY + path, { method: 'POST', headers: all, body: typeof body === 'string' ? body : JSON.stringify(body), ...(signal && { signal }) }))
    },
  }
}

/** The error in the services' envelope. */
export async function errorOf(response: Response): Promise<{ readonly code: string; readonly message: string; readonly param: string | null; readonly type: string }> {
  const { error } = (await response.json()) as { error: { code: string; message: string; param: string | null; type: string } }
  return error
}

/** A body that says how much of it was read, and whether it was let go of. */
export function countedBody(pieces: number, piece: Uint8Array): { readonly stream: ReadableStream<Uint8Array>; readonly state: { pulled: number; cancelled: boolean } } {
  const state = { pulled: 0, cancelled: false }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (state.pulled++ < pieces) controller.enqueue(piece)
        else controller.close()
      },
      cancel() {
        state.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, state }
}
