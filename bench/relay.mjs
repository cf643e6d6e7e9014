/**
 * What `npm run bench:relay` runs: a bare pass-through Worker and relays beside it, in real workerd, interleaved.
 * `--quick` for a look whether it works, `--write` to put the figures into docs/performance.md. Builds where nothing is built.
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg, release, type } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { readPackage, root } from '../scripts/entries.mjs'
import { KINDS, LEAVES, loadsOf } from './relay/loads.mjs'

const ROUNDS = 3
const LEAVES_A_ROUND = 8
const DOCUMENT = join(root, 'docs/performance.md')
const [BEGIN, END] = ['<!-- relay -->', '<!-- /relay -->']

const quick = process.argv.includes('--quick')
const write = process.argv.includes('--write')
if (!existsSync(join(root, 'dist/edge.js'))) await import('../scripts/build.mjs')
// After the build, as they import the package.
const { alone } = await import('./relay/alone.mjs')
const { startRig } = await import('./relay/rig.mjs')
const { aims, busiest, leavesTable, loadsTable } = await import('./relay/tables.mjs')

const rounds = quick ? 1 : ROUNDS
const started = performance.now()
const loads = loadsOf(quick).map((load) => ({ load, kinds: new Map(load.kinds.map((kind) => [kind, []])) }))
const leaves = LEAVES.map((leave) => ({ leave, kinds: new Map(leave.kinds.map((kind) => [kind, []])) }))
const busy = []
const own = await alone(quick)
const rig = await startRig(Object.keys(KINDS))
try {
  // Compiled and warm before anything counts.
  for (const kind of Object.keys(KINDS)) await rig.run(kind, { streams: 10, answers: quick ? 1 : 20, events: 100 })
  for (let round = 0; round < rounds; round++) {
    // Forth and back, so that none is always first or last.
    const inTurn = (kinds) => (round % 2 ? [...kinds].toReversed() : [...kinds])
    for (const { load, kinds } of loads) {
      process.stderr.write(`round ${round + 1} of ${rounds}: ${load.name}\n`)
      busy.push(loadavg()[0])
      for (const [kind, measured] of inTurn(kinds)) measured.push(await rig.run(kind, load))
    }
    for (const { leave, kinds } of leaves) {
      process.stderr.write(`round ${round + 1} of ${rounds}: ${leave.name}\n`)
      for (const [kind, measured] of inTurn(kinds)) for (let count = 0; count < (quick ? 1 : LEAVES_A_ROUND); count++) measured.push(await rig.leave(kind, leave))
    }
  }
} finally {
  await rig.stop()
}

const require = createRequire(import.meta.url)
const workerd = require('workerd/package.json').version
const text = `${quick ? 'A quick run: its figures mean nothing.' : `${new Date().toISOString().slice(0, 10)}. Medians of ${rounds} interleaved rounds, and the lowest and highest of them; **ratios are to the bare pass-through of the same round**.`}
keyless-chat ${readPackage().version}, workerd ${workerd}, Node ${process.versions.node}, ${type()} ${release().split('-')[0]}, ${availableParallelism()} × ${cpus()[0]?.model.trim()}; load average ${Math.min(...busy).toFixed(1)} to ${Math.max(...busy).toFixed(1)} meanwhile.
${busiest(loads)}

${aims(loads)}

${loadsTable(loads)}

${leavesTable(leaves)}

The relay's own JavaScript, in Node ${process.versions.node} and without a network: ${own.relay.toFixed(1)} µs an event, where a loop that does nothing takes ${own.loop.toFixed(1)} µs; and ${Math.round(own.call)} µs a call of 3 events.
`
console.log(text)
process.stderr.write(`in ${Math.round((performance.now() - started) / 1000)} s\n`)
if (write) {
  const before = readFileSync(DOCUMENT, 'utf8')
  const [from, to] = [before.indexOf(BEGIN), before.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`Cannot write the figures as docs/performance.md has no ${BEGIN} before ${END}`)
  writeFileSync(DOCUMENT, `${before.slice(0, from + BEGIN.length)}\n\n${text}\n${before.slice(to)}`)
}
