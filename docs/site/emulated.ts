/**
 * What stands for the network of the examples: an emulated resource, and the backend that hands out its tokens.
 * @module
 */
import { createEmulator } from 'keyless-chat/emulator'

/** Between two words of an answer, so that one can be seen to arrive. */
const CHUNK_DELAY_MS = 30
const RESOURCE = 'contoso.services.ai.azure.com'
const BACKEND = 'app.example'

export interface Emulated {
  /** Whether it stands for the host of a URL. */
  readonly answers: (url: URL) => boolean
  readonly answer: (request: Request) => Promise<Response>
}

/** Makes an emulated network; the hosts that it does not know are none of its business. */
export function createEmulated(): Emulated {
  const emulator = createEmulator({ chunkDelayMs: CHUNK_DELAY_MS })

  async function backend(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/emulator') return Response.json({ emulator: true })
    if (pathname === '/emulator/calls') return Response.json(emulator.calls)
    if (/token$/.test(pathname) && request.method === 'POST') return Response.json(await emulator.token())
    if (pathname === '/weather') return Response.json({ city: searchParams.get('city'), sky: 'sunny', celsius: 21 })
    return new Response('The emulated backend has nothing at this path', { status: 404 })
  }

  return {
    answers: ({ protocol, hostname }) => protocol === 'https:' && (hostname === RESOURCE || hostname === BACKEND),
    answer: (request) => (new URL(request.url).hostname === RESOURCE ? emulator.fetch(request) : backend(request)),
  }
}

/** Whether somebody emulates the network of this place. */
export async function isEmulated(): Promise<boolean> {
  try {
    const response = await fetch(`https://${BACKEND}/emulator`)
    return ((await response.json()) as { emulator?: unknown }).emulator === true
  } catch {
    return false
  }
}
