/**
 * Faults of the machine that the client runs on: its wall clock jumps, its thread stands still.
 * Runtimes: all. Imports: `./row.ts` (types), `./wire.ts`.
 * @module
 */
import type { Machine, Row } from './row.ts'
import { bytes, chunk, pieces, send, whole } from './wire.ts'
import type { Step, Wire } from './wire.ts'

const HOUR_MS = 3_600_000
const LIMIT_MS = 600
const EITHER = ['whole', 'idle-timeout']
/** There and back. */
const JUMPS = [HOUR_MS, -HOUR_MS]
const LIMITS = { connectMs: LIMIT_MS, firstEventMs: LIMIT_MS, idleMs: LIMIT_MS }

const slowly = (wire: Wire): Step[] => [...pieces(wire).flatMap((part): Step[] => [send(part), { pauseMs: 20 }]), 'fin']

/** After the second event, while the client waits for the third. */
const jump = (machine: Machine, event: number | undefined, variant: number): void => {
  if (event === 1) setTimeout(() => machine.jump(JUMPS[variant] ?? 0))
}

const before = (machine: Machine, event: number | undefined, variant: number): void => {
  if (event === undefined) machine.jump(JUMPS[variant] ?? 0)
}

/** Two events, later a third and the start of a fourth, and the rest later than the limit, but for no silence as long as that. */
const halfway = (wire: Wire): Step[] => [...pieces(wire).slice(0, 3).map(send), { pauseMs: 400 }, ...pieces(wire).slice(3, 4).map(send), send(chunk(bytes('d'))), { pauseMs: 350 }]

export const machine: readonly Row[] = [
  {
    name: 'the clock jumps an hour, there or back, in the middle of an event',
    variants: () => [0, 1],
    script: (wire) => [...halfway(wire), send(chunk((wire.events[3] ?? bytes('')).subarray(1))), ...pieces(wire).slice(5).map(send), 'fin'],
    client: (machine, event, variant) => {
      if (event === 2) setTimeout(() => machine.jump(JUMPS[variant] ?? 0), 50)
    },
    outcome: 'whole',
    options: { timeouts: LIMITS },
  },
  { name: 'the clock jumps an hour, there or back, in the middle of an answer', variants: () => [0, 1], script: slowly, client: jump, outcome: 'whole', options: { timeouts: LIMITS } },
  { name: 'the clock jumps an hour, there or back, and then the server is silent', variants: () => [0, 1], script: (wire) => [...slowly(wire).slice(0, 8), 'hold'], client: jump, outcome: 'idle-timeout', options: { timeouts: LIMITS }, bare: false },
  { name: 'the clock jumps an hour, there or back, before the server is silent from the start', variants: () => [0, 1], script: () => ['hold'], client: before, outcome: 'connect-timeout', options: { timeouts: LIMITS }, bare: false },
  // An hour ahead every token has expired as soon as it comes, so that each attempt asks for one.
  { name: 'the clock jumps an hour, there or back, before a wait that the service asks for', variants: () => [0, 1], model: 'short~429-once', script: whole, client: before, outcome: 'whole', requests: 2, tokens: (variant) => (variant === 0 ? 2 : 1), options: { retries: 2 }, bare: false },
  {
    name: 'the clock jumps beyond the end of the token in the middle of an answer',
    script: slowly,
    client: (machine, event) => {
      if (event === 1) machine.jump(3 * HOUR_MS)
    },
    calls: { count: 2, how: 'in turn' },
    outcome: 'whole',
    tokens: 2,
  },
  {
    name: 'the thread stands still for longer than the limit for silence while an answer comes',
    script: slowly,
    client: (machine, event) => {
      if (event === 1) machine.block(2 * LIMIT_MS)
    },
    outcome: 'whole',
    options: { timeouts: LIMITS },
  },
  {
    name: 'the thread stands still while the client waits, for longer than the limit for silence',
    script: slowly,
    client: (machine, event) => {
      if (event === 1) setTimeout(() => machine.block(2 * LIMIT_MS))
    },
    // Which comes first after it, the bytes or the limit, is up to the runtime.
    outcome: { node: 'whole', chromium: EITHER, workerd: EITHER },
    kept: { node: 'all', chromium: 'handed', workerd: 'handed' },
    options: { timeouts: LIMITS },
  },
]
