/**
 * What is measured, as data.
 * Runtime: Node. Imports: nothing.
 * @module
 */

/** The Workers, as tables call them; all else is held against the first. */
export const KINDS = {
  bare: 'bare pass-through',
  pipe: 'piped, JavaScript sees no byte',
  loop: 'JavaScript sees each chunk',
  relay: 'relay',
  quota: 'relay, quota, hook',
}

/** What teams would choose between. */
const COMPARED = ['bare', 'relay', 'quota']
/** Those, and what tells where the difference comes from. */
const EXPLAINED = ['bare', 'pipe', 'loop', 'relay', 'quota']

/**
 * @typedef {object} Load
 * @property {string} name
 * @property {readonly string[]} kinds
 * @property {number} streams Connections at a time.
 * @property {number} answers How many each of them asks for, one after the other.
 * @property {number} events Of each answer, the last three included.
 * @property {number} [periodMs] Between two events of a stream; flat out unless given.
 * @property {number} [delayMs] Before the first event of an answer; none unless given.
 * @property {number} [spreadMs] Over how long the streams begin; all at once unless given.
 * @property {boolean} [calls] Whether processor time is told by call, as answers are too short to tell it by event.
 */

/** @returns {readonly Load[]} Those of a full run, or so little of each that they end soon. */
export function loadsOf(quick) {
  const few = (full, short) => (quick ? short : full)
  const [some, many] = few([100, 1000], [20, 100])
  return [
    { name: 'calls of 3 events, one at a time', kinds: COMPARED, streams: 1, answers: few(150, 20), events: 3, calls: true },
    { name: 'calls of 3 events, 10 at a time', kinds: EXPLAINED, streams: 10, answers: few(60, 5), events: 3, calls: true },
    { name: '1 stream, 50 events/s', kinds: COMPARED, streams: 1, answers: few(6, 1), events: 28, periodMs: 20 },
    { name: `${some} streams, 50 events/s each`, kinds: EXPLAINED, streams: some, answers: 1, events: few(100, 10), periodMs: 20, spreadMs: few(2000, 150) },
    { name: `${some} streams, 50 events/s each, the first after 250 ms`, kinds: COMPARED, streams: some, answers: 1, events: few(100, 10), periodMs: 20, delayMs: 250, spreadMs: few(2000, 150) },
    { name: `${many} streams, 5 events/s each`, kinds: COMPARED, streams: many, answers: 1, events: few(24, 4), periodMs: 200, spreadMs: few(4000, 200) },
    { name: `${many} streams, 50 events/s each`, kinds: COMPARED, streams: many, answers: 1, events: few(50, 10), periodMs: 20, spreadMs: few(1000, 150) },
    { name: '1 stream, flat out', kinds: COMPARED, streams: 1, answers: 5, events: few(3000, 200) },
    { name: `${some} streams, flat out`, kinds: EXPLAINED, streams: some, answers: few(2, 1), events: few(150, 20) },
    { name: `${many} streams, flat out`, kinds: COMPARED, streams: many, answers: 1, events: few(40, 10) },
  ]
}

/** Ways to leave in the middle of an answer. */
export const LEAVES = [
  { name: 'closes while events flow, 50/s', kinds: COMPARED, reset: false, silent: false, afterMs: 100 },
  { name: 'resets while the model is silent', kinds: COMPARED, reset: true, silent: true, afterMs: 100 },
]
