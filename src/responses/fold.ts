/**
 * The frames of a response in, the events and the one result of chat completions out; a whole response is one frame.
 *
 * Each frame becomes chunks of chat completions, which chat's own fold takes. What deltas said is counted, so that an item that
 * comes whole, in its last frame or in the response itself, adds what they left out.
 * Runtimes: all. Imports: `../errors.ts` (types), `../schemas`, `../chat`.
 * @module
 */
import { fold } from '../chat/collect.ts'
import type { Fold } from '../chat/collect.ts'
import type { ChatEvent } from '../chat/events.ts'
import type { ChatError } from '../errors.ts'
import type { WireObject } from '../schemas/completion.ts'
import { number, object, objects, string } from '../schemas/parse.ts'
import { carry } from './carry.ts'

const CALLS = 'tool_calls'
const REASONING = 'reasoning'
/** What a delta, by its kind, or a part of an item, by its type, adds to. */
const MEMBERS: Readonly<Record<string, string>> = {
  output_text: 'content',
  refusal: 'refusal',
  reasoning_text: REASONING,
  reasoning_summary_text: REASONING,
  summary_text: REASONING,
  function_call_arguments: CALLS,
  custom_tool_call_input: CALLS,
}
/** Frames of tools that the service runs: `web_search_call`, `mcp_list_tools`, `shell_call_command` … */
const BUILT_IN = /^(?!function|custom_tool)\w+_(call|tools)/

/**
 * Starts an empty answer.
 *
 * @param failure - Makes the error of a response that failed, or of an error that is a frame.
 */
export function foldResponse(failure: (body: WireObject) => ChatError): Fold {
  const chunks = fold()
  /** How many characters of each text, and citations of it, have come; by place. */
  const come = new Map<string, number>()
  /** The places of calls of the caller's tools, and which of them have a name. */
  const calls: string[] = []
  const named: boolean[] = []
  const output: Record<number, WireObject> = {}
  let carried: readonly WireObject[] | undefined
  let reasoned = ''
  let failed: WireObject | undefined
  let raw: WireObject = {}
  let events: ChatEvent[] = []

  function tell(choice: WireObject, more?: WireObject): void {
    for (const event of chunks.take({ choices: [choice], ...more })) events.push({ ...event, raw })
  }

  /** Adds a delta, or of an item what its deltas left out. */
  function add(member: string | undefined, place: string, text: string = '', item?: WireObject): void {
    const before = come.get(place) ?? 0
    const piece = item ? text.slice(before) : text
    come.set(place, before + piece.length)
    if (member === CALLS) {
      const index = calls.includes(place) ? calls.indexOf(place) : calls.push(place) - 1
      const { call_id: id, name }: WireObject = (!named[index] && item) || {}
      named[index] ||= !!item
      if (piece || id) tell({ delta: { [CALLS]: [{ index, id, function: { name, arguments: piece } }] } })
    } else if (member && piece) {
      // Between the parts of a summary, and between summaries.
      const gap = member === REASONING && !before ? reasoned : ''
      if (member === REASONING) reasoned = '\n\n'
      tell({ delta: { [member]: gap + piece } })
    }
  }

  function cite(place: string, citations: readonly WireObject[]): void {
    come.set(place, (come.get(place) ?? 0) + citations.length)
    tell({ delta: { context: { citations } } })
  }

  /** Takes an item as far as it is there; tells whether it is the model's own. */
  function takeItem(item: WireObject, at: number): boolean {
    output[at] = item
    const type = string(item['type'], 'item.type')
    if (type === 'function_call' || type === 'custom_tool_call') add(CALLS, placeOf(at), string(item['arguments'], 'item.arguments') ?? string(item['input'], 'item.input'), item)
    else if (type === 'message' || type === REASONING) {
      for (const [index, part] of objects(item['content'], 'item.content').entries()) takePart(part, placeOf(at, index))
      for (const [index, part] of objects(item['summary'], 'item.summary').entries()) takePart(part, placeOf(at, undefined, index))
    } else return false
    return true
  }

  function takePart(part: WireObject, place: string): void {
    add(MEMBERS[String(part['type'])], place, string(part['text'], 'text') ?? string(part['refusal'], 'refusal'), part)
    cite(`${place}c`, objects(part['annotations'], 'annotations').slice(come.get(`${place}c`)))
  }

  function end(response: WireObject, completed: boolean): void {
    for (const [at, item] of objects(response['output'], 'output').entries()) takeItem(item, at)
    const verdicts = objects(response['content_filters'], 'content_filters')
    const spoken = verdicts.filter((verdict) => verdict['source_type'] !== 'prompt')
    const { blocked, content_filter_results } = spoken.find((verdict) => verdict['blocked']) ?? spoken[0] ?? {}
    const why = object(response['incomplete_details'], 'incomplete_details')?.['reason']
    if (completed && !blocked) carried = carry(Object.values(output), response['store'] !== false)
    const { input_tokens, output_tokens, input_tokens_details, output_tokens_details, ...counts } = object(response['usage'], 'usage') ?? {}
    tell(
      { finish_reason: blocked ? 'content_filter' : completed ? (calls.length ? CALLS : 'stop') : why === 'max_output_tokens' ? 'length' : (why ?? 'length'), content_filter_results },
      {
        prompt_filter_results: verdicts.filter((verdict) => verdict['source_type'] === 'prompt'),
        usage: response['usage'] && { prompt_tokens: input_tokens, completion_tokens: output_tokens, prompt_tokens_details: input_tokens_details, completion_tokens_details: output_tokens_details, ...counts },
      },
    )
  }

  return {
    take(frame, into = []) {
      raw = frame
      events = into
      const type = string(raw['type'], 'type')
      if (type === 'error') throw failure(raw)
      const [, kind = '', what] = /^response\.(\w+)(?:\.(delta$|annotation))?/.exec(type ?? '') ?? []
      const at = number(raw['output_index'], 'output_index') ?? 0
      const place = placeOf(at, raw['content_index'], raw['summary_index'])
      const item = object(raw['item'], 'item')
      const member = MEMBERS[kind]
      // A text's own last frame is left out, as its item's comes.
      if (what === 'annotation') cite(`${place}c`, [object(raw[what], what)].filter((citation) => !!citation))
      else if (member && what) add(member, place, string(raw[what], what))
      else if (item ? !takeItem(item, at) : BUILT_IN.test(kind)) events.push({ type: 'built-in-tool', choice: 0, raw })

      const response = type ? object(raw['response'], 'response') : raw
      const status = response?.['status']
      if (response) chunks.take({ id: response['id'], model: response['model'] })
      if (status === 'failed') failed = response
      if (failed?.['error']) throw failure(failed)
      if (response && !chunks.finished() && (status === 'completed' || status === 'incomplete')) end(response, status === 'completed')
      return events
    },
    finished() {
      // One that failed without a word has its error behind it, most often.
      if (failed) throw failure(failed)
      return chunks.finished()
    },
    copy() {
      const result = chunks.copy()
      if (!carried) return result
      const message = { ...result.message, response_output: carried }
      return { ...result, message, choices: result.choices.map((choice) => ({ ...choice, message })) }
    },
  }
}

/** Where in the output a text is. */
function placeOf(at: number, content?: unknown, summary?: unknown): string {
  return [at, content, summary].join()
}
