/**
 * A failed response in, its error out; bounded, whatever the server sends.
 * Runtimes: all. Imports: `../errors.ts`, `../schemas/failure.ts`, `./retry-after.ts`.
 * @module
 */
import type { ChatError } from '../errors.ts'
import { failureFrom } from '../schemas/failure.ts'
import { requestId, retryAfter } from './retry-after.ts'

/** As much of a failure's body as is read; the longest recorded one has 2 kB. */
const MAX_BODY_BYTES = 65_536

/** Reads the error of a response that is not ok. */
export async function failureOf(
  response: Response,
  context: { readonly url: string; readonly attempts: number; readonly scopes: readonly string[]; readonly redact: (text: string) => string; readonly signal: AbortSignal },
): Promise<ChatError> {
  const { signal, ...facts } = context
  const [id, wait] = [requestId(response.headers), retryAfter(response.headers)]
  return failureFrom(await readText(response, signal), {
    ...facts,
    status: response.status,
    ...(id ? { requestId: id } : {}),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  })
}

/**
 * Reads at most 64 KiB of a body as text and lets the rest go.
 *
 * A body that breaks gives what came before: the status alone is worth reporting.
 * @throws the signal's reason once it aborts.
 */
export async function readText(response: Response, signal: AbortSignal): Promise<string> {
  const reader = response.body?.getReader()
  const utf8 = new TextDecoder()
  let text = ''
  let left = MAX_BODY_BYTES
  const leave = () => void reader?.cancel().catch(() => {})
  signal.addEventListener('abort', leave)
  try {
    for (let part = await reader?.read(); part && !part.done && left > 0; part = await reader?.read()) {
      text += utf8.decode(part.value.subarray(0, left), { stream: true })
      left -= part.value.length
    }
  } catch {
    // What came is kept.
  } finally {
    signal.removeEventListener('abort', leave)
    leave()
  }
  signal.throwIfAborted()
  return text
}
