/**
 * Sections of documents that a script writes: what stands between `<!-- name -->` and `<!-- /name -->`.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'

/**
 * Holds sections of a document equal to what was measured.
 *
 * @param {string} file - Relative to the working directory.
 * @param {Record<string, string>} sections - What each is to hold.
 * @param {{ write?: boolean }} [options] - Whether they may be written; the flag `--write` says so, unless told.
 * @returns {boolean} whether the document says so now.
 * @throws where a section is not in the document exactly once.
 */
export function syncSections(file, sections, { write = process.argv.includes('--write') } = {}) {
  const text = readFileSync(file, 'utf8')
  let updated = text
  for (const [name, content] of Object.entries(sections)) {
    const [before, rest, ...more] = updated.split(`<!-- ${name} -->`)
    const after = rest?.split(`<!-- /${name} -->`)[1]
    if (after === undefined || more.length > 0) throw new Error(`Cannot write ${file}: <!-- ${name} --> and <!-- /${name} --> do not enclose one section`)
    updated = `${before}<!-- ${name} -->\n\n${content.trim()}\n\n<!-- /${name} -->${after}`
  }
  if (updated === text) return true
  if (write) writeFileSync(file, updated)
  return write
}
