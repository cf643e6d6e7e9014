/**
 * The examples of docstrings, as programs: a whole module as it is, a fragment within a function that has around it what it names.
 *
 * What has imports or exports is a whole module. A fragment gets what the package exports by those names, and {@link Usual}.
 * @module
 */
import { blocksOf } from '../../scripts/docs/blocks.mjs'
import { readReference } from '../../scripts/docs/reference.mjs'
import { EXAMPLES } from './examples.ts'
import type { ExampleRun } from './examples.ts'
import type { Program } from './programs.ts'
import type { Scope } from './scope.ts'
import { usualNames } from './usual.ts'

const { entries } = readReference()

/** Packages whose names fragments use. */
const OTHERS: Readonly<Record<string, string>> = {
  OpenAI: "import OpenAI from 'openai'",
  PublicClientApplication: "import { PublicClientApplication } from '@azure/msal-browser'",
  z: "import { z } from 'zod'",
}
/** {@link Usual} by name. */
const USUAL = Object.keys(usualNames({ output: { append() {} } } as unknown as Scope))
/** A fragment's line that tells what it gives: `encode({ data: 'a' }) // 'data: a\n\n'`, or so on the next line. */
const TELLS = /^(?!const |let |for |if |\/\/)(\S.*?)(?: |\n)\/\/ (['"[{\d].*)$/gm
const SERVERS = ['keyless-chat/edge', 'keyless-chat/quota']

/** Every symbol that an entry's page describes, with its examples. */
export const symbols = entries.flatMap(({ specifier, symbols: described }) => described.map((symbol) => ({ specifier, ...symbol })))

export const examples: readonly Program[] = symbols.flatMap(({ specifier, name, file, line, doc, members }) =>
  [...doc.examples, ...members.flatMap((member) => member.doc.examples)].flatMap(blocksOf).map(({ language, code }, at) => {
    const how = EXAMPLES[specifier]?.[name] ?? {}
    const { run, throws, notRun } = how
    const whole = /^(import|export) /m.test(code)
    return {
      language,
      mode: SERVERS.includes(specifier) ? 'server' : '',
      code: whole ? code : fragment(specifier, code, how),
      run: whole ? run : 'await example({ foundry, emulator, output, app, expect })',
      throws,
      notRun,
      line,
      page: file,
      where: `${name} of ${specifier}${at === 0 ? '' : `, ${at + 1}`}, ${file}:${line}`,
      file: `examples/${specifier.replaceAll(/\W/g, '_')}-${name}-${at + 1}`,
      exports: whole && /^export /m.test(code),
    }
  }),
)

/** A module that exports a fragment as `example()`, with what proves it right behind it. */
function fragment(specifier: string, code: string, { given = '', run = '' }: ExampleRun): string {
  const named = (name: string) => new RegExp(String.raw`(?<!\w|(?<!\.\.)\.)${name}\b`).test(`${given}\n${code}\n${run}`)
  const others = Object.entries(OTHERS).flatMap(([name, statement]) => (named(name) ? [statement] : []))
  return `${[...imports(specifier, named), ...others].join('\n')}
import type { Scope as Around } from '../../../test/docs/scope.ts'
import { usualNames } from '../../../test/docs/usual.ts'

export async function example(around: Around): Promise<unknown> {
  const { foundry, emulator, output, app, expect } = around
  const { ${USUAL.filter(named).join(', ')} } = usualNames(around)
  {
${given}
{
${code.replaceAll(TELLS, 'expect($1).toEqual($2)')}
${run}
}
  }
  return undefined
}
`
}

/** Imports by name from the entry itself, else from the one whose page describes it. */
function imports(specifier: string, named: (name: string) => boolean): readonly string[] {
  const own = entries.filter((entry) => entry.specifier === specifier)
  const taken = new Set<string>()
  return [...own, ...entries].flatMap((entry) => {
    const offered = entry.specifier === specifier ? [...entry.symbols.map(({ name }) => name), ...entry.elsewhere.map(({ name }) => name)] : entry.symbols.map(({ name }) => name)
    const names = offered.filter((name) => !taken.has(name) && named(name))
    for (const name of names) taken.add(name)
    const isType = (name: string) => symbols.some((symbol) => symbol.name === name && (symbol.kind === 'interface' || symbol.kind === 'typeAlias'))
    return names.length === 0 ? [] : [`import { ${names.map((name) => (isType(name) ? `type ${name}` : name)).join(', ')} } from '${entry.specifier}'`]
  })
}
