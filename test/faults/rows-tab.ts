/**
 * Faults of a tab that the browser freezes while an answer comes, and thaws later: `frozen.node.test.ts` plays them.
 * Runtimes: all. Imports: `./row.ts` (types), `./wire.ts`.
 * @module
 */
import type { Row } from './row.ts'
import { pieces, send } from './wire.ts'
import type { Step } from './wire.ts'

/** From the second event to the third: the tab is frozen in it. */
export const PAUSE_MS = 500
/** How long the tab is frozen, and what the client allows of silence: less. */
export const FROZEN_MS = 2500
export const IDLE_MS = 1000

const paused = (parts: readonly Uint8Array[]): Step[] => [...parts.slice(0, 3).map(send), { pauseMs: PAUSE_MS }, ...parts.slice(3).map(send)]

export const tab: readonly Row[] = [
  { name: 'a tab that is frozen while the rest of the answer comes', script: (wire) => [...paused(pieces(wire)), 'fin'], outcome: ['whole', 'idle-timeout'], kept: 'handed' },
  { name: 'a tab that is frozen while the connection is closed in the middle of the answer', script: (wire) => [...paused(pieces(wire).slice(0, 5)), 'fin'], outcome: ['truncated', 'idle-timeout'], kept: 'handed' },
  { name: 'a tab that is frozen while the server falls silent', script: (wire) => [...paused(pieces(wire).slice(0, 5)), 'hold'], outcome: 'idle-timeout', kept: 'handed' },
]
