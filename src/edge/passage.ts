/**
 * An upstream's body in, the same bytes out, and an error where they end too early.
 *
 * Events go on whole, as soon as they are: what the upstream cut in the middle can then be left out and followed by an error that
 * clients can read. Nothing is read ahead of the reader.
 * Runtimes: all. Imports: `../sse`, `./refusal.ts`, `./silence.ts`, `./tail.ts`.
 * @module
 */
import { encode } from '../sse/encode.ts'
import { envelope } from './refusal.ts'
import { watchSilence } from './silence.ts'
import type { SilenceWatch } from './silence.ts'
import { createTail } from './tail.ts'
import type { Tail } from './tail.ts'

/** How an answer ended: whole; the upstream broke off or fell silent; the reader left. */
export type Ending = 'complete' | 'cut' | 'silent' | 'cancelled'

/** What a passage needs to know. */
export interface PassageOptions {
  /** Whether events were asked for. */
  readonly streamed: boolean
  /** What `event:` line an error among the events gets. */
  readonly errorEvent: string | undefined
  /** Longest silence of the upstream while somebody reads, in milliseconds. */
  readonly idleMs: number
  /** After so much silence a comment goes to the reader, in milliseconds: `Infinity` for an answer that may be no events. */
  readonly keepAliveMs: number
  /** Closes the upstream's connection. */
  readonly upstream: AbortController
  readonly onFirstByte: () => void
  /** Called once. */
  readonly onEnd: (ending: Ending, tail: Tail, bytes: number) => void
}

/**
 * A comment, which clients pass over. It keeps proxies from closing a connection where a model thinks for long, and it is how workerd learns that a
 * reader has gone in silence: one that closes its side is noticed there at the next write alone, as seen in its version of 2026-10-23.
 */
const KEEP_ALIVE = ': keep-alive\n\n'
/** Most of an unfinished event that is held back; what is beyond goes on, and could not be left out any more. */
const MAX_HELD_BYTES = 65_536
const [LF, CR, SPACE, ANGLE, OPENING_BRACE, CLOSING_BRACE] = [10, 13, 32, 60, 123, 125]
const MESSAGES = {
  cut: ['upstream_closed', 'The upstream closed the connection before the answer was complete'],
  silent: ['upstream_timeout', 'The upstream fell silent before the answer was complete'],
} as const

/** Lets a body pass. */
export function passThrough(body: ReadableStream<Uint8Array>, { streamed, errorEvent, idleMs, keepAliveMs, upstream, onFirstByte, onEnd }: PassageOptions): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  const tail = createTail()
  const utf8 = new TextEncoder()
  let bytes = 0
  /** The beginning of an event whose end has not come. */
  let held: Uint8Array = new Uint8Array()
  /** What the first byte that is no space shows the body to be. */
  let kind: 'events' | 'json' | 'other' | undefined
  let lastByte = 0
  let ended = false
  let silent = false
  /** Whether what went on ended in the middle of an event. */
  let open = false
  let watch: SilenceWatch | undefined
  upstream.signal.addEventListener('abort', leave, { once: true })

  function leave(): void {
    // Ends a read that waits, also of a body that does not know the signal.
    reader.cancel(upstream.signal.reason).catch(() => {})
    // Where nobody reads either, nothing else would tell.
    if (!silent) end(left())
  }

  /** Who leaves after the last word, as clients do at `[DONE]`, has a whole answer. */
  function left(): Ending {
    return kind === 'events' && tail.finished() ? 'complete' : 'cancelled'
  }

  function end(ending: Ending): void {
    if (ended) return
    ended = true
    watch?.stop()
    onEnd(ending, tail, bytes)
  }

  /** What of a block can go on. */
  function take(block: Uint8Array): Uint8Array {
    if (bytes === 0) onFirstByte()
    bytes += block.length
    tail.push(block)
    lastByte = block.findLast((byte) => byte > SPACE) ?? lastByte
    kind ??= kindOf(block.find((byte) => byte > SPACE), streamed)
    if (kind !== 'events') return block
    const all = held.length ? joined(held, block) : block
    const whole = endOfEvents(all, held.length)
    const passed = all.length - whole > MAX_HELD_BYTES ? all.length : whole
    if (passed) open = passed > whole
    held = all.subarray(passed)
    return all.subarray(0, passed)
  }

  /** Ends where the upstream has ended: by itself, or because it broke. */
  function finish(controller: ReadableStreamDefaultController<Uint8Array>, broken: boolean): void {
    const events = kind === 'events' || (kind === undefined && streamed)
    // A connection that breaks after the last word has lost nothing.
    const whole = events ? tail.finished() : !broken && (kind !== 'json' || lastByte === CLOSING_BRACE)
    if (whole) {
      if (held.length) controller.enqueue(held)
      controller.close()
      return end('complete')
    }
    const ending = silent ? 'silent' : 'cut'
    const [code, message] = MESSAGES[ending]
    end(ending)
    // A JSON text that is cut has no place for an error: its connection must break, too.
    if (!events) return controller.error(new Error(message))
    const error = { ...(errorEvent && { type: 'error' }), ...envelope(502, code, message) }
    controller.enqueue(utf8.encode(encode({ ...(errorEvent && { event: errorEvent }), data: JSON.stringify(error) })))
    controller.close()
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        watch = watchSilence({
          idleMs,
          onIdle() {
            silent = true
            upstream.abort(new DOMException('The upstream fell silent', 'TimeoutError'))
          },
          quietMs: keepAliveMs,
          onQuiet: () => open || controller.enqueue(utf8.encode(KEEP_ALIVE)),
        })
      },
      async pull(controller) {
        let part: ReadableStreamReadResult<Uint8Array> | undefined
        do {
          watch?.waiting()
          part = await reader.read().catch(() => undefined)
          watch?.heard()
          if (upstream.signal.aborted && !silent) {
            end(left())
            return controller.error(upstream.signal.reason)
          }
          if (!part?.value) return finish(controller, !part)
          part = { done: false, value: take(part.value) }
        } while (!part.value.length)
        controller.enqueue(part.value)
      },
      cancel(reason) {
        upstream.abort(reason)
        // It may have been aborted before.
        end(left())
      },
    },
    // Nothing is read that nobody has asked for, so that a paused reader pauses the upstream.
    { highWaterMark: 0 },
  )
}

function kindOf(first: number | undefined, streamed: boolean): 'events' | 'json' | 'other' | undefined {
  return first === undefined ? undefined : first === OPENING_BRACE ? 'json' : streamed && first !== ANGLE ? 'events' : 'other'
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}

/** Where the last whole event ends: behind the last empty line, of whatever line ends; 0 where there is none. It is not looked for in what was held. */
function endOfEvents(bytes: Uint8Array, held: number): number {
  for (let at = bytes.length - 1; at > 0 && at >= held; at--) {
    const [before, byte] = [bytes[at - 1], bytes[at]]
    if (byte === LF && (before === LF || (before === CR && (bytes[at - 2] === LF || bytes[at - 2] === CR)))) return at + 1
    if (byte === CR && before === CR) return at + 1
  }
  return 0
}
