import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import type { EmulatorOptions } from '../../src/emulator/index.ts'
import { HOST, lastCall, V1 } from './asking.ts'

const PAGE = 'https://app.example'

/** A page's fetch: no browser lets a script set `Origin`, so the header is put where `Request` would refuse it. */
function fromPage(emulator: ReturnType<typeof createEmulator>, method: string, headers: Record<string, string> = {}): Promise<Response> {
  const request = new Request(HOST + V1, { method, headers })
  Object.defineProperty(request, 'headers', { value: new Headers({ ...headers, origin: PAGE }) })
  return emulator.fetch(request)
}

test('createEmulator() answers a preflight that allows the least that a keyless call needs', async () => {
  const emulator = createEmulator()
  const response = await fromPage(emulator, 'OPTIONS', { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,x-stainless-os' })
  expect(response.status).toBe(204)
  expect(response.headers.get('access-control-allow-origin')).toBe(PAGE)
  expect(response.headers.get('access-control-allow-methods')).toBe('POST, GET')
  expect(response.headers.get('access-control-allow-headers')).toBe('authorization, content-type, extra-parameters')
  expect(Number(response.headers.get('access-control-max-age'))).toBeGreaterThan(0)
  expect(lastCall(emulator)).toMatchObject({ operation: 'preflight', status: 204, state: 'complete' })
})

const readable: Record<string, [EmulatorOptions, string | null]> = {
  'any origin': [{}, PAGE],
  'a listed origin': [{ origins: ['https://other.example', PAGE] }, PAGE],
  'an origin that is not listed': [{ origins: ['https://other.example'] }, null],
}
for (const [name, [options, allowed]] of Object.entries(readable)) {
  test(`createEmulator() lets ${name} read ${allowed ? 'errors too' : 'nothing'}, and varies by origin`, async () => {
    const emulator = createEmulator(options)
    const { token } = await emulator.token()
    for (const [status, headers] of [[401, {}], [404, { authorization: `Bearer ${token}` }]] as const) {
      const response = await fromPage(emulator, 'GET', headers)
      expect(response.status).toBe(status)
      expect(response.headers.get('access-control-allow-origin')).toBe(allowed)
      expect(response.headers.get('vary')).toBe('Origin')
      expect(response.headers.get('access-control-expose-headers')).toBeNull()
    }
  })
}

test('createEmulator() exposes headers where told, and adds nothing where no origin came', async () => {
  const emulator = createEmulator({ expose: ['retry-after', 'retry-after-ms'] })
  expect((await fromPage(emulator, 'GET')).headers.get('access-control-expose-headers')).toBe('retry-after, retry-after-ms')
  const plain = await emulator.fetch(HOST + V1)
  expect([...plain.headers.keys()].filter((name) => name.startsWith('access-control') || name === 'vary')).toEqual([])
})
