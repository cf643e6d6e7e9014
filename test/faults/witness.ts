/**
 * A fetch in, the same fetch out, with every byte kept that the runtime hands to who reads its answers, one list of parts for each.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** Watches the runtime's own fetch; the answers and their streams are the runtime's own, too. */
export function watched(): { readonly fetch: (url: string, init?: RequestInit) => Promise<Response>; readonly handed: Uint8Array[][] } {
  const handed: Uint8Array[][] = []
  return {
    handed,
    async fetch(url, init) {
      const response = await globalThis.fetch(url, init)
      const parts: Uint8Array[] = []
      handed.push(parts)
      const { body } = response
      if (!body) return response
      const getReader = body.getReader.bind(body) as () => ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>
      const watchedReader = () => {
        const reader = getReader()
        const read = reader.read.bind(reader)
        reader.read = async () => {
          const part = await read()
          if (part.value) parts.push(part.value.slice())
          return part
        }
        return reader
      }
      Object.defineProperty(body, 'getReader', { value: watchedReader })
      return response
    },
  }
}

/** Reads an answer as any script would, for at most so long between two parts. */
export async function bareRead(url: string, init: RequestInit, silenceMs: number): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = []
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(() => controller.abort(), silenceMs)
  }
  try {
    wait()
    const response = await fetch(url, { ...init, signal: controller.signal })
    const reader = response.body?.getReader()
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      parts.push(part.value)
      wait()
    }
  } catch {
    // What came before it is what counts.
  } finally {
    clearTimeout(timer)
    controller.abort()
  }
  return parts
}
