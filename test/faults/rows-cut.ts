/**
 * Faults that end a connection.
 * Runtimes: all. Imports: `./row.ts` (types), `./wire.ts`.
 * @module
 */
import type { Delivered, Each, Expected, Outcome, Row, Runtime, Size } from './row.ts'
import { CHUNKED, body, bytes, head, joined, pieces, send } from './wire.ts'
import type { Step, Wire } from './wire.ts'

/** Every place in Node; elsewhere every 61st, and each of one event that holds characters of several bytes. */
function everyByte({ bytes: size, headBytes }: Size, runtime: Runtime): number[] {
  const all = Array.from({ length: size + 1 }, (_, at) => at)
  return runtime === 'node' ? all : all.filter((at) => at % 61 === 0 || (at >= headBytes + 550 && at < headBytes + 850))
}

export const everyEvent = ({ events }: Size): number[] => Array.from({ length: events + 1 }, (_, at) => at)

const cutAt = (wire: Wire, at: number): Step => send(joined(pieces(wire)).subarray(0, at))

/** What the headers say before any event, then as many events. */
const eventsOf = (wire: Wire, count: number): Step[] => pieces(wire).slice(0, count + 1).map(send)

/** As it must be where the runtime tells a broken answer by the headers: no answer, an unfinished one, a finished one. */
export const byDelivered = ({ answered, finished }: Delivered): Outcome => (!answered ? 'network' : finished ? 'whole' : 'truncated')

/** Chromium takes what came of the headers of a plain http answer for all of them once the connection ends. */
const lenient: Each<Expected> = {
  node: byDelivered,
  workerd: byDelivered,
  chromium: (delivered) => (delivered.answered ? byDelivered(delivered) : ['network', 'truncated']),
}

export const cuts: readonly Row[] = [
  { name: 'closed after every byte of the answer, headers included', variants: everyByte, script: (wire, at) => [cutAt(wire, at), 'settle', 'fin'], outcome: lenient },
  { name: 'reset after every byte of the answer, headers included', variants: everyByte, script: (wire, at) => [cutAt(wire, at), 'settle', 'rst'], outcome: lenient },
  {
    name: 'closed after every event, at once',
    variants: everyEvent,
    script: (wire, at) => [...eventsOf(wire, at), 'fin'],
    outcome: ['truncated', 'whole'],
    kept: 'handed',
  },
  {
    name: 'reset after every event, at once',
    variants: everyEvent,
    script: (wire, at) => [...eventsOf(wire, at), 'rst'],
    outcome: ['network', 'truncated', 'whole'],
    kept: 'handed',
  },
  { name: 'half-closed after every event', variants: everyEvent, script: (wire, at) => [...eventsOf(wire, at), 'settle', 'half-close'], outcome: byDelivered },
  {
    name: 'closed after every event of a body whose end is the end of the connection',
    variants: everyEvent,
    script: (wire, at) => [send(head(wire)), ...wire.events.slice(0, at).map(send), 'fin'],
    outcome: byDelivered,
  },
  {
    name: 'closed inside of every character of several bytes',
    variants: () => [0, 1, 2, 3, 4, 5, 6, 7],
    script: (wire, nth) => [send(head(wire, CHUNKED)), send(joined([bytes(`${body(wire).length.toString(16)}\r\n`), body(wire).subarray(0, insides(body(wire))[nth] ?? 0)])), 'settle', 'fin'],
    outcome: 'truncated',
  },
  {
    name: 'an answer that is not streamed, closed after every 7th byte',
    plain: true,
    variants: ({ bytes: size }) => [...Array.from({ length: Math.ceil(size / 7) }, (_, at) => at * 7), size],
    script: (wire, at) => [cutAt(wire, at), 'settle', 'fin'],
    outcome: lenient,
  },
]

/** Places that are inside of a character: before each of its continuation bytes. */
const insides = (all: Uint8Array): number[] => Array.from(all.keys()).filter((at) => ((all[at] ?? 0) & 0xc0) === 0x80)
