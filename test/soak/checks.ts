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
  /** What scripts hold: once warmed up, and in the end. */
  readonly held: readonly Sample[]
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

/** Of a heap of two or three megabytes: it is compiled code that still grows. */
const MAX_GROWTH = 0.05
/** A forgotten listener takes more. */
const MAX_HELD_PER_CALL = 10
/**
 * For runs too short for both: a page of some hundred calls still compiles most of what it runs, which takes two kilobytes a call, and what is
 * made once, 64 KiB of it by V8 itself, is spread over few calls. A leak of what an answer holds, a hundred events and more, takes ten times as much.
 */
const MAX_WARMING_PER_CALL = 4000
const MAX_HELD_PER_EARLY_CALL = 1500
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
    const wrong = batches.filter((batch) => batch.asked !== batch.due).map((batch) => `${batch.asked} times, ${batch.due} expected, by the calls ${batch.reports.map(({ id }) => id).join(', ')}`)
    return listed(wrong, /./, `${asked} times, ${due} expected, for ${total(batches, 'expired')} expiries`)
  },
  'nobody asks for a token twice at once': ({ batches }) => [batches.every(({ together }) => together <= 1), `${Math.max(0, ...batches.map(({ together }) => together))} at once`],
  'nothing goes uncaught': ({ state, complaints }) => listed([...state.uncaught, ...complaints], /./, 'no rejection, no error, no message of the console'),
  'the heap stays flat': ({ samples, warmUp, done }) => {
    const watched = samples.filter(({ calls }) => calls >= warmUp)
    const { growth, bytesPerCall, first, last } = lineThrough(watched)
    const flat = done.length < LONG_RUN ? bytesPerCall <= MAX_WARMING_PER_CALL : Math.abs(growth) <= MAX_GROWTH
    return [watched.length > 1 && flat, `${mb(first)} to ${mb(last)}: ${(growth * 100).toFixed(1)} %, ${Math.round(bytesPerCall)} bytes a call`]
  },
  'nothing is kept but compiled code': ({ held, done }) => {
    const { bytesPerCall, first, last } = lineThrough(held)
    return [held.length > 1 && bytesPerCall <= (done.length < LONG_RUN ? MAX_HELD_PER_EARLY_CALL : MAX_HELD_PER_CALL), `objects, functions and strings of ${first} bytes, then ${last}: ${bytesPerCall.toFixed(1)} a call`]
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
