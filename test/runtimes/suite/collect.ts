/**
 * Test files in, their tests in order out: Vitest's `describe`, `test` and hooks, as much of them as the suite uses.
 * Runtimes: all. Imports: nothing.
 * @module
 */
export type Body = (...args: never[]) => unknown
export type HookName = 'beforeAll' | 'afterAll' | 'beforeEach' | 'afterEach'

export interface Test {
  readonly name: string
  readonly skipped: boolean
  readonly body: () => unknown
  readonly timeoutMs: number | undefined
}

export interface Group {
  readonly name: string
  readonly skipped: boolean
  readonly hooks: Readonly<Record<HookName, (() => unknown)[]>>
  readonly children: (Group | Test)[]
  /** The function of a `describe()`. */
  readonly body: () => unknown
}

/** A file is a group without a parent. */
export const files: Group[] = []

let current: Group | undefined

/** Called where the body of a test file begins: what follows is this file's. */
export function enter(file: string): void {
  current = groupOf(file, false, () => {})
  files.push(current)
}

/** Called where it ends. */
export function leave(): void {
  current = undefined
}

function here(): Group {
  // A module that several files share is run once, so that a hook of its own would be one file's alone.
  if (!current) throw new Error('Cannot register a test or a hook outside of a test file')
  return current
}

const groupOf = (name: string, skipped: boolean, body: () => unknown): Group => ({ name, skipped, body, hooks: { beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] }, children: [] })

type Register = (name: string, body: () => unknown, skipped: boolean, timeoutMs?: number) => void
type Table = readonly unknown[]

interface Registrar {
  (name: string, body?: Body, timeoutMs?: number): void
  readonly skip: Registrar
  readonly skipIf: (condition: unknown) => Registrar
  readonly runIf: (condition: unknown) => Registrar
  readonly each: (table: Table) => (name: string, body: Body, timeoutMs?: number) => void
  readonly for: (table: Table) => (name: string, body: Body, timeoutMs?: number) => void
}

function registrar(register: Register, skipped = false): Registrar {
  const call = (body: Body, args: readonly unknown[]) => () => body(...(args as never[]))
  const one = (name: string, body: Body = () => {}, timeoutMs?: number): void => register(name, call(body, []), skipped, timeoutMs)
  const rows = (argsOf: (row: unknown) => readonly unknown[]) => (table: Table) => (name: string, body: Body, timeoutMs?: number) => {
    for (const [index, row] of table.entries()) register(titled(name, Array.isArray(row) ? row : [row], index), call(body, argsOf(row)), skipped, timeoutMs)
  }
  return Object.defineProperties(Object.assign(one, {
    skipIf: (condition: unknown) => registrar(register, skipped || Boolean(condition)),
    runIf: (condition: unknown) => registrar(register, skipped || !condition),
    each: rows((row) => (Array.isArray(row) ? row : [row])),
    for: rows((row) => [row]),
  }), { skip: { get: () => registrar(register, true) } }) as Registrar
}

export const test: Registrar = registrar((name, body, skipped, timeoutMs) => void here().children.push({ name, skipped, body, timeoutMs }))

export const describe: Registrar = registrar((name, body, skipped) => void here().children.push(groupOf(name, skipped, body)))

/**
 * Calls the function of a `describe()`, and those within. Not where it is written, as workerd allows neither random values nor timers outside of a
 * handler.
 */
export function expand(group: Group): void {
  current = group
  if (group.body() instanceof Promise) throw new Error(`Cannot wait for describe(${JSON.stringify(group.name)}), whose function is asynchronous`)
  current = undefined
  for (const child of group.children) if ('children' in child) expand(child)
}

const hook = (name: HookName) => (body: () => unknown): void => void here().hooks[name].push(body)

export const beforeAll: (body: () => unknown) => void = hook('beforeAll')
export const afterAll: (body: () => unknown) => void = hook('afterAll')
export const beforeEach: (body: () => unknown) => void = hook('beforeEach')
export const afterEach: (body: () => unknown) => void = hook('afterEach')

/** A row's name: `%s` and its kind stand for its values in order, `%#` for its number, `$key` for a member of its first. */
function titled(name: string, row: readonly unknown[], index: number): string {
  let next = 0
  return name
    .replace(/%([sdifjoO#%])/g, (_, kind: string) => (kind === '%' ? '%' : kind === '#' ? String(index) : shown(row[next++])))
    .replace(/\$(\w+)/g, (whole, key: string) => {
      const value = Object(row[0]) as Record<string, unknown>
      return key in value ? shown(value[key]) : whole
    })
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'function') return value.name
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}
