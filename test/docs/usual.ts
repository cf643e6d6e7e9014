/**
 * What examples of docstrings name without declaring it, so that they stay short: what an app and its server have around them, in miniature.
 * Runtimes: browsers, Node. Imports: the built package, by its name.
 * @module
 */
import type { ChatMessage, ChatRequest } from 'keyless-chat'
import type { RelayedDeployment, RelayKey, UpstreamOptions } from 'keyless-chat/edge'
import { QuotaObject } from 'keyless-chat/quota'
import type { ObjectNamespace, ObjectState, RateLimiterBinding } from 'keyless-chat/quota'
import { tool } from 'keyless-chat/tools'
import type { Tool } from 'keyless-chat/tools'
import { z } from 'zod'
import type { Scope } from './scope.ts'

/** A white pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=='
const KEYS: readonly RelayKey[] = [{ kid: '1', kty: 'oct', alg: 'HS256', k: 'A'.repeat(43) }]

export interface Usual {
  readonly url: string
  readonly endpoint: string
  readonly token: () => Promise<{ readonly token: string; readonly expiresOn: Date }>
  readonly tenant: string
  readonly clientId: string
  readonly authority: string
  readonly messages: ChatMessage[]
  readonly request: ChatRequest
  readonly question: string
  readonly weather: Tool
  readonly file: File
  readonly recording: Blob
  readonly button: HTMLButtonElement
  readonly choice: HTMLSelectElement
  /** What the app does with what it gets: each says so in `output`. */
  readonly show: (...values: readonly unknown[]) => void
  readonly keep: (text: string | undefined) => void
  readonly ask: (question: string) => Promise<void>
  readonly wait: (ms: number) => Promise<void>
  readonly showSignInButton: (claims: string | undefined) => void
  readonly csrfToken: () => string
  /** What the server is configured with. */
  readonly env: { readonly AZURE_KEY: string; readonly CLIENT_ID: string; readonly CLIENT_SECRET: string; readonly RELAY_KEYS: string; readonly QUOTA: ObjectNamespace; readonly LIMITER: RateLimiterBinding }
  readonly keys: readonly RelayKey[]
  readonly upstreams: readonly UpstreamOptions[]
  readonly deployments: Readonly<Record<string, RelayedDeployment>>
  readonly user: { readonly id: string }
  readonly sessionOf: (cookie: string | null) => { readonly subject: string } | undefined
  readonly userOf: (request: Request) => Promise<{ readonly id: string; readonly paid: boolean } | undefined>
}

/** Makes them anew, as examples may change them. */
export function usualNames({ emulator, output }: Scope): Usual {
  const show: Usual['show'] = (...values) => output.append(...values.map(String))
  const endpoint = 'https://contoso.services.ai.azure.com'
  return {
    url: endpoint,
    endpoint,
    token: () => emulator.token(),
    tenant: '7e2a4b60-1111-4222-8333-944455556666',
    clientId: '0d3f5a7b-1111-4222-8333-944455556666',
    authority: 'https://login.microsoftonline.com/contoso.com',
    messages: [{ role: 'user', content: 'What is the weather in Paris?' }],
    request: { model: 'gpt-5-mini~429-ms', messages: [{ role: 'user', content: 'Hello' }] },
    question: 'And now?',
    weather: tool({ name: 'get_weather', input: z.object({ city: z.string() }), run: ({ city }) => `Sunny in ${city}` }),
    file: new File([Uint8Array.from(atob(PNG), (letter) => letter.charCodeAt(0))], 'harbour.png', { type: 'image/png' }),
    recording: new Blob(['RIFF....WAVE'], { type: 'audio/wav' }),
    button: elementOf('button'),
    choice: elementOf('select'),
    show,
    keep: (text) => show('kept ', text),
    ask: async (asked) => show('asked ', asked),
    wait: async (ms) => show('waited ', ms),
    showSignInButton: (claims) => show('sign in ', claims),
    csrfToken: () => 'csrf',
    env: { AZURE_KEY: 'a-key', CLIENT_ID: 'an-id', CLIENT_SECRET: 'a-secret', RELAY_KEYS: JSON.stringify(KEYS), QUOTA: objects(), LIMITER: { limit: async () => ({ success: true }) } },
    keys: KEYS,
    upstreams: [{ endpoint, credential: () => emulator.token() }],
    deployments: { chat: { deployment: 'gpt-5-mini' } },
    user: { id: 'ada' },
    sessionOf: (cookie) => (cookie === 'user=ada' ? { subject: 'ada' } : undefined),
    userOf: async (asked) => {
      const id = asked.headers.get('x-user')
      return id === null ? undefined : { id, paid: id === 'ada' }
    },
  }
}

/** An element, where there are any. */
function elementOf<Name extends keyof HTMLElementTagNameMap>(name: Name): HTMLElementTagNameMap[Name] {
  return 'document' in globalThis ? document.body.appendChild(document.createElement(name)) : ({} as HTMLElementTagNameMap[Name])
}

/** A Durable Object for each name, which keeps what it stores in memory and never wakes up. */
function objects(): ObjectNamespace {
  const made = new Map<unknown, QuotaObject>()
  return {
    idFromName: (name) => name,
    get(id) {
      const object = made.get(id) ?? new QuotaObject({ storage: memoryStorage() })
      made.set(id, object)
      return { fetch: (url, init) => object.fetch(new Request(url, init)) }
    },
  }
}

/** What a Durable Object stores in. */
export function memoryStorage(): ObjectState['storage'] {
  const kept = new Map<string, unknown>()
  return {
    get: async (key) => kept.get(key),
    put: async (key, value) => void kept.set(key, value),
    list: async () => kept,
    delete: async (key) => kept.delete(key),
    getAlarm: async () => null,
    setAlarm: async () => {},
    deleteAll: async () => kept.clear(),
  }
}
