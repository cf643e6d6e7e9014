/**
 * The repository's test files in, those that any runtime can run from the package alone out.
 * Runtime: Node.
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { entriesOf, readPackage, root } from '../../../scripts/entries.mjs'
import { importsOf } from '../../../scripts/imports.mjs'

/** A source of an entry, such as `src/sse/index.ts`, by the name that a user imports: `keyless-chat/sse`. */
export const specifiers: ReadonlyMap<string, string> = new Map(entriesOf(readPackage()).map(({ source, specifier }) => [source, specifier]))

/** Not of the library: these test the package, its demo and its servers, or have a command of their own. */
const ELSEWHERE = /^test\/(package|demo|runtimes|fuzz|faults|soak)\//

export interface Member {
  /** `test/sse/decode.test.ts` */
  readonly file: string
  /** The folder: `sse`. */
  readonly area: string
  /** Where it runs, as its name says. */
  readonly where: 'everywhere' | 'servers' | 'browsers'
}

/** The suite, and the files that are none of it, with the module that keeps each out. */
export function membersOf(): { readonly members: readonly Member[]; readonly others: ReadonlyMap<string, string> } {
  const members: Member[] = []
  const others = new Map<string, string>()
  for (const file of globSync('test/**/*.test.ts', { cwd: root }).map((path) => path.replaceAll('\\', '/')).sort()) {
    if (ELSEWHERE.test(file) || /\.(node|workerd)\.test\.ts$/.test(file)) continue
    const obstacle = obstacleIn(file)
    if (obstacle) others.set(file, obstacle)
    else members.push({ file, area: file.split('/')[1] ?? '', where: file.endsWith('.server.test.ts') ? 'servers' : file.endsWith('.browser.test.ts') ? 'browsers' : 'everywhere' })
  }
  return { members, others }
}

/** The first import of a file, or of what it imports, that the package does not answer. */
function obstacleIn(file: string, seen = new Set<string>()): string | undefined {
  if (seen.has(file) || specifiers.has(file)) return undefined
  seen.add(file)
  if (file.startsWith('src/')) return file
  for (const { specifier = '', typeOnly } of importsOf(file, readFileSync(join(root, file), 'utf8'))) {
    if (typeOnly) continue
    if (isBuiltin(specifier) || specifier.startsWith('cloudflare:')) return specifier
    if (!specifier.startsWith('.')) continue
    const found = obstacleIn(join(dirname(file), specifier).replaceAll('\\', '/'), seen)
    if (found) return found
  }
  return undefined
}
