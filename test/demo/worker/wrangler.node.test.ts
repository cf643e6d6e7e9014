import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { run } from '../../package/artifact.ts'
import { ROOT } from './served.ts'

const WRANGLER = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')

test.skipIf(!existsSync(WRANGLER))('wrangler takes demo/worker/wrangler.jsonc without a warning, and binds what the Worker needs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyless-chat-wrangler-'))
  try {
    expect((await run(process.execPath, ['demo/export.mjs', join(folder, 'site')], ROOT)).status).toBe(0)
    const secrets = join(folder, 'secrets.json')
    const made = await run(process.execPath, ['demo/worker/secrets.mjs'], ROOT, { CLIENT_SECRET: 'secret' })
    writeFileSync(secrets, made.output)
    const args = ['deploy', '--secrets-file', secrets, '--dry-run', '--config', 'demo/worker/wrangler.jsonc', '--assets', join(folder, 'site'), '--outdir', join(folder, 'out')]
    const { status, text } = await run(process.execPath, [WRANGLER, ...args], ROOT)
    expect(status, text).toBe(0)
    expect(text).not.toMatch(/warning|error/i)
    for (const name of ['QUOTA (QuotaObject)', 'LIMITER (30 requests/60s)', 'ASSETS', 'ORIGIN', 'UPSTREAM', 'DEPLOYMENTS', 'SESSION_TOKENS_PER_HOUR', 'ALL_TOKENS_PER_DAY', 'TENANT_ID', 'CLIENT_ID']) expect(text).toContain(`env.${name}`)
    // Secrets are shown by their names alone, and there is no emulator.
    for (const name of ['RELAY_KEYS', 'SESSION_KEY', 'CLIENT_SECRET']) expect(text).toMatch(new RegExp(`env\\.${name} \\("\\(hidden\\)"\\)`))
    expect(text).not.toContain('TOKEN_URL')
    expect(existsSync(join(folder, 'out/worker.js'))).toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
