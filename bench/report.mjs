/**
 * What was measured, as the sections of docs/performance.md say it.
 * Runtime: Node. Imports: nothing of the package.
 * @module
 */
import { availableParallelism, cpus, release, type } from 'node:os'
import process from 'node:process'
import { readPackage } from '../scripts/entries.mjs'
import { versionOf } from './subjects.mjs'
import { table, verdicts } from './tables.mjs'

/** When, where and with what. */
export function about({ list, quick }) {
  const packages = [...new Set(list.flatMap(({ packages: names = [] }) => names))].map((name) => `${name} ${versionOf(name)}`)
  return `${quick ? 'A quick run: its figures mean little.' : `${new Date().toISOString().slice(0, 10)}. Medians of interleaved rounds, the lowest and highest of them in brackets; **ratios are to the base of the same round**.`}
keyless-chat ${readPackage().version}${packages.map((one) => `, ${one}`).join('')}; Node ${process.versions.node}, ${type()} ${release().split('-')[0]}, ${availableParallelism()} × ${cpus()[0]?.model.trim()}.`
}

/** One measure: what is to be known of it, which aims hold, and its table. */
export function section({ remark = '' }, list, cases, busy) {
  const rounds = Math.max(...cases.flatMap(({ samples }) => [...samples.values()].map(({ length }) => length)))
  const meanwhile = rounds > 1 ? `${rounds} rounds; load average ${busy[0].toFixed(1)} before and ${busy[1].toFixed(1)} after.` : ''
  return [[remark, meanwhile].filter(Boolean).join(' '), verdicts(list, cases).join('\n'), table(list, cases)].filter(Boolean).join('\n\n')
}
