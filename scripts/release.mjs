/**
 * What a release is made of, and what of it does not agree.
 * @module
 */
import { readFileSync, readdirSync } from 'node:fs'
import { root } from './entries.mjs'

/**
 * What a release is made of.
 *
 * @typedef {object} Release
 * @property {{ name: string, version: string, repository?: string | { url: string } }} manifest
 * @property {{ version: string }} lock package-lock.json
 * @property {{ version: string }} jsr
 * @property {string} changelog
 * @property {readonly { version: string, date: string | null }[]} sizes docs/sizes.json
 * @property {Readonly<Record<string, string>>} documents Texts by their paths
 */

/** Reads what a release is made of. @returns {Release} */
export function readRelease(folder = root) {
  const read = (file) => readFileSync(folder + file, 'utf8')
  const texts = readdirSync(`${folder}docs`, { recursive: true }).map((name) => `docs/${String(name).replaceAll('\\', '/')}`).filter((name) => name.endsWith('.md'))
  return {
    manifest: JSON.parse(read('package.json')),
    lock: JSON.parse(read('package-lock.json')),
    jsr: JSON.parse(read('jsr.json')),
    changelog: read('CHANGELOG.md'),
    sizes: JSON.parse(read('docs/sizes.json')),
    documents: Object.fromEntries(['README.md', ...texts].map((file) => [file, read(file)])),
  }
}

/**
 * Says what does not agree, whether or not there is a tag; nothing where all does.
 *
 * @param {Release} release
 * @returns {string[]}
 */
export function contradictions({ manifest: { name, version }, lock, jsr, changelog, sizes, documents }) {
  const heading = headingOf(changelog)
  const row = sizes.at(-1)
  const others = Object.entries(documents).flatMap(([file, text]) => [...text.matchAll(new RegExp(`\\b${name}@(\\d+\\.\\d+\\.\\d+(?:-[\\w.]+)?)`, 'g'))].filter(([, named]) => named !== version).map(([snippet]) => `${file} must name the version ${version}: it says ${snippet}`))
  return [
    lock.version !== version && `package-lock.json must have the version ${version}: it has ${lock.version}`,
    jsr.version !== version && `jsr.json must have the version ${version}: it has ${jsr.version}`,
    heading.version !== version && `the newest heading of CHANGELOG.md must be of ${version}: it is ## ${heading.text}`,
    (row?.version !== version || row.date !== heading.date) && `the last row of docs/sizes.json must be of ${version}, ${heading.date ?? 'unreleased'}: it is of ${row?.version ?? 'none'}, ${row?.date ?? 'unreleased'} (npm run check:size -- --write)`,
    ...new Set(others),
  ].filter((problem) => typeof problem === 'string')
}

/**
 * Says what a tag still wants; nothing where it may be released.
 *
 * @param {Release & { tag: string, repository?: string }} release
 * @returns {string[]}
 */
export function disagreements({ tag, repository = '', ...release }) {
  const { manifest, changelog } = release
  return [
    tag !== `v${manifest.version}` && `the tag must be v${manifest.version}, the version of package.json: it is ${tag}`,
    headingOf(changelog).date === null && `the newest heading of CHANGELOG.md must be ## ${manifest.version} (<date>): it is ## ${headingOf(changelog).text}`,
    repository !== '' && repositoryOf(manifest) !== `git+https://github.com/${repository}.git` && `the repository of package.json must be git+https://github.com/${repository}.git: it is ${repositoryOf(manifest) ?? 'not named'}`,
    ...contradictions(release),
  ].filter((problem) => typeof problem === 'string')
}

/** The newest heading: its text, its version, and its date where it has one. */
export function headingOf(changelog) {
  const text = /^## (.*)$/m.exec(changelog)?.[1] ?? 'none'
  const [, version, date] = /^(\S+) \((\d{4}-\d\d-\d\d|unreleased)\)$/.exec(text) ?? []
  return { text, version, date: date === undefined || date === 'unreleased' ? null : date }
}

/** @param {Release['manifest']} manifest */
export function repositoryOf({ repository }) {
  return typeof repository === 'object' ? repository.url : repository
}
