/**
 * A request's body in, its JSON object out, held to what a relay is willing to hold.
 * Runtimes: all. Imports: `../schemas`, `./events.ts`, `./refusal.ts`.
 * @module
 */
import type { WireObject } from '../schemas/completion.ts'
import { parseObject } from '../schemas/parse.ts'
import { joined } from './events.ts'
import { Refusal } from './refusal.ts'

/** Deeper than any chat: JSON Schemas of tools, the deepest thing seen, have about a dozen levels. */
const MAX_DEPTH = 64
/** What an image is taken for: neither its base64 nor its address says anything of its tokens. https://learn.microsoft.com/azure/ai-foundry/openai/overview */
const IMAGE_TOKENS = 1500
/** A token of English text has about four bytes, and no token has less than one: https://platform.openai.com/tokenizer */
const BYTES_PER_TOKEN = 4

const IMAGE = /^(https:\/\/|data:image\/[\w.+-]+;base64,)/

/** A body that was read, and what was found in it. */
export interface ReadBody {
  readonly value: WireObject
  /** About how many tokens the model will count for it. */
  readonly promptTokens: number
  /** More than it can count. */
  readonly mostPromptTokens: number
  /** What refers to things that are kept at the service, and may be somebody else's: `file_id`, `item_reference`, `audio_id`. */
  readonly references: readonly string[]
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
  const found: Found = { imageBytes: 0, images: 0, numbers: 0, references: new Set() }
  // Images are in messages. What looks like one elsewhere, as in the schema of a tool, is read as text by the model.
  for (const [name, member] of Object.entries(value)) measure(member, name, MAX_DEPTH - 1, found, name === 'messages' || name === 'input')
  const text = bytes.length - found.imageBytes
  const images = found.images * IMAGE_TOKENS
  return { value, promptTokens: Math.ceil(text / BYTES_PER_TOKEN) + found.numbers + images, mostPromptTokens: text + images, references: [...found.references] }
}

/** What a walk through a body finds. */
interface Found {
  imageBytes: number
  images: number
  /** Of arrays: texts may come as the numbers of their tokens. */
  numbers: number
  readonly references: Set<string>
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
  return joined(parts)
}

/** Finds what has tokens of its own, what refers elsewhere, and nesting that would exhaust the stack of whoever writes it again. @throws `Refusal` 400 */
function measure(value: unknown, name: string, left: number, found: Found, images: boolean): void {
  if (left === 0) throw new Refusal(400, 'invalid_json', `Cannot read the body as it is nested more than ${MAX_DEPTH} levels deep`)
  if (typeof value === 'string') {
    if (name === 'file_id') found.references.add(name)
    if (name === 'type' && value === 'item_reference') found.references.add(value)
    // Only where an image is looked for, and only what is one: any text may begin alike.
    if (images && (name === 'url' || name === 'image_url') && IMAGE.test(value)) {
      found.images++
      found.imageBytes += value.length
    }
  } else if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === 'number') found.numbers++
      else measure(item, name, left - 1, found, images)
    }
  } else if (typeof value === 'object' && value) {
    // What an assistant has said aloud is named by `audio: { id }`: https://platform.openai.com/docs/api-reference/chat/create
    if (images && name === 'audio' && 'id' in value) found.references.add('audio_id')
    for (const [key, member] of Object.entries(value)) measure(member, key, left - 1, found, images)
  }
}
