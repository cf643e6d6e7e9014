// On Workers, what a request has asked for ends with the request: a token that others wait for must not.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bundleWorker } from '../../scripts/bundle-worker.mjs'
import { startWorkerd } from '../../scripts/workerd.mjs'
import { ASK, eventually, post, postAndReset } from './client.ts'
import { there } from './servers.ts'

test.skipIf(!there.includes('workerd'))('a caller who leaves does not take the token along that others wait for', async () => {
  const waiting: ServerResponse[] = []
  const upstream = createServer((request, response) => {
    if (request.url === '/token') return void waiting.push(response)
    request.resume()
    response.setHeader('content-type', 'application/json').end('{"choices":[]}')
  })
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  const folder = mkdtempSync(join(tmpdir(), 'keyless-chat-token-'))
  const script = await bundleWorker({ entry: fileURLToPath(new URL('apps/shared-token.ts', import.meta.url)), file: join(folder, 'worker.mjs') })
  const { url, stop } = await startWorkerd({ script, text: { UPSTREAM: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` }, compatibilityFlags: ['enable_request_signal'] })
  try {
    const leave = postAndReset(url, { ...ASK, model: 'chat' }, 'Bearer x')
    await eventually(async () => waiting.length === 1)
    const second = post(url, { ...ASK, model: 'chat' }, { authorization: 'Bearer x' }, AbortSignal.timeout(20_000))
    await new Promise((resolve) => setTimeout(resolve, 200))
    leave()
    await new Promise((resolve) => setTimeout(resolve, 200))
    waiting[0]?.end('token')
    expect((await second).status).toBe(200)
    expect(waiting).toHaveLength(1)
  } finally {
    await stop()
    upstream.closeAllConnections()
    upstream.close()
    rmSync(folder, { recursive: true })
  }
}, 60_000)
