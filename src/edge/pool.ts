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
  /**
   * Lets an upstream rest, or one deployment of it, as rate limits are a deployment's own. `told`: it asked for that, so it is obeyed; otherwise it is
   * asked again where no other is left.
   */
  readonly rest: (upstream: Upstream, model: string | undefined, milliseconds: number, told: boolean) => void
  /** Until the first of those that serve this may be asked again, in milliseconds. */
  readonly waitMs: (outgoing: Outgoing) => number
}

/** Makes a pool. `random` gives numbers from 0 to 1. */
export function createPool(upstreams: readonly Upstream[], now: () => number, random: () => number): Pool {
  const resting = new Map<string, { readonly until: number; readonly told: boolean }>()
  const keyOf = ({ name }: Upstream, model?: string) => JSON.stringify([name, model])
  /** The longer of both rests that may apply. */
  const restOf = (upstream: Upstream, { admission }: Outgoing) =>
    [keyOf(upstream), keyOf(upstream, upstream.modelFor(admission))]
      .flatMap((key) => resting.get(key) ?? [])
      .filter(({ until }) => until > now())
      .sort((a, b) => b.until - a.until)[0]
  return {
    order(outgoing) {
      const serving = upstreams.filter(({ serves }) => serves(outgoing))
      // Drawn by weight: the greatest of `random ** (1 / weight)` comes first. Efraimidis and Spirakis, 2006.
      const drawn = serving.map((upstream) => ({ upstream, rest: restOf(upstream, outgoing), draw: random() ** (1 / upstream.weight) }))
      return drawn
        .filter(({ rest }) => !rest?.told)
        .sort((a, b) => Number(Boolean(a.rest)) - Number(Boolean(b.rest)) || a.upstream.priority - b.upstream.priority || b.draw - a.draw)
        .map(({ upstream }) => upstream)
    },
    rest(upstream, model, milliseconds, told) {
      resting.set(keyOf(upstream, model), { until: now() + milliseconds, told })
    },
    waitMs(outgoing) {
      const untils = upstreams.filter(({ serves }) => serves(outgoing)).map((upstream) => restOf(upstream, outgoing)?.until ?? now())
      return untils.length ? Math.max(0, Math.min(...untils) - now()) : 0
    },
  }
}
