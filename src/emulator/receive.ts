/**
 * A request in, its body out: a text, and what JSON that is.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** Longest body taken; a longer one is a 413. */
export const MAX_BODY_BYTES = 1_048_576

/** Reads a body up to the limit; nothing where it is longer. */
export async function receiveText(request: Request): Promise<string | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return undefined
  // Firefox has no `Request.body`; there the whole body is in memory anyway.
  const parts: Uint8Array[] = []
  const reader = (request.body as ReadableStream<Uint8Array> | null | undefined)?.getReader()
  if (!reader) parts.push(new Uint8Array(await request.arrayBuffer()))
  let size = parts[0]?.byteLength ?? 0
  for (let part = await reader?.read(); part && !part.done && size <= MAX_BODY_BYTES; part = await reader?.read()) {
    size += part.value.byteLength
    parts.push(part.value)
  }
  if (size > MAX_BODY_BYTES) {
    await reader?.cancel()
    return undefined
  }
  const decoder = new TextDecoder()
  return parts.map((part) => decoder.decode(part, { stream: true })).join('') + decoder.decode()
}

/** Parses JSON; nothing where it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
