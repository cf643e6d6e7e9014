/**
 * One call of the soak as it is planned, what the page says came of it, and what it says of all calls that ran together.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** Which connection of the page's: with retries, with small limits and none, of `keyless-chat/core`, through a proxy that resets. */
export type Via = 'main' | 'brisk' | 'core' | 'torn'
export const VIAS: readonly Via[] = ['main', 'brisk', 'core', 'torn']

/** Which function is called and how its answer is read. */
export type How = 'events' | 'text' | 'result' | 'chat' | 'tools' | 'structured' | 'responses'

/** What comes of a call: a whole answer, the caller's own reason, a stream that was left, or the code of an error. */
export type Outcome = 'whole' | 'abort' | 'left' | (string & {})

/** Where a caller leaves: with a signal that has fired, at once, when the answer has begun, or at an event, by its number. */
export interface Leaving {
  readonly at: 'before' | 'start' | 'response' | 'event'
  readonly event: number
  readonly by: 'abort' | 'break'
}

export interface Call {
  readonly id: number
  /** What it is in the table. */
  readonly kind: string
  readonly via: Via
  readonly how: How
  readonly model: string
  readonly prompt: string
  readonly leave?: Leaving
  /** Every so many events the reader sleeps. */
  readonly pauseEvery?: number
  readonly pauseMs?: number
  /** Whether the first token that it brings is refused, so that one more is asked for. */
  readonly refusesToken?: boolean
  /** What has to come of it; more than one where the network decides. */
  readonly outcomes: readonly Outcome[]
  /** How much of what the emulator says has to be there. */
  readonly text: 'all' | 'some' | 'any' | 'none'
  /** How often it is asked for; `undefined` where that is not the caller's doing. */
  readonly requests?: number | undefined
}

/** Calls that run at once. */
export interface Batch {
  readonly calls: readonly Call[]
  /** By how much the clock is put on before them, so that tokens expire. */
  readonly advanceMs: number
  /** What the token provider does this time. @defaultValue it gives a token */
  readonly provider?: 'rejects' | 'needs the user' | 'never settles'
  /** Whether tokens are there before the calls begin, as who leaves at once would leave their acquisition. */
  readonly prepare?: boolean
}

/** What came of a call. */
export interface Report {
  readonly id: number
  readonly outcome: Outcome
  /** What is kept of the answer, and what was read of it in the loop. */
  readonly text: string
  readonly read: string
  readonly message: string
  /** What the library says of itself twice, and differently; empty where it does not. */
  readonly contradiction: string
}

/** What is to be seen in the page after a batch. */
export interface BatchReport {
  readonly reports: readonly Report[]
  /** How often the token provider was called and how often it had to be, and how many calls asked for a token at the same time. */
  readonly asked: number
  readonly due: number
  /** Most acquisitions of one connection that ran at once without one of them being forced. */
  readonly together: number
  /** Expiries that this batch's clock has passed. */
  readonly expired: number
  readonly timers: number
  readonly listeners: number
}

/** What the page has at its end. */
export interface PageState {
  readonly timers: number
  readonly listeners: number
  /** Rejections and errors that nobody caught. */
  readonly uncaught: readonly string[]
}
