/**
 * Upstreams in; in which order to ask them, and which not now, out.
 * Runtimes: all. Imports: `./upstream.ts` (types).
 * @module
 */
import type { Outgoing, Upstream } from './upstream.ts'

/** The upstreams of a relay, and which of them rest. */
export interface Pool {
  /** Those that serve this and may be asked now, in the order in which to ask them. */
  readonly order: (outgoing: Outgoing) => readonly Upstream[]
  /** Lets an upstream rest. `told`: it asked for that, so it is obeyed; otherwise it is asked again where no other is left. */
  readonly rest: (upstream: Upstream, milliseconds: number, told: boolean) => void
  /** Until the first of those that serve this may be asked again, in milliseconds. */
  readonly waitMs: (outgoing: Outgoing) => number
}

/** Makes a pool. `random` gives numbers from 0 to 1. */
export function createPool(upstreams: readonly Upstream[], now: () => number, random: () => number): Pool {
  const resting = new Map<Upstream, { readonly until: number; readonly told: boolean }>()
  const restOf = (upstream: Upstream) => {
    const rest = resting.get(upstream)
    return rest && rest.until > now() ? rest : undefined
  }
  return {
    order(outgoing) {
      const serving = upstreams.filter(({ serves }) => serves(outgoing))
      // Drawn by weight: the greatest of `random ** (1 / weight)` comes first. Efraimidis and Spirakis, 2006.
      const drawn = serving.map((upstream) => ({ upstream, rest: restOf(upstream), draw: random() ** (1 / upstream.weight) }))
      return drawn
        .filter(({ rest }) => !rest?.told)
        .sort((a, b) => Number(Boolean(a.rest)) - Number(Boolean(b.rest)) || a.upstream.priority - b.upstream.priority || b.draw - a.draw)
        .map(({ upstream }) => upstream)
    },
    rest(upstream, milliseconds, told) {
      resting.set(upstream, { until: now() + milliseconds, told })
    },
    waitMs(outgoing) {
      const untils = upstreams.filter(({ serves }) => serves(outgoing)).map((upstream) => restOf(upstream)?.until ?? now())
      return untils.length ? Math.max(0, Math.min(...untils) - now()) : 0
    },
  }
}
