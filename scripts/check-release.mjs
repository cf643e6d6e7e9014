/**
 * Whether a tag may be released: `node scripts/check-release.mjs v1.2.3 [owner/name]`.
 *
 * Tag, package.json, jsr.json and the newest heading of the changelog, which has a date by then, must agree; and where the repository is named,
 * package.json must name it too, or npm refuses to say where the package comes from.
 * @module
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { root } from './entries.mjs'

/**
 * Says what does not agree; nothing where all does.
 *
 * @param {{ tag: string, repository?: string, manifest: { version: string, repository?: string | { url: string } }, jsr: { version: string }, changelog: string }} release
 * @returns {string[]}
 */
export function disagreements({ tag, repository, manifest, jsr, changelog }) {
  const { version } = manifest
  const heading = /^## (.*)$/m.exec(changelog)?.[1] ?? 'none'
  const url = typeof manifest.repository === 'object' ? manifest.repository.url : manifest.repository
  return [
    tag !== `v${version}` && `the tag must be v${version}, the version of package.json: it is ${tag}`,
    jsr.version !== version && `jsr.json must have the version ${version}: it has ${jsr.version}`,
    !new RegExp(`^${version.replaceAll('.', '\\.')} \\(\\d{4}-\\d\\d-\\d\\d\\)$`).test(heading) && `the newest heading of CHANGELOG.md must be ## ${version} (<date>): it is ## ${heading}`,
    repository && url !== `git+https://github.com/${repository}.git` && `the repository of package.json must be git+https://github.com/${repository}.git: it is ${url ?? 'not named'}`,
  ].filter((problem) => typeof problem === 'string')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [tag = '', repository = ''] = process.argv.slice(2)
  const read = (file) => readFileSync(root + file, 'utf8')
  const problems = disagreements({ tag, repository, manifest: JSON.parse(read('package.json')), jsr: JSON.parse(read('jsr.json')), changelog: read('CHANGELOG.md') })
  for (const problem of problems) console.error(`Cannot release: ${problem}`)
  process.exitCode = problems.length > 0 ? 1 : 0
}
