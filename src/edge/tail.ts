/**
 * The bytes of an answer as they go on in; whether it ended whole, and what it used, out.
 * Runtimes: all. Imports: `../schemas`, `../sse`, `./events.ts`.
 * @module
 */
import type { Usage, WireObject } from '../schemas/completion.ts'
import { parseObject } from '../schemas/parse.ts'
import { createDecoder } from '../sse/decode.ts'
import { endOfEvents, joined } from './events.ts'

/** What is remembered of an answer's end. Usage and finish of a chat are in its last few events; recorded ones have less than 2 kB. */
const TAIL_BYTES = 16_384
/** What is remembered of the beginning of the last event, which says its type. */
const HEAD_BYTES = 128
const LINE_FEED = 10

/** What an answer is written in: chunks of a chat, events of the Responses API, or one JSON text. */
export type Dialect = 'chat' | 'responses' | 'json'

/** Watches an answer pass; what it costs does not grow with the answer. */
export interface Tail {
  /** Takes what goes on. `begins`: with the beginning of an event. */
  readonly push: (bytes: Uint8Array, begins: boolean) => void
  /** Events seen, about: the lines that a chunk of a chat has are two. */
  readonly events: () => number
  /** Whether an event stream has said that it is complete, or has failed, in an event that went on whole. */
  readonly finished: () => boolean
  /** What the service counted; `undefined` where it did not say. */
  readonly usage: () => Usage | undefined
}

/** Watches an answer with so many choices. */
export function createTail(dialect: Dialect, choices = 1): Tail {
  const parts: Uint8Array[] = []
  let size = 0
  let lines = 0
  let head = new Uint8Array()
  let cut = false

  /** The objects of the last events, and `[DONE]`; and before them, as text, the end of an event whose beginning is gone. */
  function lastEvents(): { readonly before: string; readonly events: readonly (WireObject | '[DONE]')[] } {
    const bytes = joined(parts)
    const begin = cut ? beginOfEvents(bytes) : 0
    return {
      before: new TextDecoder().decode(bytes.subarray(0, begin)),
      events: createDecoder().push(bytes.subarray(begin)).flatMap<WireObject | '[DONE]'>(({ data }) => (data === '[DONE]' ? data : (parseObject(data) ?? []))),
    }
  }

  function finishedChat(): boolean {
    const { before, events } = lastEvents()
    const done = new Set<unknown>()
    // Inside of strings quotes are escaped, so that no model can say this.
    if (/"finish_reason": ?"[^"]/.test(before)) done.add('before')
    for (const event of events) {
      if (event === '[DONE]' || event['error']) return true
      for (const choice of [event['choices'] ?? []].flat() as (WireObject | null)[]) if (choice?.['finish_reason']) done.add(choice['index'] ?? 0)
    }
    return done.size >= choices
  }

  // At the beginning of an event, and nowhere else: requests are repeated in the events that come before.
  const finishedResponse = () => /^(event: ?(error|response\.(completed|incomplete|failed))[\r\n]|(event:[^\r\n]*[\r\n]+)?data: ?\{"type": ?"(error|response\.(completed|incomplete|failed))")/.test(new TextDecoder().decode(head))

  function usage(): Usage | undefined {
    if (dialect === 'chat') return lastEvents().events.map((event) => (event === '[DONE]' ? undefined : usageOf(event['usage']))).findLast(Boolean)
    if (dialect === 'responses' && !finishedResponse()) return undefined
    return greatestUsage(new TextDecoder().decode(joined(parts)))
  }

  return {
    push(bytes, begins) {
      for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines++
      if (dialect === 'responses') {
        const begin = endOfEvents(bytes.subarray(0, -1))
        if (begin || begins) head = bytes.slice(begin, begin + HEAD_BYTES)
      }
      // A copy, as who gets the bytes may take them over.
      const part = bytes.slice(-TAIL_BYTES)
      cut ||= part.length < bytes.length
      parts.push(part)
      size += part.length
      for (let first = parts[0]; first && size - first.length >= TAIL_BYTES; first = parts[0]) {
        parts.shift()
        size -= first.length
        cut = true
      }
    },
    events: () => Math.ceil(lines / 2),
    finished: () => (dialect === 'chat' ? finishedChat() : finishedResponse()),
    usage,
  }
}

/** Where the first event begins whose beginning is there. */
function beginOfEvents(bytes: Uint8Array): number {
  for (let end = 2; end <= bytes.length; end++) if (endOfEvents(bytes.subarray(0, end), end - 1)) return end
  return bytes.length
}

/**
 * The greatest `"usage":{…}` of a JSON text whose beginning may be gone. The service's own comes last, but a request is repeated in a response, and what a
 * caller has written there must not make it less. Inside of strings quotes are escaped, so that no model can say it.
 */
function greatestUsage(text: string): Usage | undefined {
  let greatest: Usage | undefined
  for (const { index, 0: found } of text.matchAll(/"usage": ?\{/g)) {
    const usage = usageOf(parseObject(objectAt(text, index + found.length - 1)))
    if (usage && usage.total_tokens >= (greatest?.total_tokens ?? 0)) greatest = usage
  }
  return greatest
}

/** The object that begins at an opening brace. Its members are numbers and objects of numbers, so that braces need only be counted. */
function objectAt(text: string, begin: number): string {
  let depth = 0
  for (let end = begin; end < text.length; end++) {
    depth += text[end] === '{' ? 1 : text[end] === '}' ? -1 : 0
    if (depth === 0) return text.slice(begin, end + 1)
  }
  return ''
}

/** Responses and embeddings name the counts otherwise. */
function usageOf(value: unknown): Usage | undefined {
  if (typeof value !== 'object' || !value) return undefined
  const { prompt_tokens, input_tokens, completion_tokens, output_tokens, total_tokens } = value as Readonly<Record<string, unknown>>
  const [prompt, completion] = [prompt_tokens ?? input_tokens, completion_tokens ?? output_tokens ?? 0]
  const counts = [prompt, completion, total_tokens ?? Number(prompt) + Number(completion)]
  if (!counts.every((count) => typeof count === 'number' && Number.isFinite(count) && count >= 0)) return undefined
  return { ...value, prompt_tokens: Number(prompt), completion_tokens: Number(completion), total_tokens: Number(counts[2]) }
}
