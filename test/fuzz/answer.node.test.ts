import { describe } from 'vitest'
import { createEmulator, DEPLOYMENTS } from '../../src/emulator/index.ts'
import { ASK, ENDPOINT } from '../conformance/foundry.ts'
import { readsAnything, readsSafely } from './reading.ts'
import type { Recorded } from './reading.ts'

const emulator = createEmulator()
const { token } = await emulator.token()

async function record(model: string, n: number): Promise<Recorded> {
  const body = JSON.stringify({ model, messages: ASK, stream: true, ...(n > 1 && { n }) })
  const response = await emulator.fetch(`${ENDPOINT}/openai/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body })
  return { name: model, n, bytes: new Uint8Array(await response.arrayBuffer()) }
}

const streams = await Promise.all([...Object.keys(DEPLOYMENTS).map((model) => record(model, 1)), record('gpt-4o-mini', 2)])

describe('streamChat()', () => {
  readsSafely('streams of the emulator', streams)
  readsAnything()
})
