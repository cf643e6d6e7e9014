/**
 * Counts of tests, and the line that says them.
 * @module
 */
export function tally(passed = 0, failed = 0, skipped = 0) {
  return { passed, failed, skipped }
}

export function sum(counts) {
  return counts.reduce((all, one) => tally(all.passed + one.passed, all.failed + one.failed, all.skipped + one.skipped), tally())
}

export function line({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
