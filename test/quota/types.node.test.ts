import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DENO, DENO_ENV } from './deno.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const ENTRY = join(ROOT, 'src/quota/index.ts')

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'keyless-chat-test-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test("quotas take Cloudflare's own types of bindings", () => {
  const language = { target: 'es2022', lib: ['es2022'], module: 'esnext', moduleResolution: 'bundler', strict: true, exactOptionalPropertyTypes: true, verbatimModuleSyntax: true }
  const files = { noEmit: true, allowImportingTsExtensions: true, types: [join(ROOT, 'node_modules/@cloudflare/workers-types')], paths: { 'keyless-chat/quota': [ENTRY] } }
  const project = join(folder, 'tsconfig.json')
  writeFileSync(project, JSON.stringify({ compilerOptions: { ...language, ...files }, files: [join(ROOT, 'test/package/consumers/quota-worker.ts')] }))
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project], { encoding: 'utf8' })
  expect(status, stdout).toBe(0)
}, 60_000)

test("denoKvQuota() takes Deno's own type of a database", () => {
  const program = join(folder, 'program.ts')
  writeFileSync(program, `import { denoKvQuota } from '${pathToFileURL(ENTRY).href}'\nexport const quota = denoKvQuota(await Deno.openKv(), { tokens: 100, windowMs: 1000 })\n`)
  const { status, stderr } = spawnSync(DENO, ['check', '--unstable-kv', '--no-remote', '--no-lock', '--no-config', '--no-npm', program], { encoding: 'utf8', cwd: folder, env: DENO_ENV })
  expect(status, stderr).toBe(0)
}, 60_000)
