/**
 * The place of a declaration in, its signature and its members out, in the source's own words.
 * Runtime: Node.
 * @module
 */
import { readFileSync } from 'node:fs'
import { parseSync } from 'vite'
import { root } from '../entries.mjs'
import { parseDoc } from './docstring.mjs'

/**
 * @typedef {object} Member
 * @property {string} name
 * @property {string} signature
 * @property {import('./docstring.mjs').Doc} doc
 */

const KINDS = { FunctionDeclaration: 'function', TSDeclareFunction: 'function', ClassDeclaration: 'class', TSInterfaceDeclaration: 'interface', TSTypeAliasDeclaration: 'typeAlias', VariableDeclaration: 'variable' }

/** Makes a reader of declarations, which parses each file once. */
export function createDeclarations() {
  /** @type {Map<string, { source: string, nodes: any[], docBefore: (start: number) => import('./docstring.mjs').Doc }>} */
  const files = new Map()

  function parsed(file) {
    const known = files.get(file)
    if (known) return known
    const source = readFileSync(root + file, 'utf8')
    const { program, comments, errors } = parseSync(file, source, { lang: 'ts', sourceType: 'module' })
    if (errors.length > 0) throw new SyntaxError(`Cannot parse ${file}: ${errors[0].message}`)
    // What tells of the module belongs to no declaration, though one may follow.
    const docs = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*') && !/^\s*\* @module/m.test(value))
    const made = {
      source,
      nodes: program.body.flatMap((node) => (node.type === 'ExportNamedDeclaration' && node.declaration ? [{ start: node.start, node: node.declaration }] : [])),
      docBefore(start) {
        const comment = docs.find(({ end }) => end <= start && source.slice(end, start).trim() === '')
        return parseDoc(comment?.value ?? '')
      },
    }
    files.set(file, made)
    return made
  }

  return {
    /**
     * Reads the declaration of a name.
     *
     * @param {string} name
     * @param {string} place `src/errors.ts:12`
     * @returns {import('./reference.mjs').ExportedSymbol}
     */
    read(name, place) {
      const [file = '', line = ''] = place.split(':')
      const { source, nodes, docBefore } = parsed(file)
      const found = nodes.filter(({ node }) => nameOf(node) === name)
      const [first] = found
      if (!first) throw new Error(`Cannot find the declaration of ${name} at ${place}`)
      const kind = KINDS[first.node.type]
      if (!kind) throw new Error(`Cannot describe ${name} at ${place}: it is a ${first.node.type}`)
      // The one that has the body is no signature where there are overloads.
      const signed = found.length > 1 ? found.filter(({ node }) => node.type === 'TSDeclareFunction') : found
      return {
        name,
        kind,
        file,
        line: Number(line),
        doc: docBefore(first.start),
        signatures: signed.map(({ node }) => signatureOf(node, source)),
        members: membersOf(first.node).map((member) => ({ name: memberName(member, source), signature: memberSignature(member, source), doc: docBefore(member.start) })),
      }
    },
  }
}

function nameOf(node) {
  return node.id?.name ?? node.declarations?.[0]?.id.name
}

/** A declaration up to its body. */
function signatureOf(node, source) {
  const upTo = (end) => source.slice(node.start, end).replace(/^async /, '').trim()
  if (node.type === 'VariableDeclaration') return `const ${source.slice(node.declarations[0].id.start, node.declarations[0].id.end)}`
  if (node.type === 'TSTypeAliasDeclaration' || !node.body) return upTo(node.end)
  return upTo(node.body.start)
}

/** What is listed below a declaration: members that others may use, or the texts of a constant that holds nothing else. */
function membersOf(node) {
  switch (node.type) {
    case 'TSInterfaceDeclaration':
    case 'ClassDeclaration':
      return node.body.body.filter(({ accessibility, key, type }) => accessibility !== 'private' && key?.type !== 'PrivateIdentifier' && type !== 'StaticBlock')
    case 'TSTypeAliasDeclaration':
      return node.typeAnnotation.type === 'TSTypeLiteral' ? node.typeAnnotation.members : []
    case 'VariableDeclaration': {
      const value = node.declarations[0].init?.type === 'TSAsExpression' ? node.declarations[0].init.expression : undefined
      return value?.type === 'ObjectExpression' && value.properties.every((property) => property.value?.type === 'Literal') ? value.properties : []
    }
    default:
      return []
  }
}

function memberName(member, source) {
  const { key, kind, type } = member
  if (kind === 'constructor') return 'constructor'
  if (key) return key.type === 'Literal' ? String(key.value) : source.slice(key.start, key.end)
  return type === 'TSIndexSignature' ? `[${member.parameters[0].name}]` : 'call'
}

/** A member on its own line, without a body and without what every member here is. */
function memberSignature({ type, start, end, value }, source) {
  const body = type === 'MethodDefinition' ? value.body?.start : undefined
  return source.slice(start, body ?? end).replace(/[;,]$/, '').replace(/^(?:override |public |readonly )+/, '').trim()
}
