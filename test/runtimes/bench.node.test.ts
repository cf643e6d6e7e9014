/**
 * The benchmark of the relay, in its quick mode: that it runs and tells all that it is to tell. Its times are another day's.
 * Runtime: Node, and workerd below it.
 */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { KINDS, LEAVES, loadsOf } from '../../bench/relay/loads.mjs'

const { version } = createRequire(import.meta.url)('workerd/package.json') as { readonly version: string }

test('bench:relay measures each load in each Worker, says which aims hold, and how fast an upstream is let go', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(new URL('../../bench/relay.mjs', import.meta.url)), '--quick'])
  const rows = stdout.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
  const names: Readonly<Record<string, string>> = KINDS
  const due = [...loadsOf(true), ...LEAVES].flatMap(({ name, kinds }) => kinds.map((kind) => [name, names[kind]]))
  expect(rows.filter((cells) => cells[1] !== 'Worker' && cells[1] !== '---').map((cells) => cells.slice(0, 2))).toEqual(due)
  // A ratio stands in each row of a relay: nothing was measured alone.
  for (const [name = '', worker = '', first = '', , events = ''] of rows) if (worker.startsWith('relay') && name.includes('stream')) expect([first, events], name).toEqual([expect.stringMatching(/^\*\*[\d.]+×\*\* [\d.]+ ms$/), expect.stringMatching(/^\*\*[\d.]+×\*\* [\d.]+ \/s$/)])
  expect(stdout).toMatch(/^- First byte within 1\.2× of bare\. Met: .+\. \*\*Not met\*\*: .+\.$/m)
  expect(stdout).toMatch(/^- Throughput at least 0\.9× of bare\. Met: .+\. \*\*Not met\*\*: .+\.$/m)
  expect(stdout).toMatch(/^The relay's own JavaScript, .+: [\d.]+ µs an event, .+ [\d.]+ µs; and \d+ µs a call of 3 events\.$/m)
  expect(stdout).toContain(`workerd ${version}`)
})
