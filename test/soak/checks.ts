/**
 * What was seen of a soak in, what is asserted of it out.
 * Runtimes: all. Imports: `./call.ts`, `./heap.ts`.
 * @module
 */
import type { BatchReport, Call, PageState, Report } from './call.ts'
import { lineThrough } from './heap.ts'
import type { Sample } from './heap.ts'

export interface Seen {
  readonly done: readonly { readonly call: Call; readonly report: Report | undefined }[]
  readonly batches: readonly BatchReport[]
  readonly samples: readonly Sample[]
  readonly warmUp: number
  readonly state: PageState
  /** What has not settled; empty where everything has. */
  readonly stuck: string
  /** Calls that the emulator still answers, and connections to it that are in use. */
  readonly open: number
  readonly busy: number
  readonly complaints: readonly string[]
  /** What came otherwise than planned, call by call. */
  readonly wrong: readonly string[]
}

export interface Check {
  readonly name: CheckName
  readonly passed: boolean
  readonly found: string
}

/** Of a heap of two or three megabytes, so less than a hundred bytes a call. */
const MAX_GROWTH = 0.05
/**
 * For runs too short for that: a page of some hundred calls still compiles what it runs and learns of which types that is, which takes some
 * hundred bytes a call. A leak of what an answer holds, a hundred events and more, takes ten times this limit.
 */
const MAX_WARMING = 4000
const LONG_RUN = 1000

const CHECKS = {
  'every call settles': ({ stuck, done }) => [stuck === '', stuck || `${done.length} calls`],
  'every outcome is the one that its fault gives': ({ wrong, done }) => listed(wrong, /^(outcome|requests)/, `${done.length} outcomes`),
  'every text is what the emulator sent, as far as it arrived': ({ wrong, done }) => listed(wrong, /^text/, `${done.reduce((sum, { report }) => sum + (report?.text.length ?? 0), 0)} characters`),
  'the emulator saw each call end as its caller did': ({ wrong, done }) => listed(wrong, /^state/, `${done.length} calls`),
  'the emulator answers nothing any more': ({ open }) => [open === 0, `${open} calls open`],
  'no connection is in use': ({ busy }) => [busy === 0, `${busy} connections`],
  'no listener is left on a signal': ({ state, batches }) => [state.listeners === 0, `${state.listeners} listeners, and at most ${Math.max(0, ...batches.map(({ listeners }) => listeners))} after a batch`],
  'no timer is left': ({ state, batches }) => [state.timers === 0, `${state.timers} timers, and at most ${Math.max(0, ...batches.map(({ timers }) => timers))} after a batch`],
  'tokens are asked for as often as they must be': ({ batches }) => {
    const [asked, due] = [total(batches, 'asked'), total(batches, 'due')]
    return [batches.every((batch) => batch.asked === batch.due), `${asked} times, ${due} expected, for ${total(batches, 'expired')} expiries`]
  },
  'nobody asks for a token twice at once': ({ batches }) => [batches.every(({ together }) => together <= 1), `${Math.max(0, ...batches.map(({ together }) => together))} at once`],
  'nothing goes uncaught': ({ state, complaints }) => listed([...state.uncaught, ...complaints], /./, 'no rejection, no error, no message of the console'),
  'the heap stays flat': ({ samples, warmUp, done }) => {
    const watched = samples.filter(({ calls }) => calls >= warmUp)
    const { growth, bytesPerCall, first, last } = lineThrough(watched)
    const flat = done.length < LONG_RUN ? bytesPerCall <= MAX_WARMING : Math.abs(growth) <= MAX_GROWTH
    return [watched.length > 1 && flat, `${mb(first)} to ${mb(last)}: ${(growth * 100).toFixed(1)} %, ${Math.round(bytesPerCall)} bytes a call`]
  },
} as const satisfies Record<string, (seen: Seen) => readonly [passed: boolean, found: string]>

export type CheckName = keyof typeof CHECKS
export const CHECK_NAMES = Object.keys(CHECKS) as readonly CheckName[]

/** Asserts everything that there is to assert. */
export function checksOf(seen: Seen): readonly Check[] {
  return CHECK_NAMES.map((name) => {
    const [passed, found] = CHECKS[name](seen)
    return { name, passed, found }
  })
}

function listed(all: readonly string[], which: RegExp, fine: string): readonly [boolean, string] {
  const wrong = all.filter((one) => which.test(one))
  return [wrong.length === 0, wrong.length === 0 ? fine : `${wrong.length} wrong, such as ${wrong.slice(0, 5).join('; ')}`]
}

function total(batches: readonly BatchReport[], of: 'asked' | 'due' | 'expired'): number {
  return batches.reduce((sum, batch) => sum + batch[of], 0)
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`
}
