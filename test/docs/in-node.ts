/**
 * Programs for a server in, what comes of each in a Node process of their own out.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { ROOT, run } from '../package/artifact.ts'
import { FOLDER } from './programs.ts'
import type { Program } from './programs.ts'
import type { Outcome } from './scope.ts'

const LONGEST_MS = 60_000
/** Before what is told of a program, as others write to the same output. */
const MARK = '\u0001outcome '

/** Runs the programs one after the other. One that ends the process ends those after it, which then have no outcome. */
export async function runInNode(programs: readonly Program[]): Promise<ReadonlyMap<string, Outcome>> {
  if (programs.length === 0) return new Map()
  mkdirSync(FOLDER, { recursive: true })
  const lines = programs.map(({ file, language, run: body }) => `[${JSON.stringify(file)}, { load: () => import('./${file}.${language}')${body === undefined ? '' : `, run: () => import('./${file}-run.ts')`} }],`)
  const main = `import { runProgram } from '../../test/docs/scope.ts'
let uncaught
process.on('unhandledRejection', (error) => (uncaught = String(error?.stack ?? error)))
for (const [file, program] of [
${lines.join('\n')}
]) {
  uncaught = undefined
  const outcome = await runProgram(file, program, undefined)
  await new Promise((resolve) => setImmediate(resolve))
  process.stdout.write(${JSON.stringify(MARK)} + JSON.stringify([file, { ...outcome, error: outcome.error ?? uncaught }]) + '\\n')
}
process.exit(0)
`
  writeFileSync(join(FOLDER, 'main-node.mjs'), main)
  const { text } = await run(process.execPath, ['--no-warnings', join(FOLDER, 'main-node.mjs')], ROOT, {}, LONGEST_MS)
  const told = text.split('\n').filter((line) => line.startsWith(MARK))
  const outcomes = new Map(told.map((line) => JSON.parse(line.slice(MARK.length)) as [string, Outcome]))
  for (const { file } of programs) if (!outcomes.has(file)) outcomes.set(file, { error: `The process ended before this program did: ${text}`, code: undefined, said: '' })
  return outcomes
}
