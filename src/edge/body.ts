/**
 * A request's body in, its JSON object out, held to what a relay is willing to hold.
 * Runtimes: all. Imports: `../schemas`, `./refusal.ts`.
 * @module
 */
import type { WireObject } from '../schemas/completion.ts'
import { parseObject } from '../schemas/parse.ts'
import { Refusal } from './refusal.ts'

/** Deeper than any chat: JSON Schemas of tools, the deepest thing seen, have about a dozen levels. */
const MAX_DEPTH = 64
/** What an image or a recording is taken for: their base64 says nothing of their tokens. */
const MEDIA_TOKENS = 1000
/** A token of English text has about four bytes: https://platform.openai.com/tokenizer */
const BYTES_PER_TOKEN = 4

/** A body that was read, and about how many tokens the model will count for it. */
export interface ReadBody {
  readonly value: WireObject
  readonly promptTokens: number
}

/**
 * Reads a JSON object.
 *
 * A body that says its length is refused by that; any other is read no further than the limit.
 *
 * @throws `Refusal` 413, 415 or 400
 */
export async function readBody(request: Request, maxBytes: number): Promise<ReadBody> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/json *(;|$)/i.test(type)) throw new Refusal(415, 'unsupported_media_type', 'Cannot read the body as content-type must be application/json')
  if (request.headers.has('content-encoding')) throw new Refusal(415, 'unsupported_media_type', 'Cannot read the body as it is compressed')
  const bytes = await readBytes(request, maxBytes)
  const value = parseObject(new TextDecoder().decode(bytes))
  if (!value) throw new Refusal(400, 'invalid_json', 'Cannot read the body as it is no JSON object')
  const media = { bytes: 0, count: 0 }
  measure(value, MAX_DEPTH, media)
  return { value, promptTokens: Math.ceil((bytes.length - media.bytes) / BYTES_PER_TOKEN) + media.count * MEDIA_TOKENS }
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const refuse = () => new Refusal(413, 'body_too_large', `Cannot read the body as it exceeds ${maxBytes} bytes`)
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw refuse()
  const parts: Uint8Array[] = []
  let size = 0
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader()
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    size += part.value.length
    if (size > maxBytes) {
      reader?.cancel().catch(() => {})
      throw refuse()
    }
    parts.push(part.value)
  }
  if (parts.length === 1 && parts[0]) return parts[0]
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** Finds media, and nesting that would exhaust the stack of whoever writes it again. @throws `Refusal` 400 */
function measure(value: unknown, left: number, media: { bytes: number; count: number }): void {
  if (left === 0) throw new Refusal(400, 'invalid_json', `Cannot read the body as it is nested more than ${MAX_DEPTH} levels deep`)
  if (typeof value === 'string' && value.startsWith('data:')) {
    media.bytes += value.length
    media.count++
  } else if (typeof value === 'object' && value) for (const member of Object.values(value)) measure(member, left - 1, media)
}
