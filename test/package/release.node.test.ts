import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { entriesOf } from '../../scripts/entries.mjs'
import { misfiled, missing } from '../../scripts/release-dry-run.mjs'
import { contradictions, disagreements, readRelease } from '../../scripts/release.mjs'
import type { Release } from '../../scripts/release.mjs'
import { ROOT, run } from './artifact.ts'

const release: Release & { tag: string; repository: string } = {
  tag: 'v1.2.3',
  repository: 'o/n',
  manifest: { name: 'n', version: '1.2.3', repository: { url: 'git+https://github.com/o/n.git' } },
  lock: { version: '1.2.3' },
  jsr: { version: '1.2.3' },
  changelog: '# Changelog\n\n## 1.2.3 (2026-12-01)\n\n- Add\n\n## 1.2.2 (2026-11-01)\n',
  sizes: [{ version: '1.2.2', date: '2026-11-01' }, { version: '1.2.3', date: '2026-12-01' }],
  documents: { 'docs/cdn.md': 'https://cdn.example/npm/n@1.2.3/dist/n.js, and ky@2.1.0' },
}

describe('disagreements()', () => {
  test('has none where everything agrees', () => {
    expect(disagreements(release)).toEqual([])
    expect(disagreements({ ...release, repository: '' })).toEqual([])
    expect(disagreements({ ...release, manifest: { ...release.manifest, repository: 'git+https://github.com/o/n.git' } })).toEqual([])
  })

  test.for<[name: string, difference: Partial<typeof release>, words: string]>([
    ['another tag', { tag: 'v1.2.4' }, 'it is v1.2.4'],
    ['a tag without its letter', { tag: '1.2.3' }, 'it is 1.2.3'],
    ['another version of jsr.json', { jsr: { version: '1.2.2' } }, 'jsr.json must have the version 1.2.3: it has 1.2.2'],
    ['another version of package-lock.json', { lock: { version: '1.2.2' } }, 'package-lock.json must have the version 1.2.3: it has 1.2.2'],
    ['another repository', { repository: 'o/fork' }, 'git+https://github.com/o/fork.git'],
    ['no repository', { manifest: { name: 'n', version: '1.2.3' } }, 'it is not named'],
    ['sizes of another version', { sizes: [{ version: '1.2.2', date: '2026-11-01' }] }, 'it is of 1.2.2, 2026-11-01'],
    ['sizes from before the day of the release', { sizes: [{ version: '1.2.3', date: null }] }, 'it is of 1.2.3, unreleased'],
    ['no sizes', { sizes: [] }, 'it is of none'],
    ['an address of the version before', { documents: { 'docs/start.md': 'npm/n@1.2.2/dist' } }, 'docs/start.md must name the version 1.2.3: it says n@1.2.2'],
    ['an address of a version that only begins alike', { documents: { 'README.md': 'n@1.2.3-rc.1/dist' } }, 'it says n@1.2.3-rc.1'],
  ])('names %s', ([, difference, words]) => {
    const problems = disagreements({ ...release, ...difference })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(words)
  })

  test.for([
    ['says no date yet', '## 1.2.3 (unreleased)\n'],
    ['has ended before', '## 1.2.2 (2026-12-01)\n'],
    ['only looks alike', '## 1x2.3 (2026-12-01)\n'],
    ['has no heading', '# Changelog\n'],
  ])('names a changelog that %s', ([, changelog = '']) => {
    expect(disagreements({ ...release, changelog }).join('\n')).toContain(`it is ## ${/## (.*)/.exec(changelog)?.[1] ?? 'none'}`)
  })
})

describe('what is here', () => {
  test('agrees about its version', () => {
    expect(contradictions(readRelease())).toEqual([])
  })

  test('is refused for a tag that is not of its version, with a reason for each problem', async () => {
    const { status, text } = await run(process.execPath, ['scripts/check-release.mjs', 'v99.0.0', 'nobody/nothing'], ROOT)
    expect(status).toBe(1)
    expect(text).toContain(`Cannot release: the tag must be v${manifest.version}, the version of package.json: it is v99.0.0`)
    expect(text).toContain('Cannot release: the repository of package.json must be git+https://github.com/nobody/nothing.git')
  })

  test.skipIf(!existsSync(join(ROOT, 'node_modules/.bin/deno')))('would be published, and what was not proved is said', async () => {
    const { status, output, text } = await run(process.execPath, ['scripts/check-release.mjs', '--dry-run'], ROOT, { CI: '' })
    expect(status, text).toBe(0)
    const [, proved = '', real = ''] = /^Proved:\n([^]*?)\nA tag still wants:\n[^]*?\nOnly the real run can show:\n([^]*)$/.exec(output) ?? []
    expect(proved).toMatch(/name one version, [\d.]+/)
    expect(proved).toMatch(/npm would publish [1-9]\d\d files/)
    expect(proved).toMatch(/JSR would take [1-9]\d+ files/)
    expect(real).toContain('provenance')
  })
})

describe('missing()', () => {
  test('has nothing to say on the day of the release', () => {
    expect(missing(release)).toEqual([])
  })

  test('says that a date and a repository are wanted', () => {
    expect(missing({ ...release, manifest: { name: 'n', version: '1.2.3' }, changelog: '## 1.2.3 (unreleased)\n' })).toEqual([expect.stringContaining('a date in CHANGELOG.md: ## 1.2.3 (<date>)'), expect.stringContaining('npm pkg set repository.type=git')])
  })
})

describe('misfiled()', () => {
  const whole = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', manifest.unpkg.slice(2), 'dist/integrity.json', ...entriesOf(manifest).flatMap(({ types, bundle, source }) => [types, bundle, source])]

  test('takes what is promised, and more of dist and src', () => {
    expect(misfiled([...whole, 'dist/shared/a.js', 'src/a.ts'], manifest)).toEqual([])
  })

  test('names what is missing and what is foreign', () => {
    expect(misfiled([...whole.filter((path) => path !== 'dist/core.js'), 'notes.txt', 'test/a.test.ts'], manifest)).toEqual(['the package for npm lacks dist/core.js: run npm run build', 'the package for npm holds notes.txt, which is not of it', 'the package for npm holds test/a.test.ts, which is not of it'])
  })
})
