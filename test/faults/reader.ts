/**
 * Bytes of a connection in, the text that they hold out: a reader that shares no code with the library, so that it can judge it.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** What bytes hold of an answer. */
export interface Holding {
  /** Every character of the model in events that are whole. */
  readonly text: string
  /** Whether the model said that it has finished, in an event that is whole. */
  readonly finished: boolean
  readonly events: number
}

/** Reads a body of Server-Sent Events, or of one JSON object; what is not whole holds nothing. */
export function holdingOf(body: Uint8Array): Holding {
  const all = new TextDecoder('utf-8').decode(body)
  if (all.trimStart().startsWith('{')) return holdingOfJson(all)
  let text = ''
  let finished = false
  let events = 0
  const lines = all.split(/\r\n|\n|\r/)
  let data: string[] = []
  // The last line has no end, so it is none.
  for (const line of lines.slice(0, -1)) {
    if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
    if (line !== '' || data.length === 0) continue
    const whole = data.join('\n')
    data = []
    events++
    if (whole === '[DONE]') break
    try {
      const { choices = [] } = JSON.parse(whole) as { choices?: { delta?: { content?: string }; finish_reason?: string | null }[] }
      text += choices[0]?.delta?.content ?? ''
      finished ||= Boolean(choices[0]?.finish_reason)
    } catch {
      // What follows damaged data is nobody's answer.
      break
    }
  }
  return { text, finished, events }
}

function holdingOfJson(all: string): Holding {
  try {
    const { choices = [] } = JSON.parse(all) as { choices?: { message?: { content?: string }; finish_reason?: string }[] }
    return { text: choices[0]?.message?.content ?? '', finished: Boolean(choices[0]?.finish_reason), events: 1 }
  } catch {
    return { text: '', finished: false, events: 0 }
  }
}

/** Where the headers of the answer end, interim answers passed over; -1 where they do not. */
export function endOfHead(raw: Uint8Array): number {
  const text = latin1(raw)
  let at = 0
  for (;;) {
    const end = text.indexOf('\r\n\r\n', at)
    if (end < 0) return -1
    if (!/^HTTP\/1\.1 1\d\d/.test(text.slice(at, end))) return end + 4
    at = end + 4
  }
}

/** Takes a body out of what was sent on a connection: chunks by their sizes as far as they are good, else all that follows the headers. */
export function bodyOf(raw: Uint8Array): Uint8Array {
  const start = endOfHead(raw)
  if (start < 0) return new Uint8Array()
  const text = latin1(raw)
  const head = text.slice(0, start).toLowerCase()
  if (head.includes('content-encoding: gzip')) return unzipped(raw.subarray(start))
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1]
  if (!head.includes('transfer-encoding: chunked')) return raw.subarray(start, length === undefined ? raw.length : start + Number(length))
  const kept: number[] = []
  for (let at = start; ; ) {
    const line = /^([0-9a-f]+)[^\r\n]*\r\n/i.exec(text.slice(at, at + 64))
    const size = line ? parseInt(line[1] ?? '', 16) : 0
    if (!line || size === 0) return Uint8Array.from(kept)
    at += line[0].length
    for (const byte of raw.subarray(at, at + size)) kept.push(byte)
    at += size
    if (text.slice(at, at + 2) !== '\r\n') return Uint8Array.from(kept)
    at += 2
  }
}

/** The content of gzip whose one block is stored as it is, as far as it goes; anything else holds nothing. */
function unzipped(zip: Uint8Array): Uint8Array {
  const [one, two, , , , , , , , , kind, low = 0, high = 0] = zip
  return one === 0x1f && two === 0x8b && kind === 1 ? zip.subarray(15, 15 + low + 256 * high) : new Uint8Array()
}

function latin1(raw: Uint8Array): string {
  let text = ''
  for (const byte of raw) text += String.fromCharCode(byte)
  return text
}
