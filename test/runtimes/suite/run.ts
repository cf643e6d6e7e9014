/**
 * Collected tests in, one line of JSON for each out: run in order, one at a time.
 * Runtimes: all. What the runtime must lend: `fetch`, to report.
 * @module
 */
import { expand, files } from './collect.ts'
import type { Group, HookName, Test } from './collect.ts'
import { OnlyInVitest, restore } from './mocks.ts'

export interface Outcome {
  readonly file: string
  readonly name: string
  readonly state: 'passed' | 'failed' | 'skipped'
  /** What failed, or why it was skipped. */
  readonly message?: string
  readonly ms?: number
}

const TEST_MS = 60_000
const SEND_MS = 100

// Before a test replaces them.
const { fetch, performance, setTimeout, clearTimeout } = globalThis

/** Runs all that was collected and reports it to a URL, the number of tests last: who is not told of as many knows that some are missing. */
export async function runAll(reportTo: string): Promise<void> {
  const post = poster(reportTo)
  globalThis.addEventListener?.('unhandledrejection', (event) => {
    post.line({ file: '', name: 'a rejection that nobody handled', state: 'failed', message: messageOf(event.reason) })
  })
  try {
    for (const file of files) expand(file)
  } catch (error) {
    post.line({ broken: messageOf(error) })
    return post.send()
  }
  const report = (outcome: Outcome): Promise<void> => {
    post.line(outcome)
    return post.due()
  }
  for (const file of files) await runGroup(file, [], { file: file.name, skipped: false, above: [] }, report)
  post.line({ tests: files.map(count).reduce((sum, number) => sum + number, 0) })
  await post.send()
}

interface Scope {
  readonly file: string
  readonly skipped: boolean
  /** The groups around, outermost first. */
  readonly above: readonly Group[]
}

async function runGroup(group: Group, names: readonly string[], { file, skipped, above }: Scope, report: (outcome: Outcome) => Promise<void>, broken?: string): Promise<void> {
  const scope = { file, skipped: skipped || group.skipped, above: [...above, group] }
  let failure = broken
  if (!scope.skipped && failure === undefined) failure = await hooks([group], 'beforeAll')
  for (const child of group.children) {
    if ('children' in child) await runGroup(child, [...names, child.name], scope, report, failure)
    else {
      const start = performance.now()
      const outcome = await runTest(child, scope, failure)
      await report({ file, name: [...names, child.name].join(' > '), ...outcome, ms: Math.round(performance.now() - start) })
    }
  }
  if (scope.skipped) return
  const after = await hooks([group], 'afterAll')
  if (after !== undefined && broken === undefined) await report({ file, name: [...names, 'afterAll'].join(' > '), state: 'failed', message: after })
}

async function runTest(test: Test, { skipped, above }: Scope, broken: string | undefined): Promise<Pick<Outcome, 'state' | 'message'>> {
  if (skipped || test.skipped) return { state: 'skipped' }
  if (broken !== undefined) return { state: 'failed', message: broken }
  restore()
  let failure = await hooks(above, 'beforeEach')
  let outcome: Pick<Outcome, 'state' | 'message'> = { state: 'passed' }
  if (failure === undefined) {
    try {
      await within(test.timeoutMs ?? TEST_MS, test.body)
    } catch (error) {
      if (error instanceof OnlyInVitest) outcome = { state: 'skipped', message: error.message }
      else failure = messageOf(error)
    }
  }
  const after = await hooks(above.toReversed(), 'afterEach')
  restore()
  failure ??= after
  return failure === undefined ? outcome : { state: 'failed', message: failure }
}

/** Runs hooks of groups; tells what failed. */
async function hooks(groups: readonly Group[], name: HookName): Promise<string | undefined> {
  try {
    for (const group of groups) for (const hook of name.startsWith('after') ? group.hooks[name].toReversed() : group.hooks[name]) await within(TEST_MS, hook)
    return undefined
  } catch (error) {
    return `${name}: ${messageOf(error)}`
  }
}

async function within(limitMs: number, body: () => unknown): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(`not done after ${limitMs} ms`)), limitMs)))
  try {
    await Promise.race([body(), late])
  } finally {
    clearTimeout(timer)
  }
}

function count(child: Group | Test): number {
  return 'children' in child ? child.children.map(count).reduce((sum, number) => sum + number, 0) : 1
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`
  // Firefox and Safari leave the message out of the stack.
  const { message, stack = '' } = error
  return (stack.includes(message) ? stack : `${error.name}: ${message}\n${stack}`).split('\n').slice(0, 12).join('\n')
}

/** Sends lines between tests, where none sees the request, as many at a time as have come since the last. */
function poster(url: string): { readonly line: (line: object) => void; readonly due: () => Promise<void>; readonly send: () => Promise<void> } {
  let waiting = ''
  let last = 0
  async function send(): Promise<void> {
    const body = waiting
    waiting = ''
    await (await fetch(url, { method: 'POST', body })).text()
    last = performance.now()
  }
  return {
    line: (line) => void (waiting += `${JSON.stringify(line)}\n`),
    due: async () => (performance.now() - last > SEND_MS ? send() : undefined),
    send,
  }
}
