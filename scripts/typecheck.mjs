/**
 * What `npm run typecheck` runs: `src` as it ships, then what is not shipped: tests and configuration, demo, the site of the documentation.
 * @module
 */
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { root } from './entries.mjs'

process.chdir(root)
// By its path: a `tsc` of another version may have taken the name in `.bin`.
const results = ['.', 'test/setup', 'demo', 'docs/site'].map((project) => spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project, '--noEmit'], { stdio: 'inherit' }).status)
process.exitCode = results.every((status) => status === 0) ? 0 : 1
