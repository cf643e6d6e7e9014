/**
 * Breaks guards on purpose, one at a time, in a copy of the tree, and sees that the tests named for each fail.
 *
 * `npm run mutate -- [list …] [--only text] [--sample N [--seed S]] [--write]`: the lists are the files of test/mutations, all of them by default;
 * `--write` puts the table of what was tried into docs/reliability.md. Ends with `N passed, N failed, N skipped`: passed is a mutation that was noticed.
 * For tests in Node one Vitest is kept, so that a mutation takes a second or two.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { line, tally } from './counts.mjs'
import { root } from './entries.mjs'
import { syncSections } from './sections.mjs'

/**
 * A guard, and how it is broken.
 * @typedef {object} Mutation
 * @property {string} guard What holds, in words that stand in the document that promises it.
 * @property {string} file Relative to the root.
 * @property {string} from The code that is replaced; occurs once.
 * @property {string} to
 * @property {string[]} tests Files of which one test at least must fail.
 * @property {'node' | 'chromium' | 'workerd' | 'built'} [project] `node` unless told.
 */

/** Longer than any few tests take. */
const MOST_MS = 180_000

process.chdir(root)
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, sample: { type: 'string' }, seed: { type: 'string' }, write: { type: 'boolean' } },
})
const all = await lists(positionals)
const chosen = pick(all.filter(({ guard, file }) => !values.only || guard.includes(values.only) || file.includes(values.only)))
const counts = tally()
const tried = []
const copy = copied()
const missing = chosen.flatMap(({ list, file, from }) => {
  const times = readFileSync(join(copy, file), 'utf8').split(from).length - 1
  return times === 1 ? [] : [`${list}: in ${file} this stands ${times} times, not once: ${from}`]
})
process.on('exit', () => rmSync(dirname(copy), { recursive: true, force: true }))

if (missing.length > 0) throw new Error(`Cannot try mutations\n${missing.join('\n')}`)
/** Vitest in the copy, once it has been needed. */
let vitest
try {
  // A test that fails by itself would prove nothing.
  const failing = new Set()
  for (const [project, tests] of testsByProject(chosen)) {
    // Twice, as a machine that is busy makes what waits fail.
    for (const test of tests) if (!(await run(project, [test])).passed && !(await run(project, [test])).passed) failing.add(test)
  }
  for (const mutation of chosen) {
    const { list, guard, file, from, to, project = 'node' } = mutation
    const tests = mutation.tests.filter((test) => !failing.has(test))
    if (tests.length === 0) {
      counts.skipped++
      console.log(`skipped: ${list}: ${guard} (${mutation.tests.join(', ')} fails as it is)`)
      continue
    }
    const text = readFileSync(join(copy, file), 'utf8')
    writeFileSync(join(copy, file), text.replace(from, () => to))
    const { noticed, output } = await run(project, tests, file)
    writeFileSync(join(copy, file), text)
    vitest?.invalidateFile(join(copy, file))
    if (noticed) counts.passed++
    else counts.failed++
    console.log(`${noticed ? 'noticed ' : 'SURVIVED'}  ${list}: ${guard}: ${file}: ${oneLine(from)} → ${oneLine(to)}`)
    console.log(noticed ? `          by ${output.split('\n').find((line) => line.trim())?.slice(0, 200)}` : output.slice(-2000))
    tried.push({ list, file, guard, noticed })
  }
} finally {
  await vitest?.close()
}
if (values.write) writeTable()
console.log(line(counts))
// At once, as a test may run for ever.
process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0)

/** Writes what was tried into the document, a row for each file, and leaves the rows of other lists. */
function writeTable() {
  if (values.only || values.sample) throw new Error('Cannot write what was tried as only a part of it was')
  const now = new Set(tried.map(({ list }) => list))
  const text = readFileSync('docs/reliability.md', 'utf8')
  const others = text.split('\n').filter((row) => /^\| [\w-]+ \| `src\//.test(row) && !now.has(row.split(' ')[1]))
  const places = new Map()
  for (const one of tried) places.set(`${one.list} | \`${one.file}\``, [...(places.get(`${one.list} | \`${one.file}\``) ?? []), one])
  const rows = [...places].map(([place, all]) => {
    const noticed = all.filter((one) => one.noticed)
    const guards = all.map((one) => (one.noticed ? one.guard : `**${one.guard}**`).replaceAll('|', '\\|')).join('; ')
    return `| ${place} | ${noticed.length} of ${all.length} | ${guards} |`
  })
  const intro = 'Each was taken out of the source, one at a time, and tests failed. What was taken out and what stood in its place is in the lists of [test/mutations](../test/mutations).'
  syncSections('docs/reliability.md', { mutations: [intro, '', '| list | file | noticed | guards |', '| --- | --- | ---: | --- |', ...[...others, ...rows].sort()].join('\n') })
}

/** @returns {Promise<(Mutation & { list: string })[]>} */
async function lists(names) {
  const files = readdirSync('test/mutations').filter((file) => file.endsWith('.mjs')).map((file) => file.slice(0, -4))
  for (const name of names) if (!files.includes(name)) throw new Error(`Cannot try mutations: there is no list ${name}, only ${files.join(', ')}`)
  const found = []
  for (const list of names.length ? names : files) {
    const { mutations } = await import(`../test/mutations/${list}.mjs`)
    for (const mutation of mutations) {
      found.push({ list, ...mutation })
    }
  }
  return found
}

/** A sample that the seed decides, so that it can be had again. */
function pick(mutations) {
  if (values.sample === undefined) return mutations
  const seed = values.seed ?? String(Date.now() % 1e6)
  console.log(`seed: ${seed}`)
  const rest = [...mutations]
  const sample = []
  for (let state = Number(seed) >>> 0; sample.length < Number(values.sample) && rest.length > 0; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    sample.push(...rest.splice(Math.floor((state / 2 ** 32) * rest.length), 1))
  }
  return sample
}

/** The tree as it is in the working folder, ignored files left out. */
function copied() {
  const folder = join(mkdtempSync(join(tmpdir(), 'keyless-chat-mutate-')), 'tree')
  const { stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8', maxBuffer: 2 ** 26 })
  for (const file of stdout.split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(file, join(folder, file), { force: true })
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

function testsByProject(mutations) {
  const projects = new Map()
  for (const { project = 'node', tests } of mutations) projects.set(project, [...new Set([...(projects.get(project) ?? []), ...tests])])
  return projects
}

/**
 * Runs tests in the copy.
 *
 * @param {string} [changed] - The file that is not what it was.
 * @returns {Promise<{ passed: boolean, noticed: boolean, output: string }>} `noticed`: a test has failed. What cannot be compiled shows no more than that.
 */
async function run(project, tests, changed) {
  if (project !== 'node') return runOnce(project, tests, changed ? ['--bail', '1'] : [])
  vitest ??= await startVitest()
  if (changed) vitest.invalidateFile(join(copy, changed))
  const specifications = (await vitest.globTestSpecifications(tests.map((test) => join(copy, test)))).filter(({ moduleId }) => tests.includes(relative(copy, moduleId)))
  if (specifications.length < tests.length) throw new Error(`Cannot try mutations: not all of these are tests of ${project}: ${tests.join(', ')}`)
  const run = vitest.runTestSpecifications(specifications)
  let timer
  const late = new Promise((resolve) => (timer = setTimeout(resolve, MOST_MS)))
  const ended = await Promise.race([run, late]).finally(() => clearTimeout(timer))
  if (!ended) {
    // What runs for ever is no test that fails; the next mutation gets a Vitest of its own.
    void vitest.close()
    vitest = undefined
    return { passed: false, noticed: false, output: `did not end in ${MOST_MS} ms` }
  }
  const { testModules: all, unhandledErrors } = ended
  // Those of other runs are among them.
  const testModules = all.filter(({ moduleId }) => specifications.some((one) => one.moduleId === moduleId))
  const errors = [...testModules.flatMap((module) => [...module.errors()]), ...unhandledErrors]
  const failed = testModules.flatMap((module) => [...module.children.allTests('failed')])
  const output = [...errors.map((error) => error.stack ?? error.message), ...failed.map((test) => `${test.fullName}: ${test.result().errors?.[0]?.message}`)].join('\n')
  return { passed: errors.length === 0 && failed.length === 0 && testModules.length === tests.length, noticed: failed.length > 0, output }
}

async function startVitest() {
  // The configuration reads there which runtimes are asked for, and finds what it names in the working directory.
  process.argv.push('--project', 'node')
  process.chdir(copy)
  const { createVitest } = await import('vitest/node')
  // The usual time for a test and more, as a machine that is busy makes no guard noticed.
  const started = await createVitest('test', { root: copy, project: ['node'], watch: false, bail: 1, reporters: [{}], maxWorkers: 1, testTimeout: 20_000 })
  process.chdir(root)
  // Properties are tried with the same input each time.
  started.provide('fuzz', { seed: 1 })
  return started
}

function runOnce(project, tests, more) {
  const options = { cwd: copy, encoding: 'utf8', maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } }
  if (project === 'built') {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], options)
    if (status !== 0) return { passed: false, noticed: false, output: stdout + stderr }
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...tests, ...more], options)
  const output = stdout + stderr
  return { passed: status === 0, noticed: status !== 0 && output.includes(' Failed Tests '), output }
}

function oneLine(text) {
  return text.trim().replace(/\s+/g, ' ')
}
