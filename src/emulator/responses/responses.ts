/**
 * A request to the Responses API in, a response, its stream or what is stored of it out.
 * Runtimes: all. Imports: the rest of this folder; `../asked.ts`, `../bodies.ts`, `../check.ts`, `../dialects/azure-openai.ts`,
 * `../faults-stream.ts`, `../limits.ts`, `../reply.ts`, `../strict.ts`, `../vision.ts`;
 * `../request.ts`, types alone.
 * @module
 */
import { idOf } from '../asked.ts'
import type { Asked } from '../asked.ts'
import { BACKEND, json, openaiError, typed } from '../bodies.ts'
import type { Reply } from '../bodies.ts'
import { promptFiltered } from '../check.ts'
import { STREAM_TYPE } from '../dialects/azure-openai.ts'
import { tamperAnswer, tamperBody, tamperStream } from '../faults-stream.ts'
import { limits } from '../limits.ts'
import { reasoningTokensOf, say } from '../reply.ts'
import type { JsonObject } from '../request.ts'
import { refuseSchemas } from '../strict.ts'
import { refuseImages } from '../vision.ts'
import { refuseBody } from './check.ts'
import { envelope } from './envelope.ts'
import { eventsOf, numbered } from './events.ts'
import { asChat, itemsOf } from './items.ts'
import { SERVER_ERROR, SPOILS } from './spoil.ts'

/** Creates responses, and remembers those that are to be stored. */
export interface Responses {
  readonly create: (asked: Asked) => Reply
  /** Answers GET and DELETE. */
  readonly stored: (method: string, id: string) => Reply
}

/** What is kept of a response. */
interface Stored {
  readonly response: JsonObject
  /** What went before it, and itself. */
  readonly items: readonly JsonObject[]
}

/** Responses stored at a time; the oldest goes first. */
const MAX_STORED = 1000
const HEADERS: Readonly<Record<string, string>> = { ...BACKEND, 'x-ms-aoai-configured-data-retention-days': '30' }

/** Creates a memory of its own. */
export function createResponses(): Responses {
  const kept = new Map<string, Stored>()
  const memory = {
    before: (id: string) => kept.get(id)?.items,
    item: (id: string) => [...kept.values()].flatMap(({ items }) => items).find((item) => item['id'] === id),
  }

  function create(asked: Asked): Reply {
    const { body, options, fault, name, created } = asked
    const refused = refuseBody(body, options)
    if (refused) return refused
    const found = itemsOf(body, memory)
    if (!('items' in found)) return found
    const heard = asChat(body, found.items, name)
    const malformed = refuseSchemas(heard, options, true) ?? refuseImages(heard, options)
    if (malformed) return malformed
    if (heard.prompt.includes('[filter:prompt]')) return promptFiltered(true)
    // Thoughts count: a limit may leave no word for the answer.
    const request = { ...heard, maxTokens: Math.max(0, heard.maxTokens - reasoningTokensOf(heard, options)) }
    // Named as the request names it, unlike chat.
    const model = name.split('~')[0] ?? name
    const answer = tamperAnswer({ ...say(request, options), request, id: idOf(asked), created, model, reasoning: options.reasoning ?? false }, fault)
    const streams = request.stream && fault !== 'json-200'
    const keep = (response: JsonObject) => {
      if (body['store'] === false) return
      kept.set(String(response['id']), { response, items: [...found.items, ...(response['output'] as readonly JsonObject[])] })
      if (kept.size > MAX_STORED) kept.delete(kept.keys().next().value ?? '')
    }
    const headers = { ...typed(streams ? STREAM_TYPE : 'application/json', fault), ...HEADERS, ...limits(asked, answer.completionTokens + request.promptTokens) }
    const failed = (error: JsonObject | null) => envelope(answer, body, 'failed', { error })
    const events = eventsOf(answer, body, keep)
    const spoil = fault && SPOILS[fault]
    if (streams) return { status: 200, headers, body: spoil ? tamperStream(numbered(spoil(events, failed)), undefined) : tamperStream(numbered(events), fault) }
    const response = fault === 'failed' ? failed(SERVER_ERROR) : [...events].at(-1)?.fields['response']
    return { status: 200, headers, body: tamperBody(JSON.stringify(response), fault, 'output') }
  }

  function stored(method: string, id: string): Reply {
    const found = kept.get(id)
    if (!found) return openaiError(404, `Response with id '${id}' not found.`, null, null)
    if (method === 'GET') return json(200, found.response, HEADERS)
    kept.delete(id)
    return json(200, { id, object: 'response.deleted', deleted: true }, HEADERS)
  }

  return { create, stored }
}
