/**
 * The frames of a response in, the events and the one result of chat completions out; a whole response is one frame.
 *
 * What deltas said is counted, so that an item that comes whole, in its last frame or in the response itself, adds what they left out.
 * Runtimes: all. Imports: `../errors.ts` (types), `../schemas`, `../chat`.
 * @module
 */
import { copyChoice, emptyChoice, takeChoice } from '../chat/choice.ts'
import type { Fold } from '../chat/collect.ts'
import type { ChatEvent } from '../chat/events.ts'
import type { ChatError, ContentFilter } from '../errors.ts'
import type { Usage, WireObject } from '../schemas/completion.ts'
import { contentFilter } from '../schemas/filter.ts'
import { number, object, objects, string } from '../schemas/parse.ts'
import { carry } from './carry.ts'

/** What deltas of a kind, and parts of a type, add to. */
const ADDS: Readonly<Record<string, string>> = {
  output_text: 'content',
  refusal: 'refusal',
  reasoning_text: 'reasoning',
  reasoning_summary_text: 'reasoning',
  summary_text: 'reasoning',
  function_call_arguments: 'call',
  custom_tool_call_input: 'call',
}
/** Frames of tools that the service runs: `web_search_call`, `mcp_list_tools`, `shell_call_command` … */
const BUILT_IN = /^(?!function|custom_tool)\w+_(call|tools)/

/**
 * Starts an empty answer.
 *
 * @param failure - Makes the error of a response that failed, or of an error that is a frame.
 */
export function foldResponse(failure: (body: WireObject) => ChatError): Fold {
  const choice = emptyChoice(0)
  const citations: WireObject[] = []
  /** How many characters of each text, and citations of it, have come; by the text's place. */
  const come: Record<string, number> = {}
  /** Each tool call's place in the output. */
  const calls: number[] = []
  const output: Record<number, WireObject> = {}
  let carried: readonly WireObject[] | undefined
  let id: string | undefined
  let model: string | undefined
  let usage: Usage | undefined
  let promptFilter: ContentFilter | undefined
  let failed: WireObject | undefined
  let raw: WireObject = {}
  let events: ChatEvent[] = []

  /** Tells it as a chunk of chat completions would. */
  const tell = (delta: WireObject, end?: WireObject) => takeChoice(choice, { delta, ...end }, raw, events)
  const report = (event: { readonly type: string; readonly [fact: string]: unknown }) => events.push({ ...event, choice: 0, raw } as ChatEvent)

  /** What is new of a text: all of a delta, of a whole what its deltas left out. */
  function fresh(place: string, text: string | undefined = '', whole: unknown): string {
    const before = come[place] ?? 0
    const piece = whole ? text.slice(before) : text
    come[place] = before + piece.length
    return piece
  }

  function say(adds: string, place: string, text: string | undefined, whole?: boolean): void {
    // Between the parts of a summary, and between summaries.
    const gap = adds === 'reasoning' && !come[place] && choice.reasoning && '\n\n'
    const piece = fresh(place, text, whole)
    if (piece) tell({ [adds]: (gap || '') + piece })
  }

  function call(at: number, text: string | undefined, item?: WireObject): void {
    const index = calls.includes(at) ? calls.indexOf(at) : calls.push(at) - 1
    const piece = fresh(`${at}`, text, item)
    if (piece || !choice.toolCalls[index]?.id) tell({ tool_calls: [{ index, id: item?.['call_id'], function: { name: item?.['name'], arguments: piece } }] })
  }

  function cite(place: string, citation: WireObject | undefined): void {
    if (!citation) return
    come[place] = (come[place] ?? 0) + 1
    citations.push(citation)
    report({ type: 'citation', citation })
  }

  function takeItem(item: WireObject, at: number): boolean {
    output[at] = item
    const type = string(item, 'type', 'item.') ?? ''
    if (/^(function|custom_tool)_call$/.test(type)) call(at, string(item, 'arguments', 'item.') ?? string(item, 'input', 'item.'), item)
    else if (!/^(message|reasoning)$/.test(type)) return false
    else {
      for (const list of ['content', 'summary']) {
        for (const [index, part] of objects(item, list, 'item.').entries()) {
          const place = [at, list, index].join()
          const adds = ADDS[string(part, 'type') ?? '']
          if (adds) say(adds, place, string(part, 'text') ?? string(part, 'refusal'), true)
          for (const citation of objects(part, 'annotations').slice(come[`${place},cited`])) cite(`${place},cited`, citation)
        }
      }
    }
    return true
  }

  function end(response: WireObject, completed: boolean, parent: string): void {
    for (const [at, item] of objects(response, 'output', parent).entries()) takeItem(item, at)
    let spoken: WireObject | undefined
    for (const verdict of objects(response, 'content_filters', parent)) {
      if (verdict['source_type'] !== 'prompt') {
        if (!spoken?.['blocked']) spoken = verdict
        continue
      }
      promptFilter = contentFilter(object(verdict, 'content_filter_results', `${parent}content_filters[].`), 'prompt')
      if (verdict['blocked']) promptFilter = { source: 'prompt', categories: {}, ...promptFilter, filtered: true }
      if (promptFilter) report({ type: 'filter', ...promptFilter })
    }
    const why = string(object(response, 'incomplete_details', parent) ?? {}, 'reason')
    const reason = spoken?.['blocked'] || why === 'content_filter' ? 'content_filter' : completed ? (calls.length ? 'tool_calls' : 'stop') : why === 'max_output_tokens' ? 'length' : why ?? 'length'
    if (reason !== 'content_filter' && completed) carried = carry(Object.values(output), response['store'] !== false)
    tell({}, { finish_reason: reason, content_filter_results: spoken?.['content_filter_results'] })
    const counted = object(response, 'usage', parent)
    if (!counted) return
    const { input_tokens: prompt_tokens, output_tokens: completion_tokens, input_tokens_details: prompt_tokens_details, output_tokens_details: completion_tokens_details, ...counts } = counted
    usage = { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details, ...counts } as unknown as Usage
    report({ type: 'usage', usage })
  }

  return {
    finished() {
      // One that failed without a word has an error behind it, most often.
      if (failed) throw failure(failed)
      return choice.finishReason !== undefined
    },
    take(frame) {
      raw = frame
      events = []
      const type = string(raw, 'type')
      if (type === 'error') throw failure(raw)
      const [, kind = '', delta, cited] = /^response\.(\w+)(?:\.(delta)|\.(annotation)\.added)?/.exec(type ?? '') ?? []
      const at = number(raw, 'output_index') ?? 0
      const summary = raw['summary_index']
      const place = [at, summary === undefined ? 'content' : 'summary', summary ?? raw['content_index']].join()
      const adds = ADDS[kind]
      const item = object(raw, 'item')
      if (cited) cite(`${place},cited`, object(raw, 'annotation'))
      else if (adds && !delta) { /* Its whole is in the item, which comes. */ }
      else if (adds === 'call') call(at, string(raw, 'delta'))
      else if (adds) say(adds, place, string(raw, 'delta'))
      else if (item ? !takeItem(item, at) : BUILT_IN.test(kind)) report({ type: 'built-in-tool' })

      const response = type ? object(raw, 'response') : raw
      if (response) {
        id ||= string(response, 'id')
        model = string(response, 'model') || model
        const status = string(response, 'status')
        if (status === 'failed') failed = response
        if (failed?.['error']) throw failure(failed)
        if (!choice.finishReason && (status === 'completed' || status === 'incomplete')) end(response, status === 'completed', type ? 'response.' : '')
      }
      return events
    },
    copy() {
      const { message, ...copied } = copyChoice(choice)
      const first = { ...copied, message: carried ? { ...message, response_output: carried } : message }
      return { ...first, choices: [first], id, model, usage, citations: [...citations], promptFilter }
    },
  }
}
