/**
 * Faults of time: what comes late, or not at all.
 * Runtimes: all. Imports: `./row.ts` (types), `./rows-cut.ts`, `./wire.ts`.
 * @module
 */
import type { Delivered, Row } from './row.ts'
import { everyEvent } from './rows-cut.ts'
import { CHUNKED, bytes, chunk, head, joined, pieces, send, whole } from './wire.ts'
import type { Step, Wire } from './wire.ts'

/** Longer than a busy machine keeps a reader from what has come. */
const LIMIT_MS = 600

const drip = (part: Uint8Array, pauseMs: number): Step[] => [...part].flatMap((byte): Step[] => [send(Uint8Array.of(byte)), { pauseMs }])

const events = (wire: Wire, count: number): Step[] => pieces(wire).slice(0, count + 1).map(send)

export const silence: readonly Row[] = [
  {
    name: 'silent after every event',
    variants: everyEvent,
    script: (wire, at) => [...events(wire, at), 'hold'],
    // Whole once [DONE] is there, though the connection stays open.
    outcome: ({ events: count, raw }: Delivered) => (count === 0 ? 'first-event-timeout' : new TextDecoder().decode(raw).includes('[DONE]') ? 'whole' : 'idle-timeout'),
    options: { timeouts: { firstEventMs: LIMIT_MS, idleMs: LIMIT_MS } },
    bare: false,
  },
  { name: 'silent in the middle of every event', variants: everyEvent, script: (wire, at) => [...events(wire, at), send(bytes('ff\r\ndata: {"choices":[{"ind')), 'hold'], outcome: ({ events: count, finished, raw }: Delivered) => (count === 0 ? 'first-event-timeout' : finished && new TextDecoder().decode(raw).includes('[DONE]') ? 'whole' : 'idle-timeout'), options: { timeouts: { firstEventMs: LIMIT_MS, idleMs: LIMIT_MS } }, bare: false },
  { name: 'comments alone after every event', variants: everyEvent, script: (wire, at) => [...events(wire, at), ...Array.from({ length: 400 }, (): Step[] => [send(chunk(bytes(': keep-alive\n\n'))), { pauseMs: 20 }]).flat(), 'hold'], outcome: ({ events: count, raw }: Delivered) => (count === 0 ? 'first-event-timeout' : new TextDecoder().decode(raw).includes('[DONE]') ? 'whole' : 'idle-timeout'), options: { timeouts: { firstEventMs: LIMIT_MS, idleMs: LIMIT_MS } }, bare: false },
  { name: 'no byte in answer', script: () => ['hold'], outcome: 'connect-timeout', options: { timeouts: { connectMs: LIMIT_MS } }, bare: false },
  { name: 'silent in the middle of the headers', script: (wire) => [send(head(wire, CHUNKED).subarray(0, -4)), 'hold'], outcome: 'connect-timeout', options: { timeouts: { connectMs: LIMIT_MS } }, bare: false },
  { name: 'headers byte by byte', script: (wire) => [...drip(head(wire, CHUNKED), 1), ...whole(wire).slice(1)], outcome: 'whole' },
  { name: 'headers byte by byte, beyond the limit', script: (wire) => [...drip(head(wire, CHUNKED), 50), ...whole(wire).slice(1)], outcome: 'connect-timeout', options: { timeouts: { connectMs: LIMIT_MS } }, bare: false },
  { name: 'the answer byte by byte, beyond every limit but that for silence', script: (wire) => [...pieces(wire).flatMap((part): Step[] => [send(part), { pauseMs: 150 }]), 'fin'], outcome: 'whole', options: { timeouts: { connectMs: LIMIT_MS, firstEventMs: LIMIT_MS, idleMs: LIMIT_MS } } },
  { name: 'an answer that outlasts the limit of the whole call', script: (wire) => [...events(wire, 3), ...Array.from({ length: 400 }, (): Step[] => [send(chunk(bytes('data: {"choices":[{"index":0,"delta":{}}]}\n\n'))), { pauseMs: 20 }]).flat(), 'hold'], outcome: 'total-timeout', options: { timeouts: { totalMs: 1000 } }, bare: false },
  { name: 'an answer that is not streamed, silent in its middle', plain: true, script: (wire) => [send(joined(pieces(wire)).subarray(0, -40)), 'hold'], outcome: 'first-event-timeout', options: { timeouts: { firstEventMs: LIMIT_MS } }, bare: false },
]
