/**
 * The bytes of an answer as they pass in; whether it ended whole, and what it used, out.
 * Runtimes: all. Imports: `../schemas`.
 * @module
 */
import type { Usage } from '../schemas/completion.ts'
import { parseObject } from '../schemas/parse.ts'

/** What is remembered of an answer's end. Usage and finish are in the last few events; recorded ones have less than 2 kB. */
const TAIL_BYTES = 16_384
const LINE_FEED = 10

/** Watches an answer pass; what it costs does not grow with the answer. */
export interface Tail {
  readonly push: (bytes: Uint8Array) => void
  /** Line ends seen: about two for each event of a chat. */
  readonly lines: () => number
  /** Whether an event stream has said that it is complete. */
  readonly finished: () => boolean
  /** What the service counted; `undefined` where it did not say. */
  readonly usage: () => Usage | undefined
}

/** Watches an answer. */
export function createTail(): Tail {
  const parts: Uint8Array[] = []
  let size = 0
  let lines = 0

  function text(): string {
    const utf8 = new TextDecoder()
    return parts.map((part) => utf8.decode(part, { stream: true })).join('')
  }

  return {
    push(bytes) {
      for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines++
      // A copy, as who gets the bytes may take them over.
      const part = bytes.slice(-TAIL_BYTES)
      parts.push(part)
      size += part.length
      for (let first = parts[0]; first && size - first.length >= TAIL_BYTES; first = parts[0]) {
        parts.shift()
        size -= first.length
      }
    },
    lines: () => lines,
    // Inside of a JSON string quotes and line ends are escaped, so no model can say these by itself.
    finished: () => /^data: ?\[DONE\]|"finish_reason": ?"|^event: ?response\.(completed|incomplete|failed)\b|"type": ?"response\.(completed|incomplete|failed)"/m.test(text()),
    usage: () => usageIn(text()),
  }
}

/** The last `"usage":{…}` of a text. */
function usageIn(text: string): Usage | undefined {
  const at = [...text.matchAll(/"usage": ?\{/g)].at(-1)
  if (!at) return undefined
  const begin = at.index + at[0].length - 1
  // Its members are numbers and objects of numbers: it ends where as many braces are closed as were opened.
  let depth = 0
  for (let end = begin; end < text.length; end++) {
    depth += text[end] === '{' ? 1 : text[end] === '}' ? -1 : 0
    if (depth > 0) continue
    const usage = parseObject(text.slice(begin, end + 1))
    return usage && usageOf(usage)
  }
  return undefined
}

/** Responses and embeddings name them otherwise. */
function usageOf(usage: Readonly<Record<string, unknown>>): Usage | undefined {
  const { prompt_tokens, input_tokens, completion_tokens, output_tokens, total_tokens } = usage
  const [prompt, completion] = [prompt_tokens ?? input_tokens, completion_tokens ?? output_tokens ?? 0]
  const total = total_tokens ?? Number(prompt) + Number(completion)
  return [prompt, completion, total].every((count) => Number.isFinite(count) && Number(count) >= 0) ? { ...usage, prompt_tokens: Number(prompt), completion_tokens: Number(completion), total_tokens: Number(total) } : undefined
}
