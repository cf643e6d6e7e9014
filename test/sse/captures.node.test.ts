// Conformance cases of web-platform-tests and eventsource-parser.
import { describe, expect, test } from 'vitest'
import { createDecoder } from '../../src/sse/index.ts'
import { captures, haveCaptures, readCaptureText } from '../captures.ts'
import { bytesOf } from '../cut.ts'

interface Case {
  name: string
  input: string
  encoding: 'utf8' | 'base64'
  events: { data: string; event: string | null; id: string | null; retry?: number }[]
  idMode: 'lastEventId' | 'perEvent'
  initialLastEventId?: string
  expectFail?: string
  specDivergence?: unknown
  /** The input has a BOM's three bytes as three characters. */
  stringModeOnly?: string
  throws?: unknown
  errors?: string[]
  chunks?: string[]
  options?: { maxBufferSize?: number }
}

const cases = haveCaptures ? (JSON.parse(readCaptureText('sse-cases.json')) as Case[]) : []

/** Refused for their content type alone, which a decoder does not see; and one that resets a parser that has failed. */
const notOurs = (it: Case) => it.specDivergence || it.expectFail || it.throws
const tooLarge = (it: Case) => it.options?.maxBufferSize !== undefined && it.errors !== undefined

describe.skipIf(!haveCaptures)(captures, () => {
  const ours = cases.filter((it) => !notOurs(it) && !tooLarge(it))

  test.each(ours.map((it) => [it.name, it] as const))('createDecoder() decodes %s at every cut', (_, it) => {
    const wire = it.encoding === 'base64' ? new Uint8Array(Buffer.from(it.input, 'base64')) : bytesOf(it.stringModeOnly ? it.input.replaceAll('\u00EF\u00BB\u00BF', '\uFEFF') : it.input)
    const run = (pieces: readonly Uint8Array[]) => {
      const decoder = createDecoder()
      return pieces.flatMap((piece) => decoder.push(piece)).map(({ data, event, id }) => (it.idMode === 'perEvent' || it.initialLastEventId ? { data, event } : { data, event, id }))
    }
    const expected = it.events.map(({ data, event, id }) => (it.idMode === 'perEvent' || it.initialLastEventId ? { data, event: event ?? 'message' } : { data, event: event ?? 'message', id: id ?? '' }))
    // Every cut of the shorter ones; of the longer ones a thousand.
    const step = Math.max(1, Math.floor(wire.length / 1000))
    for (let cut = 0; cut <= wire.length; cut += step) {
      expect(run([wire.subarray(0, cut), wire.subarray(cut)]), `cut at ${cut}`).toEqual(expected)
    }
    expect(run(Array.from(wire, (_, at) => wire.subarray(at, at + 1))), 'one byte at a time').toEqual(expected)
  })

  test.each(cases.filter((it) => !notOurs(it) && tooLarge(it)).map((it) => [it.name, it] as const))('createDecoder() throws too-large for %s', (_, it) => {
    const decoder = createDecoder({ maxMessageBytes: it.options?.maxBufferSize ?? 0 })
    expect(() => it.chunks?.forEach((chunk) => decoder.push(bytesOf(chunk)))).toThrow('maxMessageBytes')
  })

  test('all but three cases are run', () => {
    expect(cases.filter(notOurs).map((it) => it.name)).toHaveLength(3)
  })
})
