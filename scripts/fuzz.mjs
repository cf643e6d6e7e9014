/**
 * Tries the properties of test/fuzz for as long as told, with a seed that is printed first, so that every run can be had again.
 *
 * `npm run fuzz -- [--seconds N] [--seed N] [--path P] [--only text] [--project node] [--write]`: `--only` takes part of a property's name, and
 * `--seed` with `--path`, as a failure names them, repeats the smallest counterexample alone. `--write` puts the figures into docs/reliability.md.
 * @module
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { line, tally } from './counts.mjs'
import { root } from './entries.mjs'
import { syncSections } from './sections.mjs'

process.chdir(root)
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' }, path: { type: 'string' }, only: { type: 'string' }, project: { type: 'string', default: 'node' }, write: { type: 'boolean' } },
})
const seconds = Number(values.seconds)
const seed = Number(values.seed ?? Date.now() % 1e9)
if (!(seconds > 0) || !Number.isInteger(seed)) throw new Error(`Cannot fuzz as seconds must be above 0 and seed an integer: they are ${values.seconds} and ${values.seed}`)
console.log(`seed: ${seed}`)
// The configuration reads there which runtimes are asked for.
if (!process.argv.includes('--project')) process.argv.push('--project', values.project)
const { createVitest } = await import('vitest/node')
const vitest = await createVitest('test', {
  root,
  project: [values.project],
  watch: false,
  // One at a time, so that a property has a processor to itself for its time.
  maxWorkers: 1,
  reporters: [{}],
  ...(values.only && { testNamePattern: values.only.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') }),
})
const rows = []
const counts = tally()
const began = Date.now()
try {
  // How time grows is measured once, and edges are no random input.
  const specifications = (await vitest.globTestSpecifications(['test/fuzz/'])).filter(({ moduleId }) => /\/test\/fuzz\/(?!linear|edges)/.test(moduleId))
  const named = (test) => !values.only || test.fullName.includes(values.only)
  const properties = (await vitest.collectTests(specifications)).testModules.flatMap((module) => [...module.children.allTests()]).filter((test) => named(test))
  if (properties.length === 0) throw new Error(`Cannot fuzz: no property of ${values.project} has ${JSON.stringify(values.only)} in its name`)
  vitest.provide('fuzz', { seed, ...(values.path === undefined ? { propertyMs: (seconds * 1000) / properties.length } : { path: values.path }) })
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications, true)
  for (const test of testModules.flatMap((module) => [...module.children.allTests()])) if (named(test)) report(test)
  for (const error of unhandledErrors) fail('nobody looks at a rejection', error?.stack ?? String(error))
  for (const module of testModules) for (const error of module.errors()) fail(module.moduleId, error.stack ?? error.message)
} finally {
  await vitest.close()
}
const took = Math.round((Date.now() - began) / 1000)
console.log(`seed ${seed}, ${took} s`)
if (values.write) {
  const intro = `\`npm run fuzz -- --seconds ${seconds} --seed ${seed}\` took ${took} s. A property is tried with random and hostile input until its time is over; what fails is printed with its seed and made as small as it can be.`
  syncSections('docs/reliability.md', { fuzz: [intro, '', '| property | runs | counterexamples |', '| --- | ---: | ---: |', ...rows.map(({ name, runs, failed }) => `| ${name} | ${runs.toLocaleString('en')} | ${failed ? 1 : 0} |`)].join('\n') })
}
console.log(line(counts))
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0

function report(test) {
  const { state, errors } = test.result()
  if (state === 'skipped') return
  const { runs = 0, failure } = test.meta().fuzz ?? {}
  const failed = state !== 'passed'
  rows.push({ name: test.name.replaceAll('|', '\\|'), runs, failed })
  console.log(`${failed ? 'FAILED' : 'holds '}  ${test.name}: ${runs} runs`)
  if (!failed) counts.passed++
  else if (failure) fail(`seed ${failure.seed}, path ${failure.path}: ${failure.counterexample}`, `rerun: npm run fuzz -- --only ${JSON.stringify(test.name)} --seed ${failure.seed} --path ${failure.path}\n${failure.error}`)
  else fail(test.name, errors?.map(({ message }) => message).join('\n'))
}

function fail(what, why) {
  counts.failed++
  console.log(`${what}\n${why}`)
}
