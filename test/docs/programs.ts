/**
 * Every code block of the documentation's pages, and the files that the compiler and the runtimes get to see of programs.
 * @module
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import process from 'node:process'
import { blocksOf } from '../../scripts/docs/blocks.mjs'
import type { Block } from '../../scripts/docs/blocks.mjs'
import { ROOT, run } from '../package/artifact.ts'

export interface Program extends Block {
  /** Of its page, from the root. */
  readonly page: string
  /** `docs/chat.md:7` */
  readonly where: string
  /** Without its ending, in {@link FOLDER}. */
  readonly file: string
  readonly exports: boolean
}

// Inside of the package, so that its own name leads to `dist/`; of this process alone, as several may run tests in one tree.
export const FOLDER = join(ROOT, `build/docs-programs-${process.pid}`)

/** Globals of other runtimes, as much as the programs use; the database has the shape that Deno's own types are held to elsewhere. */
const RUNTIMES = `import type { KvDatabase } from 'keyless-chat/quota'
declare global {
  const Deno: {
    readonly env: { get(name: string): string | undefined }
    openKv(): Promise<KvDatabase>
    serve(handler: (request: Request) => Response | Promise<Response>): unknown
  }
  const Bun: { serve(options: { hostname: string; port: number; idleTimeout: number; fetch: (request: Request) => Response | Promise<Response> }): unknown }
}
`

/** All pages with code, from the root: README.md and what is below docs/. */
export function pagesOf(): readonly string[] {
  const below = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))
  return ['README.md', ...below.map((name) => `docs/${name.replaceAll('\\', '/')}`).sort()]
}

/** The blocks of all pages. */
export const blocks: readonly Program[] = pagesOf().flatMap((page) =>
  blocksOf(readFileSync(join(ROOT, page), 'utf8')).map((block) => ({
    ...block,
    page,
    where: `${page}:${block.line}`,
    file: `${page.replace(/\.md$/, '').replaceAll(/[^\w-]/g, '_')}/line-${block.line}`,
    exports: /^export (?!\{\s*\})/m.test(block.code),
  })),
)

/** The languages of programs; JavaScript is run as it is, without being checked. */
export const PROGRAM = /^(tsx?|js)$/

/** Those that are programs. */
export const programs: readonly Program[] = blocks.filter(({ language }) => PROGRAM.test(language))

/** Writes programs, and beside each the one that runs it, and compiles them in one go; what the compiler says is told by file. */
export async function compile(list: readonly Program[]): Promise<ReadonlyMap<string, string>> {
  rmSync(FOLDER, { recursive: true, force: true })
  for (const { file, language, code, run: body, exports, page } of list) {
    mkdirSync(join(FOLDER, file, '..'), { recursive: true })
    writeFileSync(join(FOLDER, `${file}.${language}`), `${code}\nexport {}\n${reached(file, language)}`)
    const name = basename(file)
    if (body !== undefined) writeFileSync(join(FOLDER, `${file}-run.ts`), runner(name, language, code, body))
    // What a page calls `export const relay` is what its other programs import from `./relay.ts`.
    const [, exported] = exports ? (/^export (?:async )?(?:const|function\*?) (\w+)/m.exec(code) ?? []) : []
    const imported = list.some((other) => other.page === page && other.code.includes(`'./${exported}.ts'`))
    const alias = join(FOLDER, file, `../${exported}.ts`)
    if (exported && imported && !existsSync(alias)) writeFileSync(alias, `export * from './${name}.${language}'\n`)
  }
  writeFileSync(join(FOLDER, 'runtimes.d.ts'), RUNTIMES)
  const compilerOptions = { target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'], module: 'nodenext', strict: true, exactOptionalPropertyTypes: true, noEmit: true, allowImportingTsExtensions: true, skipLibCheck: true, jsx: 'react-jsx', allowJs: true, types: ['node', 'react'] }
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['**/*.ts', '**/*.tsx', '**/*.js'] }))
  const { text } = await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', FOLDER, '--pretty', 'false'], ROOT)
  return diagnostics(text)
}

/** The program's last line, which tells that it has come there: bundlers leave out modules that look as if they did nothing. */
function reached(file: string, language: string): string {
  return `;${language === 'js' ? 'globalThis' : '(globalThis as { reached?: string[] })'}.reached?.push(${JSON.stringify(file)})\n`
}

/** A module whose function has the program's exports in scope, and with them all that {@link Scope} has. */
function runner(name: string, language: string, code: string, body: string): string {
  const names = [...code.matchAll(/^export (?:async )?(?:const|let|function\*?|class) (\w+)/gm)].map(([, exported = '']) => exported)
  return `import * as exports from './${name}.${language}'
import type { Scope } from '../../../test/docs/scope.ts'

export async function run({ foundry, emulator, output, app, expect }: Scope) {
  {
    const { ${names.join(', ')} } = exports
    ${/^(?:await |\w+\()[^;\n]*$/.test(body) ? `return ${body}` : body}
  }
}
`
}

function diagnostics(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  let file = ''
  for (const line of text.split('\n').filter(Boolean)) {
    const [, path] = /^(\S.*?\.(?:tsx?|js))\(\d+,\d+\): /.exec(line) ?? []
    if (path !== undefined) file = relative(FOLDER, join(ROOT, path)).replaceAll('\\', '/').replace(/(-run)?\.(tsx?|js)$/, '')
    found.set(file, `${found.get(file) ?? ''}${line}\n`)
  }
  return found
}
