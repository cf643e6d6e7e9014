/**
 * The benchmark of a call, in its quick mode: that it runs, on what the project has installed, and tells all that it is to tell. Its times are another day's.
 * Runtime: Node, and Node below it.
 */
import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { versionOf } from '../../bench/subjects.mjs'

const FLOOR = 'by hand (the floor)'
const OURS = ['keyless-chat/core', 'keyless-chat']
const ALL = [FLOOR, ...OURS, 'openai']
/** `**1.20×** (1.15–1.31) 4.2 µs`, and what is over the base where that is told. */
const RATIO = /^\*\*[\d.]+×\*\*( \([\d.]+–[\d.]+\))? [\d.]+ (µs|ms|MiB|kB)(, -?[\d.]+ over)?$/
const BASE = /^1 · [\d.]+ (µs|ms|MiB|kB)$/
const FIGURE = /^-?[\d.]+ MiB$/

const MEASURES = [
  { title: 'Processor time by chunk', columns: ['blocks of 64 KiB', 'one event a block'], subjects: [FLOOR, 'keyless-chat/core', 'keyless-chat/core, .text', 'keyless-chat', 'openai'], aims: 4 },
  { title: 'One event of 10 MiB in pieces of 1 KiB', columns: ['whole answer'], subjects: ALL, aims: 2 },
  { title: 'Processor time of a call', columns: ['a call'], subjects: ['bare fetch', ...ALL], aims: 1 },
  { title: 'The first word', columns: ['first word'], subjects: ['bare fetch', ...ALL], aims: 0 },
  { title: 'Leaving an answer', columns: ['`break` in flow', 'abort in flow', 'abort in silence'], subjects: ['bare fetch', ...ALL], aims: 0 },
  { title: 'Memory', columns: ['held at the end', 'peak'], subjects: ALL, aims: 0 },
  { title: 'What a page ships', columns: ['esbuild', 'Rollup'], subjects: ALL, aims: 4 },
]

let stdout = ''
beforeAll(async () => {
  ;({ stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(new URL('../../bench/run.mjs', import.meta.url)), '--quick']))
  // Long beside the time that it takes, as a busy machine fails nothing.
}, 600_000)

test('bench --quick measures what it says, in this order, and says with what', () => {
  expect([...stdout.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual(MEASURES.map(({ title }) => title))
  expect(stdout).toContain(`openai ${versionOf('openai')}; Node ${process.versions.node}, `)
  expect(stdout).toContain('A quick run: its figures mean little.')
})

describe.each(MEASURES)('bench --quick, $title', ({ title, columns, subjects, aims }) => {
  const part = () => stdout.split('\n## ').find((text) => text.startsWith(`${title}\n`)) ?? ''
  const rows = () => part().split('\n').filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))

  test('has a column for each case and a row for each subject', () => {
    const [head = [], , ...measured] = rows()
    expect(head.slice(1)).toEqual(columns)
    expect(measured.map(([name]) => name)).toEqual(subjects)
  })

  test('gives each figure by ratio to one base, and leaves none out', () => {
    const cells = rows().slice(2).map((row) => row.slice(1))
    for (const cell of cells.flat()) expect(cell).toSatisfy((text: string) => RATIO.test(text) || BASE.test(text) || (title === 'Memory' && FIGURE.test(text)))
    for (const column of columns.keys()) expect(cells.filter((row) => BASE.test(row[column] ?? '')).length).toBe(title === 'Memory' && column === 0 ? 0 : 1)
  })

  test('says of each aim whether it is met, or by how much not', () => {
    const verdicts = part().split('\n').filter((line) => line.startsWith('- '))
    expect(verdicts.length).toBe(aims)
    for (const verdict of verdicts) expect(verdict).toMatch(/ wanted: (met|\*\*not met\*\*, by \d+ %)\.$/)
  })
})
