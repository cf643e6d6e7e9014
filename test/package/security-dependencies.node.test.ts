import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { objections, productionTree, tableOf } from '../../scripts/dependencies.mjs'
import { ROOT } from './artifact.ts'

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: Record<string, string>; optionalDependencies?: object; peerDependencies?: object; bundleDependencies?: unknown }
const HASH = `sha512-${'a'.repeat(86)}==`

describe('the dependencies of the package', () => {
  const tree = productionTree()

  test('are those of the table in SECURITY.md, to the version', () => {
    expect(objections(tree)).toEqual([])
    expect(readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')).toContain(tableOf(tree))
  })

  test('bring none of their own, and are all named by package.json', () => {
    expect(tree.map(({ name, version }) => [name, version])).toEqual(Object.entries(manifest.dependencies).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    for (const { by } of tree) expect(by).toEqual(['keyless-chat'])
    expect([manifest.optionalDependencies, manifest.peerDependencies, manifest.bundleDependencies]).toEqual([undefined, undefined, undefined])
  })
})

describe('productionTree() and objections()', () => {
  let folder: string
  const write = (file: string, content: object) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), JSON.stringify(content))
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyless-chat-tree-'))
    write('package.json', { name: 'app', dependencies: { jose: '1.0.0', ky: '2.0.0' } })
    write('package-lock.json', {
      packages: {
        '': {},
        'node_modules/jose': { version: '1.0.0', license: 'MIT', integrity: HASH, dependencies: { deep: '1' }, peerDependencies: { typescript: '5', peer: '1' }, peerDependenciesMeta: { typescript: { optional: true } } },
        'node_modules/jose/node_modules/deep': { version: '1.0.0', license: 'GPL-3.0', optionalDependencies: { ky: '2' } },
        'node_modules/deep': { version: '2.0.0', license: 'MIT', integrity: HASH },
        'node_modules/ky': { version: '2.0.0', license: 'MIT', integrity: HASH },
        'node_modules/peer': { version: '1.0.0', license: 'ISC', integrity: HASH },
      },
    })
    for (const name of ['jose', 'ky', 'peer']) write(`node_modules/${name}/package.json`, { scripts: { prepare: 'build' } })
    write('node_modules/jose/node_modules/deep/package.json', { scripts: { postinstall: 'curl' } })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('find what comes unnoticed, where it is and by whom', () => {
    expect(productionTree(folder).map(({ name, version, by }) => [name, version, by.join()])).toEqual([['deep', '1.0.0', 'jose'], ['jose', '1.0.0', 'app'], ['ky', '2.0.0', 'deep,app'], ['peer', '1.0.0', 'jose']])
  })

  test('object to what nobody has said why, to its licence, its scripts and its missing hash', () => {
    expect(objections(productionTree(folder))).toEqual([
      'deep comes along, and nobody has said why',
      expect.stringMatching(/^deep has the licence GPL-3\.0/),
      'deep runs a script when it is installed: postinstall',
      'deep has no hash in package-lock.json',
      'peer comes along, and nobody has said why',
      'oauth4webapi has a reason, and does not come along',
      'valibot has a reason, and does not come along',
    ])
  })
})
