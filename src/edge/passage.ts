/**
 * An upstream's body in, the same bytes out, and an error where they end too early.
 *
 * Events go on whole, as soon as they are: what the upstream cut in the middle can then be left out and followed by an error that
 * clients can read. Nothing is read ahead of the reader.
 * Runtimes: all. Imports: `../sse`, `./events.ts`, `./refusal.ts`, `./silence.ts`, `./tail.ts`.
 * @module
 */
import { encode } from '../sse/encode.ts'
import { BEFORE_END, endOfEvents, joined } from './events.ts'
import { envelope } from './refusal.ts'
import { watchSilence } from './silence.ts'
import type { SilenceWatch } from './silence.ts'
import { createTail } from './tail.ts'
import type { Tail } from './tail.ts'

/** How an answer ended: whole; the upstream broke off or fell silent; the reader left. */
export type Ending = 'complete' | 'cut' | 'silent' | 'cancelled'

/** What is known when an answer has ended. */
export interface PassageEnd {
  readonly ending: Ending
  /** Whether the reader left, though it may have had everything. */
  readonly left: boolean
  readonly tail: Tail
  readonly bytes: number
}

/** What a passage needs to know. */
export interface PassageOptions {
  /** The dialect of the events that were asked for; `undefined` where one JSON text was. */
  readonly dialect: 'chat' | 'responses' | undefined
  /** Answers asked for. */
  readonly choices: number
  /** Longest silence of the upstream while somebody reads, in milliseconds. */
  readonly idleMs: number
  /** After so much silence a comment goes to the reader, in milliseconds: `Infinity` for an answer that may be no events. */
  readonly keepAliveMs: number
  /** Longest time in which nobody reads, in milliseconds. */
  readonly unreadMs: number
  /** Closes the upstream's connection. */
  readonly upstream: AbortController
  readonly onFirstByte: () => void
  /** Called once. */
  readonly onEnd: (end: PassageEnd) => void
}

/**
 * A comment, which clients pass over. It keeps proxies from closing a connection where a model thinks for long, and it is how workerd learns that a
 * reader has gone in silence: one that closes its side is noticed there at the next write alone, as seen in its version of 2026-10-23.
 */
const KEEP_ALIVE = ': keep-alive\n\n'
/** Most of an unfinished event that is held back; what is beyond goes on, and could not be left out any more. */
const MAX_HELD_BYTES = 65_536
const [SPACE, ANGLE, OPENING_BRACE, CLOSING_BRACE] = [32, 60, 123, 125]
const MESSAGES = {
  cut: ['upstream_closed', 'The upstream closed the connection before the answer was complete'],
  silent: ['upstream_timeout', 'The upstream fell silent before the answer was complete'],
} as const

/** Lets a body pass. */
export function passThrough(body: ReadableStream<Uint8Array>, options: PassageOptions): ReadableStream<Uint8Array> {
  const { dialect, choices, upstream, onFirstByte, onEnd, idleMs, keepAliveMs, unreadMs } = options
  const reader = body.getReader()
  const tail = createTail(dialect ?? 'json', choices)
  const utf8 = new TextEncoder()
  let bytes = 0
  /** The beginning of an event whose end has not come, in pieces, and the last bytes before the next block. */
  let held: Uint8Array[] = []
  let heldBytes = 0
  let before: Uint8Array = new Uint8Array()
  /** Whether what went on ended in the middle of an event. */
  let open = false
  /** What the first byte that is no space shows the body to be. */
  let kind: 'events' | 'json' | 'other' | undefined
  let lastByte = 0
  let ended = false
  let silent = false
  let watch: SilenceWatch | undefined
  upstream.signal.addEventListener('abort', leave, { once: true })

  function leave(): void {
    // Ends a read that waits, also of a body that does not know the signal.
    reader.cancel(upstream.signal.reason).catch(() => {})
    // Where nobody reads either, nothing else would tell.
    if (!silent) end(kind === 'events' && tail.finished() ? 'complete' : 'cancelled', true)
  }

  function end(ending: Ending, left = false): void {
    if (ended) return
    ended = true
    watch?.stop()
    onEnd({ ending, left, tail, bytes })
  }

  /** What of a block can go on, with what was held before it. */
  function take(block: Uint8Array): Uint8Array {
    if (bytes === 0) onFirstByte()
    bytes += block.length
    lastByte = block.findLast((byte) => byte > SPACE) ?? lastByte
    kind ??= kindOf(block.find((byte) => byte > SPACE), dialect !== undefined)
    const begins = !open
    const passed = kind === 'events' ? takeEvents(block) : block
    if (passed.length) tail.push(passed, begins)
    return passed
  }

  function takeEvents(block: Uint8Array): Uint8Array {
    const context = before.length ? joined([before, block]) : block
    const whole = Math.max(0, endOfEvents(context, before.length) - before.length)
    const passed = whole ? [...held, block.subarray(0, whole)] : []
    if (whole) {
      held = []
      heldBytes = 0
      open = false
    }
    if (whole < block.length) held.push(block.subarray(whole))
    heldBytes += block.length - whole
    if (heldBytes > MAX_HELD_BYTES) {
      passed.push(...held)
      held = []
      heldBytes = 0
      open = true
    }
    // An end may be spread over two blocks.
    before = open || heldBytes ? context.slice(-BEFORE_END) : new Uint8Array()
    return joined(passed)
  }

  /** Whether everything came, now that no more will. */
  function isWhole(broken: boolean): boolean {
    if (kind === 'json') return !broken && !silent && lastByte === CLOSING_BRACE
    if (kind === 'other') return !broken && !silent
    if (dialect === undefined) return false
    // A connection that breaks after the last word has lost nothing. Some services send no empty line behind that.
    return tail.finished() || (dialect === 'chat' && /^data: ?\[DONE\]\s*$/.test(new TextDecoder().decode(joined(held))))
  }

  /** Ends where the upstream has ended: by itself, or because it broke. */
  function finish(controller: ReadableStreamDefaultController<Uint8Array>, broken: boolean): void {
    if (isWhole(broken)) {
      if (held.length) controller.enqueue(joined(held))
      controller.close()
      return end('complete')
    }
    const ending = silent ? 'silent' : 'cut'
    const [code, message] = MESSAGES[ending]
    end(ending)
    // A JSON text that is cut has no place for an error: its connection must break, too.
    if (dialect === undefined || kind === 'json' || kind === 'other') return controller.error(new Error(message))
    const named = dialect === 'responses'
    const error = encode({ ...(named && { event: 'error' }), data: JSON.stringify({ ...(named && { type: 'error' }), ...envelope(502, code, message) }) })
    controller.enqueue(utf8.encode(open ? `\n\n${error}` : error))
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
          // Between two events, or before the first.
          onQuiet: () => open || (kind ?? 'events') !== 'events' || controller.enqueue(utf8.encode(KEEP_ALIVE)),
          unreadMs,
          onUnread: () => upstream.abort(new DOMException('Nobody reads the answer', 'TimeoutError')),
        })
      },
      async pull(controller) {
        let ready: Uint8Array
        do {
          watch?.waitForUpstream()
          const part = await reader.read().catch(() => undefined)
          watch?.waitForReader()
          if (upstream.signal.aborted && !silent) return controller.error(upstream.signal.reason)
          if (!part?.value) return finish(controller, !part)
          ready = take(part.value)
        } while (!ready.length)
        controller.enqueue(ready)
      },
      cancel: (reason) => upstream.abort(reason),
    },
    // Nothing is read that nobody has asked for, so that a paused reader pauses the upstream.
    { highWaterMark: 0 },
  )
}

function kindOf(first: number | undefined, streamed: boolean): 'events' | 'json' | 'other' | undefined {
  return first === undefined ? undefined : first === OPENING_BRACE ? 'json' : streamed && first !== ANGLE ? 'events' : 'other'
}
