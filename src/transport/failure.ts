/**
 * A failed response's body in, at most 64 KiB of its text out.
 * Runtimes: all. Imports: `../abort.ts`.
 * @module
 */
import { abortable } from '../abort.ts'

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
  try {
    while (reader && left > 0) {
      // Ended by the signal also where the body does not know it.
      const { value } = await abortable(reader.read(), signal)
      if (!value) break
      text += utf8.decode(value.subarray(0, left), { stream: true })
      left -= value.length
    }
  } catch {
    // What came is kept.
  }
  reader?.cancel().catch(() => {})
  signal.throwIfAborted()
  return text
}
