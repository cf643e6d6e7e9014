import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ROOT, run } from './artifact.ts'

interface Packed {
  readonly size: number
  readonly unpackedSize: number
  readonly bundled: readonly string[]
  readonly files: readonly { readonly path: string; readonly size: number; readonly mode: number }[]
}

/** What a secret or somebody's own file is called. */
const PRIVATE = /(^|\/)(\.|id_(rsa|ed25519)|npmrc|env(\.|$)|secrets?(\.|$)|credentials?\.(?!ts|d\.ts)|.*\.(pem|key|p12|pfx|crt|kdbx|sqlite|log|tgz|orig|rej|swp|bak)$)/i
/** What a secret looks like: private keys, tokens of registries, of GitHub, of clouds, and JWTs. */
const SECRET = /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z\d+/]{40}|\bnpm_[A-Za-z\d]{36}\b|\bgh[pousr]_[A-Za-z\d]{36}\b|\bAKIA[A-Z\d]{16}\b|\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}|AccountKey=[A-Za-z\d+/]{40}/
/** The path of a home directory or a drive, of whichever machine. */
const MACHINE = /(^|["'\s(])(\/(home|Users|root|tmp|private)\/|[A-Z]:\\\\?Users)/m

describe('the files of the package', () => {
  let packed: Packed
  beforeAll(async () => {
    const { status, output, text } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], ROOT)
    if (status !== 0) throw new Error(text)
    // npm 12 answers with an object by name, those before with a list.
    const [first] = Object.values(JSON.parse(output) as Record<string, Packed>)
    if (!first) throw new Error(`Cannot read what npm packed: ${output}`)
    packed = first
  })

  test('are of the build, the source and five documents, and of nothing else', () => {
    const others = packed.files.map(({ path }) => path).filter((path) => !/^(dist\/(types\/)?([\w-]+\/)*[\w-]+(\.min)?\.(js|js\.map|d\.ts|d\.ts\.map)|src\/([\w-]+\/)*[\w-]+\.ts)$/.test(path))
    expect(others.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'dist/integrity.json', 'dist/keyless-chat.min.mjs', 'package.json'])
    expect(packed.bundled).toEqual([])
  })

  test('are no tests, and called like no secret', () => {
    for (const { path, mode } of packed.files) {
      expect(path).not.toMatch(PRIVATE)
      expect(path).not.toMatch(/\.(test|spec|test-d|bench)\.|(^|\/)(test|tests|fixtures|coverage|node_modules|demo)\//)
      // Nothing of a library is a program.
      expect(mode & 0o111, path).toBe(0)
    }
    for (const name of ['.env', 'dist/.npmrc', 'src/key.pem', 'secrets.json', 'id_rsa', 'src/credentials.json', 'debug.log', 'env.local']) expect(name).toMatch(PRIVATE)
  })

  test('hold no secret, and no path of a machine, in sources of maps neither', async () => {
    for (const { path } of packed.files) {
      const content = await readFile(join(ROOT, path), 'utf8')
      expect(SECRET.exec(content)?.[0], path).toBeUndefined()
      const paths = path.endsWith('.map') ? JSON.stringify((JSON.parse(content) as { sources: string[]; sourceRoot?: string })) : content
      if (!path.startsWith('README')) expect(MACHINE.exec(path.endsWith('.map') ? (JSON.parse(paths) as { sources: string[]; sourceRoot?: string }).sources.join('\n') : paths)?.[0], path).toBeUndefined()
    }
    expect(`-----BEGIN PRIVATE KEY-----\n${'a'.repeat(64)}`).toMatch(SECRET)
    for (const path of ['/home/ada/src/index.ts', 'C:\\Users\\ada', '"/root/src/index.ts"']) expect(path).toMatch(MACHINE)
  })

  test('are of a size that somebody has looked at', () => {
    expect(packed.size).toBeGreaterThan(500_000)
    expect(packed.size).toBeLessThan(900_000)
    expect(packed.unpackedSize).toBeLessThan(3_500_000)
    // The largest is a source map.
    for (const { path, size } of packed.files) expect(size, path).toBeLessThan(path.endsWith('.map') ? 600_000 : 150_000)
  })
})
