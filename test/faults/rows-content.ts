/**
 * Faults of what an answer says, on a connection that is well.
 * Runtimes: all. Imports: `./row.ts` (types), `./wire.ts`.
 * @module
 */
import type { Row } from './row.ts'
import { CHUNKED, LAST_CHUNK, body, bytes, chunk, head, joined, send } from './wire.ts'
import type { Step, Wire } from './wire.ts'

const END = 'data: [DONE]\n\n'
const GARBAGE = 'data: {"choices":[{"index":0,"delta":{"content":"after the end"}}]}\n\n<html>trailing garbage\n\n'

/** Blocks of a body, each in a chunk and with time to be read by itself. */
const blocks = (wire: Wire, ...parts: Uint8Array[]): Step[] => [send(head(wire, CHUNKED)), ...parts.flatMap((part): Step[] => [send(chunk(part)), 'settle']), send(LAST_CHUNK), 'fin']

/** The body with a change made to it as text. */
const changed = (wire: Wire, change: (text: string) => string): Uint8Array => bytes(change(new TextDecoder().decode(body(wire))))

/** Every event that holds a character of several bytes, each byte in a packet of its own. */
function dripped(wire: Wire): Step[] {
  const one = (part: Uint8Array): Step[] => (part.some((byte) => byte > 0x7f) ? [...part].flatMap((byte): Step[] => [send(chunk(Uint8Array.of(byte))), ...(byte > 0x7f ? (['settle'] as const) : [])]) : [send(chunk(part))])
  return [send(head(wire, CHUNKED)), ...wire.events.flatMap(one), send(LAST_CHUNK), 'fin']
}

/** With CR LF as line ends, cut between the two, and data of two lines, which an end that counts twice would tear apart. */
function cutInLineEnds(wire: Wire): Step[] {
  const parts = new TextDecoder().decode(body(wire)).replaceAll(',"choices":', ',\ndata: "choices":').replaceAll('\n', '\r\n').split(/(?<=\r)/)
  return blocks(wire, ...parts.map(bytes))
}

/** The bytes of the text with one of them made into what no UTF-8 has. */
function broken(wire: Wire): Uint8Array {
  const all = body(wire).slice()
  const at = all.findIndex((byte) => byte > 0xbf)
  all[at] = 0xff
  return all
}

export const content: readonly Row[] = [
  { name: 'garbage after [DONE], in the same block', script: (wire) => blocks(wire, changed(wire, (text) => text + GARBAGE)), outcome: 'whole' },
  { name: 'garbage after [DONE], in a later block', script: (wire) => blocks(wire, body(wire), bytes(GARBAGE)), outcome: 'whole' },
  { name: 'no [DONE] after the finish', script: (wire) => blocks(wire, changed(wire, (text) => text.replace(END, ''))), outcome: 'whole' },
  { name: 'words after the finish, and no [DONE]', script: (wire) => blocks(wire, changed(wire, (text) => text.replace(END, 'data: {"choices":[{"index":0,"delta":{"content":" And on."}}]}\n\n'))), outcome: 'whole' },
  { name: '[DONE] before the model had finished', script: (wire) => blocks(wire, ...wire.events.slice(0, 3), bytes(END)), outcome: 'truncated' },
  { name: 'an end of all without a word', script: (wire) => blocks(wire), outcome: 'truncated' },
  { name: 'characters cut across packets', script: dripped, outcome: 'whole' },
  { name: 'a byte that no UTF-8 has', script: (wire) => blocks(wire, broken(wire)), outcome: 'whole' },
  { name: 'CR LF as line ends, cut in between', script: cutInLineEnds, outcome: 'whole' },
  { name: 'CR alone as line end', script: (wire) => blocks(wire, changed(wire, (text) => text.replaceAll('\n', '\r'))), outcome: 'whole' },
  { name: 'a BOM at the start, byte by byte', script: (wire) => blocks(wire, Uint8Array.of(0xef), Uint8Array.of(0xbb), Uint8Array.of(0xbf), body(wire)), outcome: 'whole' },
  { name: 'NUL bytes between the events', script: (wire) => blocks(wire, joined(wire.events.flatMap((event) => [event, bytes('\0\0\n: \0\n')]))), outcome: 'whole' },
  { name: 'a NUL byte inside of an event', script: (wire) => blocks(wire, joined(wire.events.slice(0, 3)), bytes('data: {"choices":[{"delta":{"content":"a\0b"}}]}\n\n'), joined(wire.events.slice(3))), outcome: 'malformed' },
  { name: 'an event that is half of its JSON', script: (wire) => blocks(wire, joined(wire.events.slice(0, 3)), bytes('data: {"choices":[{"delta":\n\n'), joined(wire.events.slice(3))), outcome: 'malformed' },
  { name: 'a page of HTML in place of the rest', script: (wire) => blocks(wire, joined(wire.events.slice(0, 3)), bytes('<html><body>502 Bad Gateway</body></html>')), outcome: 'truncated' },
  { name: 'comments alone', script: (wire) => blocks(wire, bytes(': keep-alive\n\n'.repeat(20))), outcome: 'truncated' },
  { name: 'the half of an event alone, and a clean end', script: (wire) => blocks(wire, (wire.events[0] ?? body(wire)).subarray(0, 20)), outcome: 'truncated' },
]
