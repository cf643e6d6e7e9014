/**
 * A token provider that counts how often it is asked, and knows how often it has to be.
 * Runtime: browsers. Imports: `keyless-chat` (types), `../call.ts` (types), `./watch.ts`.
 * @module
 */
import type { AccessToken, TokenRequest } from 'keyless-chat'
import type { Batch } from '../call.ts'
import { clock } from './watch.ts'

export interface Meter {
  readonly provide: (request: TokenRequest) => Promise<AccessToken>
  /** Acquisitions begun so far, those that run, and the most of those not forced that ran at once since the last `start()`. */
  readonly asked: number
  readonly running: number
  readonly together: number
  /** Where no token will ever come: resolves when one is asked for. */
  readonly silence: () => Promise<void> | undefined
  /** What a batch that begins now has to cost: one acquisition where the token is stale or to be renewed. */
  readonly start: (provider: Batch['provider']) => { readonly due: number; readonly expired: boolean }
  /** Whether the token still serves and is renewed in the background by who uses it. */
  readonly renewable: () => boolean
  /** Milliseconds until the token's next date. */
  readonly untilDate: () => number
}

/** Dates of a token of a life, by what the library promises: renewed in the last fifth, not used in the last tenth, where these are below its limits. */
export function createMeter(lifeMs: number): Meter {
  let [asked, running, plain, together] = [0, 0, 0, 0]
  let renewAt = -Infinity
  let staleAt = -Infinity
  let mode: Batch['provider']
  let called: () => void = () => {}

  async function give({ signal }: TokenRequest): Promise<AccessToken> {
    if (mode === 'rejects') throw new Error('no account')
    if (mode === 'needs the user') throw Object.assign(new Error('sign in'), { name: 'InteractionRequiredAuthError' })
    if (mode === 'never settles') await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))
    const { token } = (await (await fetch(`/token?seconds=${lifeMs / 1000}&shift=${clock.shiftMs}`)).json()) as { token: string }
    const expiresOn = Date.now() + lifeMs
    renewAt = expiresOn - lifeMs / 5
    staleAt = expiresOn - lifeMs / 10
    return { token, expiresOn }
  }

  return {
    async provide(request) {
      asked++
      running++
      if (!request.forceRefresh) together = Math.max(together, ++plain)
      called()
      try {
        return await give(request)
      } finally {
        running--
        if (!request.forceRefresh) plain--
      }
    },
    get asked() {
      return asked
    },
    get running() {
      return running
    },
    get together() {
      return together
    },
    silence: () => (mode === 'never settles' ? new Promise((resolve) => (called = resolve)) : undefined),
    start(provider) {
      mode = provider
      together = 0
      const expired = Date.now() >= staleAt
      return { due: expired || Date.now() >= renewAt ? 1 : 0, expired }
    },
    renewable: () => Date.now() >= renewAt && Date.now() < staleAt,
    untilDate: () => Math.min(...[renewAt, staleAt].map((date) => date - Date.now()).filter((left) => left > 0)),
  }
}
