/**
 * Steps in, a stream of bytes out that sends only what its reader asks for and sees the reader leave.
 * Runtimes: all. Imports: `./call.ts`, types alone.
 * @module
 */
import type { WritableCall } from './call.ts'

/** One step of a body. */
export type Step =
  /** Sends text or bytes; `events` is how many events are whole with it. @defaultValue `events` `1` */
  | { readonly send: string | Uint8Array<ArrayBuffer>; readonly events?: number }
  /** Stays silent that many milliseconds; `Infinity` is until the reader leaves. */
  | { readonly waitMs: number }
  /** Breaks the connection: the reader's next `read()` rejects, or with `cleanly` finds the end where none should be. */
  | { readonly hangUp: 'cleanly' | 'with an error' }

/** What {@link streamSteps} needs to know beside the steps. */
export interface StreamContext {
  /** The record that is kept up to date while the body is read. */
  readonly call: WritableCall
  /** Pause before each event but the first, in milliseconds. */
  readonly delayMs: number
  /**
   * Whose signal errors the stream once it fires: the caller's `Request` or init. Held as a whole, as undici lets go of a request's signal
   * together with the request: https://github.com/nodejs/undici/issues/1926
   */
  readonly caller: { readonly signal: AbortSignal }
}

/**
 * Makes a body of steps. Nothing is made ahead of the reader, so a paused reader pauses the sender.
 *
 * The last step closes the stream at once, so a reader that stops at `[DONE]` finds the call `complete`, not `cancelled`.
 */
export function streamSteps(steps: Iterable<Step>, { call, delayMs, caller }: StreamContext): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = steps[Symbol.iterator]()
  const encoder = new TextEncoder()
  let next: IteratorResult<Step> | undefined
  // Ends the current pause early; there is at most one, as `pull` is never called twice at a time.
  let wake: () => void = () => {}
  let abort: () => void = () => {}

  function end(state: WritableCall['state']): void {
    if (call.state === 'open') call.state = state
    caller.signal.removeEventListener('abort', abort)
    wake()
    iterator.return?.()
  }

  async function pause(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined
    await new Promise<void>((resolve) => {
      wake = resolve
      if (Number.isFinite(ms)) timer = setTimeout(resolve, ms)
    })
    clearTimeout(timer)
  }

  const source: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> = {
    start(controller) {
      abort = () => {
        end('cancelled')
        controller.error(caller.signal.reason)
      }
      if (caller.signal.aborted) abort()
      else caller.signal.addEventListener('abort', abort)
    },
    async pull(controller) {
      while (call.state === 'open') {
        next ??= iterator.next()
        if (next.done) {
          end('complete')
          return controller.close()
        }
        const step = next.value
        next = undefined
        if ('waitMs' in step) await pause(step.waitMs)
        else if ('hangUp' in step) {
          end('broken')
          // The words are Chromium's; a fetch whose connection breaks rejects with a TypeError everywhere.
          return step.hangUp === 'cleanly' ? controller.close() : controller.error(new TypeError('network error'))
        } else {
          const { send, events = 1 } = step
          if (delayMs > 0 && events > 0 && call.eventsSent > 0) await pause(delayMs)
          if (call.state !== 'open') return
          controller.enqueue(typeof send === 'string' ? encoder.encode(send) : send)
          call.eventsSent += events
          next = iterator.next()
          if (!next.done) return
        }
      }
    },
    cancel() {
      end('cancelled')
    },
  }
  return new ReadableStream(source, { highWaterMark: 0 })
}
