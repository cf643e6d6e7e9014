/**
 * Faults that strike one call among several, or one attempt among several: what is sent again, and what never is.
 * Runtimes: all. Imports: `./row.ts` (types), `./rows-cut.ts`, `./wire.ts`.
 * @module
 */
import type { Row } from './row.ts'
import { everyEvent } from './rows-cut.ts'
import { CLOSE, bytes, chunk, joined, pieces, send, whole } from './wire.ts'
import type { Step, Wire } from './wire.ts'

const SOON = { retries: 2 } as const

/** Without the header that ends the connection. */
const kept = (wire: Wire): Wire => ({ ...wire, headers: wire.headers.filter((line) => line !== CLOSE) })

const events = (wire: Wire, count: number): Step[] => pieces(wire).slice(0, count + 1).map(send)

/** So slow that the other call begins and ends in its middle. */
const slowly = (wire: Wire, parts = pieces(wire)): Step[] => parts.flatMap((part): Step[] => [send(part), { pauseMs: 15 }])

export const sharing: readonly Row[] = [
  {
    name: 'two answers at once over one connection object, one of them closed after every event',
    variants: everyEvent,
    calls: { count: 2, how: 'together' },
    script: (wire, at, { prompt }) => (prompt === 'call 0' ? [...slowly(wire, pieces(wire).slice(0, at + 1)), 'settle', 'fin'] : [...slowly(wire), 'fin']),
    outcome: ({ finished }) => (finished ? 'whole' : 'truncated'),
  },
  {
    name: 'two answers at once over one connection object, one of them reset after every event',
    variants: everyEvent,
    calls: { count: 2, how: 'together' },
    script: (wire, at, { prompt }) => (prompt === 'call 0' ? [...slowly(wire, pieces(wire).slice(0, at + 1)), 'settle', 'rst'] : [...slowly(wire), 'fin']),
    outcome: ({ finished }) => (finished ? 'whole' : 'truncated'),
  },
  {
    name: 'a kept connection that the server closes between two calls',
    calls: { count: 2, how: 'in turn' },
    script: (wire) => [send(joined(pieces(kept(wire)))), 'fin'],
    outcome: 'whole',
    options: SOON,
  },
  {
    name: 'a kept connection that is closed as the second request arrives',
    calls: { count: 2, how: 'in turn' },
    script: (wire, _, { index }) => (index === 1 ? ['fin'] : [send(joined(pieces(kept(wire))))]),
    outcome: 'whole',
    requests: 3,
    options: SOON,
  },
  {
    name: 'a kept connection that is reset as the second request arrives',
    calls: { count: 2, how: 'in turn' },
    script: (wire, _, { index }) => (index === 1 ? ['rst'] : [send(joined(pieces(kept(wire))))]),
    outcome: 'whole',
    requests: 3,
    options: SOON,
  },
  {
    name: 'a kept connection that is closed as the second request arrives, with no retries',
    calls: { count: 2, how: 'in turn' },
    script: (wire, _, { index }) => (index === 1 ? ['fin'] : [send(joined(pieces(kept(wire))))]),
    outcome: { node: (_, call) => (call === 1 ? 'network' : 'whole'), chromium: 'whole', workerd: (_, call) => (call === 1 ? 'network' : 'whole') },
    requests: { node: 2, chromium: 3, workerd: 2 },
  },
  { name: 'closed before every answer: two retries, then the error', script: () => ['fin'], outcome: 'network', requests: 3, options: SOON, bare: false },
  { name: 'reset before every answer: two retries, then the error', script: () => ['rst'], outcome: 'network', requests: 3, options: SOON, bare: false },
  { name: 'closed before the first answer, then well', script: (wire, _, { index }) => (index === 0 ? ['fin'] : whole(wire)), outcome: 'whole', requests: 2, options: SOON, bare: false },
  {
    name: 'closed after every event of an answer, with retries allowed: none is made',
    variants: everyEvent,
    script: (wire, at) => [...events(wire, at), 'settle', 'fin'],
    outcome: ({ finished }) => (finished ? 'whole' : 'truncated'),
    options: SOON,
  },
  {
    name: 'reset after the headers and one byte of the body, with retries allowed: none is made',
    script: (wire) => [...events(wire, 0), send(chunk(bytes('d'))), 'settle', 'rst'],
    outcome: 'truncated',
    options: SOON,
  },
  { name: 'too many requests, then an answer that is closed in its middle: one retry, and none after it', model: 'short~429-once', script: (wire) => (wire.status.includes('200') ? [...events(wire, 3), 'settle', 'fin'] : whole(wire)), outcome: 'truncated', requests: 2, options: SOON, bare: false },
  { name: 'the failure of a server, cut in the middle of its explanation', model: 'short~500', script: (wire) => [send(pieces(wire)[0] ?? bytes('')), send((pieces(wire)[1] ?? bytes('')).subarray(0, 40)), 'settle', 'fin'], outcome: 'server-error', kept: 'handed', bare: false },
]
