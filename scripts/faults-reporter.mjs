/**
 * A Vitest reporter that writes what the tests of test/faults found to the file that KEYLESS_CHAT_FAULTS names, and counts.
 * @module
 */
import { writeFileSync } from 'node:fs'
import process from 'node:process'
import CountsReporter from './counts-reporter.mjs'

export default class FaultsReporter extends CountsReporter {
  onTestRunEnd(modules, errors) {
    const found = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.meta().fault).filter(Boolean))
    writeFileSync(process.env['KEYLESS_CHAT_FAULTS'] ?? '', JSON.stringify(found))
    super.onTestRunEnd(modules, errors)
  }
}
