/**
 * Holds the layer table of docs/design.md §2 true: reads every import in `src/` and lists what breaks it.
 * `node scripts/check-layers.mjs [directory]`; exits with 1 where anything does.
 * @module
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import process from 'node:process'
import { root } from './entries.mjs'
import { importsOf } from './imports.mjs'

/**
 * Each room: the rooms it may import, and the packages. `types` allows `import type` alone; a path allows that file
 * alone. A package that only one file may import stands in `only`.
 */
const PAGE = { errors: true, sse: true, schemas: true, endpoints: true, tokens: true, transport: true, chat: true }
const ADAPTER = { errors: true, schemas: true, tokens: 'types' }
const ROOMS = {
  abort: { rooms: {} },
  errors: { rooms: {} },
  sse: { rooms: { errors: true } },
  schemas: { rooms: { errors: true }, packages: ['valibot'] },
  endpoints: { rooms: { errors: true, schemas: 'types' } },
  tokens: { rooms: { abort: true, errors: true, schemas: true } },
  transport: { rooms: { abort: true, errors: true, schemas: true, endpoints: 'types', tokens: 'types' }, only: { 'transport/ky.ts': ['ky'] } },
  chat: { rooms: { errors: true, schemas: true, sse: true, endpoints: true, transport: 'types' } },
  embeddings: { rooms: { errors: true, schemas: true, sse: 'sse/parse.ts', endpoints: true, transport: 'types', chat: 'chat/request.ts', content: 'content/bytes.ts' } },
  responses: { rooms: { errors: true, schemas: true, endpoints: true, transport: 'types', chat: true } },
  tools: { rooms: { abort: true, errors: true, schemas: true, endpoints: 'endpoints/refuse.ts', chat: true } },
  structured: { rooms: { errors: true, schemas: true, endpoints: 'endpoints/refuse.ts', chat: true } },
  content: { rooms: { errors: true, schemas: 'types', endpoints: 'endpoints/refuse.ts' } },
  conversation: { rooms: { errors: true, schemas: true, endpoints: 'endpoints/refuse.ts', chat: 'types' } },
  quota: { rooms: {} },
  edge: { rooms: { abort: true, errors: true, schemas: true, sse: true, endpoints: true, tokens: true, transport: true, quota: true }, packages: ['jose', 'oauth4webapi', 'valibot'] },
  emulator: { rooms: { sse: 'sse/encode.ts' }, packages: ['jose'] },
  msal: { rooms: ADAPTER },
  broker: { rooms: { ...ADAPTER, tokens: true }, packages: ['valibot'] },
  diagnose: { rooms: { abort: true, errors: true, schemas: true, endpoints: true, tokens: 'tokens/claims.ts', transport: 'types', chat: 'types' } },
  connect: { rooms: { errors: true, endpoints: true, tokens: true, transport: true, chat: true } },
  core: { rooms: { ...PAGE, connect: true } },
  index: { rooms: { ...PAGE, connect: true, core: true } },
}

const DRAWERS = new Set(['utils', 'types', 'common', 'helpers', 'lib'])
const MAX_LINES = 200

/**
 * Lists what in `src` breaks the rules, one readable line each.
 * @param {string} src
 * @returns {{ problems: string[], files: number, rooms: number }}
 */
export function check(src) {
  const problems = []
  const report = (file, line, message) => problems.push(`src/${file}${line ? `:${line}` : ''} ${message}`)
  const files = readdirSync(src, { recursive: true })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => statSync(join(src, name)).isFile())
    .sort()
  if (files.length === 0) problems.push('src/ holds no file: nothing was checked')
  const fileGraph = new Map()
  const roomGraph = new Map()

  for (const file of files) {
    if (!/(?<!\.d)\.ts$/.test(file)) {
      report(file, 0, 'is not a TypeScript module')
      continue
    }
    const room = roomOf(file)
    const source = readFileSync(join(src, file), 'utf8')
    checkNames(file, report)
    const lines = source.split('\n').length - (source.endsWith('\n') ? 1 : 0)
    if (lines > MAX_LINES) report(file, 0, `has ${lines} lines: a file over ${MAX_LINES} lines has two jobs`)
    if (!Object.hasOwn(ROOMS, room)) {
      report(file, 0, `is in "${room}", which is no room of the table`)
      continue
    }
    fileGraph.set(file, new Set())
    if (!roomGraph.has(room)) roomGraph.set(room, new Set())

    for (const found of importsOf(file, source)) {
      const problem = found.specifier === undefined ? 'imports a computed name, which nobody can check' : judge(src, file, found)
      if (problem) report(file, found.line, problem)
      const target = found.specifier && targetOf(src, file, found.specifier)
      if (!target) continue
      fileGraph.get(file).add(target)
      if (roomOf(target) !== room) roomGraph.get(room).add(roomOf(target))
    }
  }
  for (const cycle of cyclesOf(fileGraph)) problems.push(`cycle between files: ${cycle.map((file) => `src/${file}`).join(' → ')}`)
  for (const cycle of cyclesOf(roomGraph)) problems.push(`cycle between rooms: ${cycle.join(' → ')}`)
  return { problems, files: files.length, rooms: roomGraph.size }
}

function checkNames(file, report) {
  const parts = file.split('/')
  const drawer = parts.map((part) => part.replace(/\.ts$/, '')).find((part) => DRAWERS.has(part))
  if (drawer) report(file, 0, `is or is in "${drawer}", a drawer: name the thing instead`)
}

/** Says what is wrong with one import, if anything. */
function judge(src, file, { specifier, typeOnly }) {
  const room = roomOf(file)
  const rules = ROOMS[room]
  if (!specifier.startsWith('.')) {
    if (specifier.startsWith('node:')) return `imports ${specifier}: src runs where there is no Node`
    const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
    if (rules.packages?.includes(name) || rules.only?.[file]?.includes(name)) return
    const holder = Object.entries(rules.only ?? {}).find(([, names]) => names.includes(name))?.[0]
    return holder ? `imports ${name}: only src/${holder} may` : `imports ${name}: ${room} may import ${list(rules.packages)} from outside`
  }
  const target = targetOf(src, file, specifier)
  if (target === undefined) return `imports ${specifier}, which is outside src`
  if (!existsSync(join(src, target)) || !specifier.endsWith('.ts')) return `imports ${specifier}, which is no file: name it with its .ts`
  const other = roomOf(target)
  if (other === room) {
    if (basename(target) === 'index.ts' && file.includes('/')) return `imports ${specifier}, its own room's index: import the file that has it`
    return
  }
  const allowed = Object.hasOwn(rules.rooms, other) ? rules.rooms[other] : undefined
  if (allowed === undefined) return `imports src/${target}: ${room} may import ${list(Object.keys(rules.rooms))}`
  if (allowed === 'types' && !typeOnly) return `imports src/${target} for its values: ${room} may only \`import type\` from ${other}`
  if (typeof allowed === 'string' && allowed !== 'types' && target !== allowed) return `imports src/${target}: of ${other}, ${room} may import src/${allowed} alone`
}

function list(names = []) {
  return names.length === 0 ? 'nothing' : names.join(', ')
}

/** The folder that a file is in, or the name of a file that is a room of its own. */
function roomOf(file) {
  return file.includes('/') ? file.split('/')[0] : file.replace(/\.ts$/, '')
}

/** The imported file's path below `src`; `undefined` for packages and for files outside. */
function targetOf(src, file, specifier) {
  if (!specifier.startsWith('.')) return
  const path = relative(src, resolve(src, dirname(file), specifier)).replaceAll('\\', '/')
  return path.startsWith('..') ? undefined : path
}

/** Finds one cycle for each group of nodes that reach each other, by a walk that remembers its way. */
function cyclesOf(graph) {
  const cycles = []
  const state = new Map()
  const way = []
  function walk(node) {
    state.set(node, 'open')
    way.push(node)
    for (const next of graph.get(node) ?? []) {
      if (state.get(next) === 'open') cycles.push([...way.slice(way.indexOf(next)), next])
      else if (!state.has(next)) walk(next)
    }
    way.pop()
    state.set(node, 'done')
  }
  for (const node of graph.keys()) if (!state.has(node)) walk(node)
  return cycles
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const { problems, files, rooms } = check(resolve(process.argv[2] ?? join(root, 'src')))
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) console.error(`\n${problems.length} ${problems.length === 1 ? 'breach' : 'breaches'} of the layer table in docs/design.md §2`)
  else console.log(`${files} files in ${rooms} rooms keep to the layer table`)
  process.exitCode = problems.length > 0 ? 1 : 0
}
