/**
 * What `npm run bench` runs: keyless-chat beside its peers and beside the least that does the job, in one run, interleaved.
 * `--quick` for a look whether it works, without installing peers; `--only cpu,size` for some measures, `--subjects floor,core` for some subjects.
 * @module
 */
import { existsSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { readPackage, root } from '../scripts/entries.mjs'
import { subjects } from './subjects.mjs'
import { table, verdicts } from './tables.mjs'

const MEASURES = ['cpu']

/** The value of `--name a,b`, as a list. */
const listed = (name) => process.argv[process.argv.indexOf(name) + 1]?.split(',')
const quick = process.argv.includes('--quick')
const only = process.argv.includes('--only') ? listed('--only') : MEASURES

if (!existsSync(join(root, 'dist/core.js'))) await import('../scripts/build.mjs')
const list = subjects({ keys: process.argv.includes('--subjects') ? listed('--subjects') : undefined, quick })
console.log(`${quick ? 'A quick run: its figures mean little.\n' : ''}keyless-chat ${readPackage().version}, Node ${process.versions.node}, load average ${loadavg()[0].toFixed(1)} at the start.`)
for (const name of only) {
  const { run, title } = await import(`./measures/${name}.mjs`)
  const cases = await run({ list, quick, log: (text) => process.stderr.write(`${name}: ${text}\n`) })
  console.log(`\n## ${title}\n\n${verdicts(list, cases).join('\n')}\n\n${table(list, cases)}`)
}
