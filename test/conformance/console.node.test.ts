// What Node's own inspection shows of errors and connections, hidden fields included.
import { inspect } from 'node:util'
import { expect, test, vi } from 'vitest'
import { streamChat } from '../../src/index.ts'
import { FAULTS } from '../../src/emulator/index.ts'
import { ASK, foundry, readAll } from './foundry.ts'

test.each(Object.keys(FAULTS).filter((name) => !['endless', 'hang', 'silent', 'stall', 'comments'].includes(name)))('util.inspect and console.error show no token after %s', async (name) => {
  const { connection, tokens } = foundry({ retries: 0 })
  const stream = streamChat(connection, { model: `gpt-5-mini~${name}`, messages: ASK })
  const { error } = await readAll(stream)
  const written: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => (written.push(String(text)), true))
  vi.spyOn(console, 'error').mockImplementation((...args) => void written.push(inspect(args)))
  console.error(error, connection, stream)
  const shown = written.join('') + [error, connection, stream, stream.partial].map((value) => inspect(value, { depth: 10, showHidden: true, getters: true })).join('')
  expect(tokens.length).toBeGreaterThan(0)
  for (const token of tokens) for (const piece of [token.slice(0, 24), token.slice(-24)]) expect(shown).not.toContain(piece)
})
