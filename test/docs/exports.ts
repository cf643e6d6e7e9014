/**
 * An entry of the built package in, the names that it exports out, types included; read from its declarations, by none of the means of the site.
 * @module
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync } from 'vite'

interface Node {
  readonly type: string
  readonly source?: { readonly value: string } | null
  readonly declaration?: { readonly id?: { readonly name: string } | null; readonly declarations?: readonly { readonly id: { readonly name?: string } }[] } | null
  readonly specifiers?: readonly { readonly exported: { readonly name?: string; readonly value?: string } }[]
}

/** Lists the names that a file of declarations exports. */
export function exportsOf(file: string): readonly string[] {
  const { program, errors } = parseSync(file, readFileSync(file, 'utf8'), { lang: 'dts', sourceType: 'module' })
  if (errors.length > 0) throw new SyntaxError(`Cannot parse ${file}: ${errors[0]?.message}`)
  const names = (program.body as unknown as readonly Node[]).flatMap(({ type, source, declaration, specifiers = [] }) => {
    if (type === 'ExportAllDeclaration' && source) return exportsOf(join(dirname(file), source.value.replace(/\.js$/, '.d.ts')))
    if (type !== 'ExportNamedDeclaration') return []
    const declared = [declaration?.id?.name, ...(declaration?.declarations ?? []).map(({ id }) => id.name)]
    return [...declared, ...specifiers.map(({ exported }) => exported.name ?? exported.value)].filter((name) => name !== undefined)
  })
  return [...new Set(names)]
}
