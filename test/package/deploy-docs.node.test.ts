// What docs/deploy.md shows compiles against the built package, by its name, and what it says of the demo's Worker is so.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createSecrets } from '../../demo/worker/secrets.mjs'
import { mintRelayToken, relayTokens } from 'keyless-chat/edge'
import type { RelayKey } from 'keyless-chat/edge'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT, run } from './artifact.ts'

const document = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8')
const blocksOf = (language: string) => [...document.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code)
const programs = blocksOf('ts')
// Inside of the package, so that its own name leads to `dist/`.
const folder = join(ROOT, 'build/deploy-docs')
/** As much of the runtimes as the programs use; the database has the shape that Deno's own types are held to elsewhere. */
const RUNTIMES = `import type { KvDatabase } from 'keyless-chat/quota'
declare global {
  const Deno: {
    readonly env: { get(name: string): string | undefined }
    openKv(): Promise<KvDatabase>
    serve(handler: (request: Request) => Response | Promise<Response>): unknown
  }
  const Bun: { serve(options: { hostname: string; port: number; idleTimeout: number; fetch: (request: Request) => Response | Promise<Response> }): unknown }
}
`

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  // The one that makes a relay for others to import is what they import.
  programs.forEach((code, index) => writeFileSync(join(folder, code.includes('export const relay') ? 'relay.ts' : `program-${index}.ts`), `${code}\nexport {}\n`))
  writeFileSync(join(folder, 'runtimes.d.ts'), RUNTIMES)
  const compilerOptions = { target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'], module: 'nodenext', strict: true, exactOptionalPropertyTypes: true, noEmit: true, allowImportingTsExtensions: true, skipLibCheck: true, types: ['node'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('docs/deploy.md', () => {
  test('shows programs that compile', async () => {
    expect(programs.length).toBeGreaterThan(3)
    const { status, text } = await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], ROOT)
    expect(text).toBe('')
    expect(status).toBe(0)
  })

  test('shows configurations that are JSON', () => {
    for (const code of blocksOf('json')) expect(() => JSON.parse(code) as unknown).not.toThrow()
  })

  test('shows policies whose elements close', () => {
    const [policies = ''] = blocksOf('xml')
    const open: string[] = []
    // Expressions quote within quotes, as API Management takes them.
    for (const [, end, name = '', alone] of policies.replace(/<!--[^]*?-->|"@\(.*?\)"/g, '').matchAll(/<(\/?)([\w-]+)[^>]*?(\/?)>/g)) {
      if (end) expect(open.pop()).toBe(name)
      else if (!alone) open.push(name)
    }
    expect([open, policies.length > 500]).toEqual([[], true])
    expect(policies.indexOf('<cors')).toBeLessThan(policies.indexOf('<base />'))
  })

  test('names scripts and files that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Readonly<Record<string, string>> }
    for (const [, script = ''] of document.matchAll(/npm run ([\w:]+)/g)) expect(scripts[script], script).toBeDefined()
    for (const [path] of document.matchAll(/demo\/[\w/.-]+\.\w+/g)) expect(existsSync(join(ROOT, path)), path).toBe(true)
  })

  test('names all that the Worker is configured by', () => {
    const names = [...readFileSync(join(ROOT, 'demo/worker/settings.ts'), 'utf8').matchAll(/^ {2}readonly ([A-Z_]+)\?/gm)].map(([, name = '']) => name)
    expect(names.length).toBeGreaterThan(10)
    for (const name of names.filter((one) => one !== 'TOKEN_URL')) expect(document).toContain(name)
  })

  test('has commands whose keys make tokens, and whose public halves take them', async () => {
    const command = document.split('\n').find((line) => line.startsWith('node -p') && line.includes('ES256')) ?? ''
    const { output } = await run(process.execPath, ['-p', command.slice('node -p "'.length, -1)], ROOT)
    const pair = JSON.parse(output) as RelayKey
    const { d: _, ...half } = pair
    const whole = JSON.parse(createSecrets('2026-11').RELAY_KEYS) as readonly RelayKey[]
    for (const [signing, verifying] of [[[pair], [half]], [whole, whole]] as const) {
      const { token } = await mintRelayToken({ keys: signing, audience: 'https://relay.example' }, { subject: 'ada' })
      const request = new Request('https://relay.example', { headers: { authorization: `Bearer ${token}` } })
      expect(await relayTokens({ keys: verifying, audience: 'https://relay.example' })(request)).toMatchObject({ subject: 'ada' })
    }
    await expect(mintRelayToken({ keys: [half], audience: 'https://relay.example' }, { subject: 'ada' })).rejects.toThrow('private half')
  })
})
