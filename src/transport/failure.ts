/**
 * A failed response's body in, at most 64 KiB of its text out.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** As much of a failure's body as is read; the longest recorded one has 2 kB. */
const MAX_BODY_BYTES = 65_536

/**
 * Reads the start of a body as text and lets the rest go.
 *
 * A body that breaks or stalls gives what came before: the status alone is worth reporting.
 * @throws the signal's reason once it aborts.
 */
export async function readText({ body }: Response, signal: AbortSignal): Promise<string> {
  const reader = body?.getReader()
  const utf8 = new TextDecoder()
  let text = ''
  let left = MAX_BODY_BYTES
  // Ends a read that is waiting, also of a body that does not know the signal.
  const leave = () => void reader?.cancel().catch(() => {})
  signal.addEventListener('abort', leave)
  try {
    for (let part = await reader?.read(); part?.value && left > 0; part = await reader?.read()) {
      text += utf8.decode(part.value.subarray(0, left), { stream: true })
      left -= part.value.length
    }
  } catch {
    // What came is kept.
  }
  signal.removeEventListener('abort', leave)
  leave()
  signal.throwIfAborted()
  return text
}
