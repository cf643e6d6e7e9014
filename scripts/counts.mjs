/**
 * Counts of tests, and the line that says them.
 * @module
 */
import { readFileSync } from 'node:fs'

export function tally(passed = 0, failed = 0, skipped = 0) {
  return { passed, failed, skipped }
}

export function sum(counts) {
  return counts.reduce((all, one) => tally(all.passed + one.passed, all.failed + one.failed, all.skipped + one.skipped), tally())
}

export function line({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/** What a run of Vitest has written there; where it died before that, nothing passed. */
export function countsIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { projects: {}, names: [], total: tally() }
  }
}
