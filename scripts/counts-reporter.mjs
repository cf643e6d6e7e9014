/**
 * A Vitest reporter that counts. Prints `N passed, N failed, N skipped` last, or hands the counts to `npm test`,
 * which names a file for them in KEYLESS_CHAT_COUNTS.
 * @module
 */
import { writeFileSync } from 'node:fs'
import process from 'node:process'
import { line, sum, tally } from './counts.mjs'

export default class CountsReporter {
  /** `missing` names the runtimes that this machine lacks; each counts as skipped. */
  constructor({ missing = [] } = {}) {
    this.missing = missing
  }

  onInit(vitest) {
    this.projects = vitest.projects.map(({ name }) => name)
  }

  onTestRunEnd(modules, errors) {
    const projects = Object.fromEntries(this.projects.map((name) => [name, tally()]))
    const names = [...this.missing]
    for (const module of modules) {
      const counts = (projects[module.project.name] ??= tally())
      const { failed, skipped } = counts
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') counts.passed++
        else if (state === 'failed') counts.failed++
        else counts.skipped++
      }
      // A file that cannot be loaded, or whose hook fails, has no failed test to show for it.
      if (!module.ok() && counts.failed === failed) counts.failed++
      if (counts.skipped > skipped) names.push(`${module.relativeModuleId} (${counts.skipped - skipped} in ${module.project.name})`)
    }
    const total = sum(Object.values(projects))
    total.failed += errors.length
    total.skipped += this.missing.length

    const file = process.env['KEYLESS_CHAT_COUNTS']
    if (file) writeFileSync(file, JSON.stringify({ projects, names, total }))
    else {
      for (const name of names) console.log(`skipped: ${name}`)
      console.log(line(total))
    }
  }
}
