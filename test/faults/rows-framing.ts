/**
 * Faults of how an answer is framed: HTTP/1.1 itself is damaged, or used in ways that nobody does.
 * Runtimes: all. Imports: `./row.ts` (types), `./wire.ts`.
 * @module
 */
import type { Row } from './row.ts'
import { CHUNKED, LAST_CHUNK, body, bytes, chunk, head, joined, pieces, send, whole } from './wire.ts'
import type { Step, Wire } from './wire.ts'

/** Some events, as chunks that are good. */
const START = 4

const start = (wire: Wire): Step[] => pieces(wire).slice(0, START + 1).map(send)

const rest = (wire: Wire): Uint8Array => joined(wire.events.slice(START))

/** A good start, then what is damaged. */
const damaged = (wire: Wire, ...parts: (Uint8Array | string)[]): Step[] => [...start(wire), 'settle', ...parts.map(send), 'settle', 'fin']

/** A body whose end the headers tell, or the end of the connection. */
const unchunked = (wire: Wire, ...headers: string[]): Step => send(head(wire, ...headers))

/** Headers of a good answer after a first line of another kind. */
const after = (wire: Wire, ...lines: string[]): Step[] => [send(lines.join('')), 'settle', ...whole(wire)]

const EXTRA = 64

/** With [DONE] as its last event, which ends the reading, and without. */
const twice = (): number[] => [0, 1]
const ending = (wire: Wire, variant: number): Wire => (variant === 0 ? wire : { ...wire, events: wire.events.slice(0, -1) })

/** undici takes no 100 that was not asked for, and no more than 16 KiB of headers: to a script, no answer came. */
const refusedByNode = { outcome: { node: 'network', chromium: 'whole', workerd: 'whole' }, kept: { node: 'handed', chromium: 'all', workerd: 'all' } } as const

export const framing: readonly Row[] = [
  { name: 'a chunk that says it is longer than all that follows', variants: twice, script: (wire, at) => damaged(wire, chunk(rest(ending(wire, at)), 'fff')), outcome: 'whole' },
  { name: 'a chunk that says it is longer, with no more than half an event behind it', script: (wire) => damaged(wire, bytes('fff\r\n'), rest(wire).subarray(0, 100)), outcome: 'truncated' },
  { name: 'a chunk that says it is shorter than it is', script: (wire) => damaged(wire, chunk(rest(wire), '10'), LAST_CHUNK), outcome: 'truncated', kept: 'handed' },
  { name: 'letters where the size of a chunk should be', script: (wire) => damaged(wire, chunk(rest(wire), 'zz'), LAST_CHUNK), outcome: 'truncated' },
  { name: 'a size of a chunk beyond every number', script: (wire) => damaged(wire, chunk(rest(wire), 'f'.repeat(40)), LAST_CHUNK), outcome: 'truncated', kept: 'handed' },
  { name: 'a negative size of a chunk', script: (wire) => damaged(wire, chunk(rest(wire), '-1'), LAST_CHUNK), outcome: 'truncated' },
  { name: 'a chunk without the line end after it', script: (wire) => damaged(wire, chunk(rest(wire)).subarray(0, -2), '5\r\nxxxxx\r\n', LAST_CHUNK), outcome: { node: 'whole', chromium: ['truncated', 'whole'], workerd: 'whole' }, kept: 'handed' },
  { name: 'no last chunk', variants: twice, script: (wire, at) => [...pieces(ending(wire, at)).slice(0, -1).map(send), 'settle', 'fin'], outcome: 'whole' },
  { name: 'no last chunk, before the model had finished', script: (wire) => [...start(wire), 'settle', 'fin'], outcome: 'truncated' },
  { name: 'chunk extensions', script: (wire) => [send(head(wire, CHUNKED)), send(chunk(body(wire), `${body(wire).length.toString(16)};name=value;quoted="a;b"`)), send(LAST_CHUNK), 'fin'], outcome: 'whole' },
  { name: 'trailers after the last chunk', script: (wire) => [...pieces(wire).slice(0, -1).map(send), send('0\r\nx-checksum: 1234\r\nx-more: yes\r\n\r\n'), 'fin'], outcome: 'whole' },
  { name: 'a content length beyond the body', variants: twice, script: (wire, at) => [unchunked(wire, `content-length: ${body(wire).length + EXTRA}`), send(body(ending(wire, at))), 'settle', 'fin'], outcome: 'whole' },
  { name: 'a content length beyond a body that has not finished', script: (wire) => [unchunked(wire, `content-length: ${body(wire).length}`), ...wire.events.slice(0, START).map(send), 'settle', 'fin'], outcome: 'truncated' },
  { name: 'a content length short of the body', script: (wire) => [unchunked(wire, `content-length: ${joined(wire.events.slice(0, START)).length + EXTRA}`), send(body(wire)), 'settle', 'fin'], outcome: 'truncated' },
  { name: 'a content length that is no number', script: (wire) => [unchunked(wire, 'content-length: many'), send(body(wire)), 'settle', 'fin'], outcome: { node: 'network', chromium: 'whole', workerd: 'network' }, kept: { node: 'handed', chromium: 'all', workerd: 'handed' } },
  { name: 'HTTP/1.0 without a length', script: (wire) => [unchunked({ ...wire, status: 'HTTP/1.0 200 OK' }), send(body(wire)), 'fin'], outcome: 'whole' },
  { name: 'HTTP/1.0 without a length, before the model had finished', script: (wire) => [unchunked({ ...wire, status: 'HTTP/1.0 200 OK' }), ...wire.events.slice(0, START).map(send), 'fin'], outcome: 'truncated' },
  { name: '100 Continue before the answer', script: (wire) => after(wire, 'HTTP/1.1 100 Continue\r\n\r\n'), ...refusedByNode },
  { name: '103 Early Hints before the answer', script: (wire) => after(wire, 'HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n'), outcome: 'whole' },
  { name: 'several interim answers before the answer', script: (wire) => after(wire, 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 102 Processing\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\n\r\n'), ...refusedByNode },
  { name: 'interim answers, then the end', script: () => [send('HTTP/1.1 100 Continue\r\n\r\n'), send('HTTP/1.1 103 Early Hints\r\n\r\n'), 'settle', 'fin'], outcome: 'network' },
  { name: 'gzip that nobody asked for', script: (wire) => [unchunked(wire, 'content-encoding: gzip'), send(zipped(body(wire))), 'fin'], outcome: 'whole' },
  { name: 'gzip that ends in its middle', script: (wire) => [unchunked(wire, 'content-encoding: gzip'), send(zipped(body(wire)).subarray(0, -1200)), 'settle', 'fin'], outcome: 'truncated', kept: 'handed' },
  { name: 'gzip that is damaged', script: (wire) => [unchunked(wire, 'content-encoding: gzip'), send(spoiled(zipped(body(wire)))), 'settle', 'fin'], outcome: 'truncated', kept: 'handed' },
  { name: 'the header of gzip before what is none', script: (wire) => [unchunked(wire, 'content-encoding: gzip'), send(body(wire)), 'settle', 'fin'], outcome: 'truncated', kept: 'handed' },
  { name: 'a header of 64 KiB', script: (wire) => [unchunked(wire, CHUNKED, `x-long: ${'x'.repeat(65_536)}`), ...pieces(wire).slice(1).map(send), 'fin'], ...refusedByNode },
  { name: 'garbage in place of the status line', variants: () => [0, 1, 2, 3], script: (wire, nth) => [send(GARBAGE[nth] ?? ''), ...pieces(wire).slice(1).map(send), 'settle', 'fin'], outcome: 'network', kept: 'handed' },
]

/** In blocks that are stored as they are, so that no compressor is needed: RFC 1951, 3.2.4. */
function zipped(plain: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = [plain.length & 0xff, plain.length >> 8]
  const block = Uint8Array.of(1, ...size, ...size.map((byte) => byte ^ 0xff))
  return joined([Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3), block, plain, little(crc32(plain)), little(plain.length)])
}

/** A block of a type that does not exist, after one that is good. */
function spoiled(zip: Uint8Array): Uint8Array {
  const all = zip.slice()
  all[10] = 7
  return all
}

const little = (value: number): Uint8Array => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24)

function crc32(plain: Uint8Array): number {
  let crc = -1
  for (const byte of plain) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc
}

const GARBAGE = ['220 mail.example ESMTP ready\r\n\r\n', '\u0000\u0001\u0002\u0003\r\n\r\n', 'HTTP/1.1 two hundred OK\r\n\r\n', '{"error":"no HTTP at all"}\r\n\r\n']
