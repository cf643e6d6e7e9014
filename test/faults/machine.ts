/**
 * The machine that the client runs on, as far as a row may spoil it: its wall clock, and its thread.
 * Runtimes: all. Imports: `./row.ts` (types).
 * @module
 */
import type { Machine } from './row.ts'

/** Changes nothing until it is told to; `restore` takes everything back. */
export function createMachine(): Machine & { restore(): void } {
  const now = Date.now
  return {
    jump(milliseconds) {
      const before = Date.now
      Date.now = () => before() + milliseconds
    },
    block(milliseconds) {
      const end = performance.now() + milliseconds
      while (performance.now() < end);
    },
    restore() {
      Date.now = now
    },
  }
}
