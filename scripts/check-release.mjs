/**
 * Whether a tag may be released: `node scripts/check-release.mjs v1.2.3 [owner/name]`. `--dry-run` tries everything that needs no tag and no registry.
 *
 * Tag, package.json, package-lock.json, jsr.json, the newest heading of the changelog, which has a date by then, docs/sizes.json and the documents' snippets must
 * agree; and where the repository is named, package.json must name it too, or npm refuses to say where the package comes from.
 * @module
 */
import process from 'node:process'
import { tryRelease } from './release-dry-run.mjs'
import { disagreements, readRelease } from './release.mjs'

const [tag = '', repository = ''] = process.argv.slice(2)
const problems = tag === '--dry-run' ? tryRelease(readRelease()) : disagreements({ ...readRelease(), tag, repository })
for (const problem of problems) console.error(`Cannot release: ${problem}`)
process.exitCode = problems.length > 0 ? 1 : 0
