/**
 * The one connection of the page: made from its settings, and made anew for another session, another user or other limits.
 * @module
 */
import { connect } from 'keyless-chat'
import type { Connection, RetryInfo } from 'keyless-chat'
import type { Config } from './config.ts'
import { showConnection } from './connection-bar.ts'
import { byId } from './dom.ts'
import { identify } from './identity.ts'
import type { Identity } from './identity.ts'
import { limitsFrom } from './settings.ts'

/** What it begins with, and whom it tells. */
export interface ConnectingOptions {
  readonly config: Config
  readonly say: (words: string) => void
  readonly waiting: (retry: RetryInfo) => void
  /** Called once other settings hold. */
  readonly connected: () => void
}

/** The connection that holds now. Its members but `config` are there once it is ready. */
export interface Connecting {
  /** False until the settings work. */
  readonly ready: boolean
  readonly config: Config
  readonly identity: Identity
  readonly foundry: Connection
  /** Connects as the settings say, and only then lets go of what was. */
  start(next?: Config): Promise<void>
  /** Asks the user, in a click. Another user is another connection. */
  renew(error: unknown): Promise<boolean>
}

/** Prepares it. */
export function createConnecting({ config: first, say, waiting, connected }: ConnectingOptions): Connecting {
  const session = byId('session', HTMLSelectElement)
  let config = first
  let identity: Identity
  let foundry: Connection
  let ready = false

  /** A connection caches its tokens, so another session is another connection. */
  function connectAs({ endpoint, scope, mode }: Config, { token }: Identity): Connection {
    const { retries = 2, maxRetryWaitMs = 60_000, maxMessageBytes, ...timeouts } = limitsFrom(location.hash)
    // What a page gets that asks for another service's tokens.
    const asked = mode !== 'msal' && session.value === 'other-service' ? 'https://graph.microsoft.com/.default' : scope
    return connect({
      endpoint,
      token,
      timeouts,
      retries,
      maxRetryWaitMs,
      ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
      ...(asked ? { scope: asked } : {}),
      onRetry: waiting,
    })
  }

  async function start(next = config): Promise<void> {
    const who = await identify(next, session)
    foundry = connectAs(next, who)
    identity = who
    config = next
    ready = true
    connected()
    showConnection(foundry, identity)
  }

  function reconnect(): void {
    if (!ready) return
    foundry = connectAs(config, identity)
    showConnection(foundry, identity)
  }

  async function renew(error: unknown): Promise<boolean> {
    try {
      await identity.renew(error, foundry.endpoint.scopes)
      return true
    } catch (failure) {
      say(`Not signed in: ${(failure as { errorCode?: string }).errorCode ?? String(failure)}`)
      return false
    } finally {
      reconnect()
    }
  }

  session.addEventListener('change', reconnect)
  window.addEventListener('hashchange', reconnect)
  byId('sign', HTMLButtonElement).addEventListener('click', () => {
    if (identity.account?.() === undefined) void renew(undefined)
    else void identity.signOut?.().then(reconnect)
  })

  return {
    get ready() {
      return ready
    },
    get config() {
      return config
    },
    get identity() {
      return identity
    },
    get foundry() {
      return foundry
    },
    start,
    renew,
  }
}
