/**
 * Tries a release without one: what can be proved with no tag and no registry, and what cannot.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { entriesOf, root } from './entries.mjs'
import { contradictions, headingOf, repositoryOf } from './release.mjs'

/**
 * Prints what was proved, what a tag still wants, and what only the real run can show. Needs `dist/`: run `npm run build` first.
 *
 * @param {import('./release.mjs').Release} release
 * @returns {string[]} What is wrong already
 */
export function tryRelease(release) {
  const { manifest } = release
  const disagreeing = contradictions(release)
  const results = [
    disagreeing.length > 0 ? { problems: disagreeing } : { proved: `package.json, package-lock.json, jsr.json, CHANGELOG.md, docs/sizes.json and the snippets of the documents name one version, ${manifest.version}` },
    tryNpm(manifest),
    tryJsr(),
  ]
  print('Proved', results.flatMap(({ proved }) => proved ?? []))
  print('A tag still wants', missing(release))
  print('Only the real run can show', [
    `that npm knows .github/workflows/release.yml of the repository as a trusted publisher of ${manifest.name}, and JSR as linked to its package`,
    'that the signature of the provenance is taken: it is made with an identity that only a run on GitHub has, and npm compares the repository then',
    'that whoever guards the environment "release" lets it pass',
    `that ${manifest.version} has not been published before: neither registry takes a version twice`,
  ])
  return results.flatMap(({ problems = [] }) => problems)
}

/**
 * Says what is for the day of the release, and no mistake before.
 *
 * @param {import('./release.mjs').Release} release
 * @returns {string[]}
 */
export function missing({ manifest, changelog }) {
  return [
    headingOf(changelog).date === null && `a date in CHANGELOG.md: ## ${manifest.version} (<date>), then npm run check:size -- --write`,
    repositoryOf(manifest) === undefined && 'the repository in package.json, as only its owner knows it: npm pkg set repository.type=git repository.url=git+https://github.com/<owner>/<name>.git; the release workflow refuses to begin without',
  ].filter((line) => typeof line === 'string')
}

/**
 * Holds a list of files against what package.json promises.
 *
 * @param {readonly string[]} paths
 * @param {{ unpkg: string, name: string, exports: Record<string, string | { types: string, default: string }> }} manifest
 * @returns {string[]} What is missing, and what is not of the package
 */
export function misfiled(paths, manifest) {
  const promised = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', manifest.unpkg.slice(2), 'dist/integrity.json', ...entriesOf(manifest).flatMap(({ types, bundle, source }) => [types, bundle, source])]
  return [
    ...promised.filter((path) => !paths.includes(path)).map((path) => `the package for npm lacks ${path}: run npm run build`),
    ...paths.filter((path) => !/^(dist|src)\//.test(path) && !promised.includes(path)).map((path) => `the package for npm holds ${path}, which is not of it`),
  ]
}

/** The tag that npm gives a version: `latest` is what everybody installs, so no version before a release may have it. @param {string} version */
export function distTag(version) {
  return version.includes('-') ? 'next' : 'latest'
}

function tryNpm(manifest) {
  const tag = distTag(manifest.version)
  const { status, stdout, stderr } = run('npm', ['publish', '--dry-run', '--json', '--ignore-scripts', '--provenance', '--access', 'public', '--tag', tag], { shell: process.platform === 'win32' })
  if (status !== 0) return { problems: [`npm would not publish: ${stderr.trim()}`] }
  // npm answers with an object by name, or with the package itself.
  const answer = JSON.parse(stdout)
  const { files, size } = answer.files ? answer : Object.values(answer)[0]
  const problems = misfiled(files.map(({ path }) => path), manifest)
  return problems.length > 0 ? { problems } : { proved: `npm would publish ${files.length} files, ${Math.round(size / 1000)} kB, with all that ${entriesOf(manifest).length} entries promise, as "${tag}"` }
}

function tryJsr() {
  const deno = `${root}node_modules/.bin/deno`
  if (!existsSync(deno)) return { problems: [`JSR could not be tried as there is no ${deno}: run npm ci`] }
  // The tree need not be committed to be tried; in CI it is.
  const { status, stderr } = run(deno, ['publish', '--dry-run', '--no-check', ...(process.env['CI'] ? [] : ['--allow-dirty'])], { shell: process.platform === 'win32' })
  if (status !== 0) return { problems: [`JSR would not take the package: ${stderr.trim()}`] }
  return { proved: `JSR would take ${stderr.match(/\bfile:\/\//g)?.length ?? 0} files` }
}

function run(command, args, options) {
  return spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }, ...options })
}

function print(title, lines) {
  console.log([`${title}:`, ...(lines.length > 0 ? lines : ['nothing']).map((line) => `  - ${line}`), ''].join('\n'))
}
