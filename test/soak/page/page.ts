/**
 * The page that chats for hours: batches of calls come in from outside, what came of them goes out, and nothing of it is kept here.
 * Runtime: browsers. Imports: `./watch.ts` before the library; `keyless-chat`, `keyless-chat/core`.
 * @module
 */
import { clock, listenersLeft, sharedSignal, sleep, timersLeft, uncaughtSoFar } from './watch.ts'
import { connect } from 'keyless-chat'
import { connect as connectCore } from 'keyless-chat/core'
import { VIAS } from '../call.ts'
import type { Batch, BatchReport, PageState, Via } from '../call.ts'
import { make } from './read.ts'
import { createMeter } from './tokens.ts'

/** What the page offers to who drives it. */
export interface Soak {
  readonly start: (direct: string, torn: string, tokenLifeMs: number) => void
  readonly run: (batch: Batch) => Promise<BatchReport>
  readonly state: () => Promise<PageState>
}

/** No date of a token shall fall into a batch, so that what it has to cost is known. */
const MARGIN_MS = 5000
/** For what ends in the turns after a call. */
const SETTLE_MS = 5

function connections(direct: string, torn: string, tokenLifeMs: number) {
  const meters = { main: createMeter(tokenLifeMs), brisk: createMeter(tokenLifeMs), core: createMeter(tokenLifeMs), torn: createMeter(tokenLifeMs) }
  const options = (via: Via, endpoint = direct) => ({ endpoint, kind: 'v1' as const, token: meters[via].provide })
  return {
    meters,
    to: {
      main: connect(options('main')),
      brisk: connect({ ...options('brisk'), retries: 0, timeouts: { connectMs: 1500, firstEventMs: 800, idleMs: 250, totalMs: 3000 } }),
      core: connectCore(options('core')),
      torn: connect({ ...options('torn', torn), retries: 0 }),
    },
  }
}

let made: ReturnType<typeof connections>

const soak: Soak = {
  start(direct, torn, tokenLifeMs) {
    made = connections(direct, torn, tokenLifeMs)
  },
  async run({ calls, advanceMs, provider, prepare }) {
    const { meters, to } = made
    // Who comes with a signal that has fired asks for no token.
    const asking = VIAS.filter((via) => calls.some((call) => call.via === via && call.leave?.at !== 'before'))
    clock.advance(advanceMs)
    for (;;) {
      const near = Math.min(...asking.map((via) => meters[via].untilDate()))
      // A renewal in the background may bring another token before the one that is refused, or after it.
      const either = calls.some(({ refusesToken, via }) => refusesToken && meters[via].renewable())
      if (near > MARGIN_MS && !either) break
      clock.advance(near + 1)
    }
    const before = sum((via) => meters[via].asked)
    const starts = asking.map((via) => meters[via].start(provider))
    const due = starts.reduce((all, one) => all + one.due, 0) + calls.filter(({ refusesToken }) => refusesToken).length
    // What fails here fails the calls as well, which report it.
    if (prepare) await Promise.allSettled(asking.map((via) => to[via].prepare({ signal: sharedSignal })))
    const reports = await Promise.all(calls.map((call) => make(call, to[call.via], meters[call.via])))
    // A renewal in the background may take longer than the calls.
    while (sum((via) => meters[via].running) > 0) await sleep(1)
    await sleep(SETTLE_MS)
    return {
      reports,
      asked: sum((via) => meters[via].asked) - before,
      due,
      together: Math.max(0, ...asking.map((via) => meters[via].together)),
      expired: starts.filter(({ expired }) => expired).length,
      timers: timersLeft(),
      listeners: listenersLeft(),
    }
  },
  async state() {
    await sleep(100)
    return { timers: timersLeft(), listeners: listenersLeft(), uncaught: uncaughtSoFar() }
  },
}

function sum(of: (via: Via) => number): number {
  return VIAS.reduce((all, via) => all + of(via), 0)
}

Object.assign(globalThis, { soak })
