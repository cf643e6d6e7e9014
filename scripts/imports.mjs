/**
 * A module's source in, its imports out: static, re-exporting, dynamic and inside types.
 * @module
 */
import { parseSync } from 'vite'

/**
 * Lists what a TypeScript module imports. `start` and `end` enclose the specifier with its quotes; `typeOnly` says that
 * the compiler erases the import (`import { type A }` is not erased under `verbatimModuleSyntax`: it still loads the module).
 * @param {string} path
 * @param {string} source
 * @returns {{ specifier: string | undefined, typeOnly: boolean, start: number, end: number, line: number }[]}
 */
export function importsOf(path, source) {
  const { program, errors } = parseSync(path, source, { lang: path.endsWith('.d.ts') ? 'dts' : 'ts', sourceType: 'module' })
  if (errors.length > 0) throw new SyntaxError(`Cannot parse ${path}: ${errors[0].message}`)
  /** @type {ReturnType<typeof importsOf>} */
  const found = []
  visit(program, (node) => {
    const where = specifierOf(node)
    if (!where) return
    const typeOnly = node.importKind === 'type' || node.exportKind === 'type' || node.type === 'TSImportType'
    const line = source.slice(0, where.start).split('\n').length
    found.push({ specifier: typeof where.value === 'string' ? where.value : undefined, typeOnly, start: where.start, end: where.end, line })
  })
  return found
}

function specifierOf(node) {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node.source
    case 'TSExternalModuleReference':
      return node.expression
  }
}

function visit(node, enter) {
  if (Array.isArray(node)) for (const child of node) visit(child, enter)
  else if (typeof node?.type === 'string') {
    enter(node)
    for (const key in node) if (typeof node[key] === 'object') visit(node[key], enter)
  }
}
