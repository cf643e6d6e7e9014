/**
 * Chunks in, events and in the end one result out; a whole completion is one chunk.
 * Runtimes: all. Imports: `../schemas`.
 * @module
 */
import type { ContentFilter } from '../errors.ts'
import type { Citation, Usage, WireObject } from '../schemas/completion.ts'
import { contentFilter } from '../schemas/filter.ts'
import { number, object, objects, string } from '../schemas/parse.ts'
import { foldChoice } from './choice.ts'
import type { ChoiceFold } from './choice.ts'
import type { ChatEvent, ChatResult } from './events.ts'

/** An answer while it arrives. */
export interface Fold {
  /** Takes one chunk or completion and returns its events. @throws `ChatError` `malformed` */
  take(raw: WireObject): ChatEvent[]
  /** Whether every choice has finished. */
  readonly finished: boolean
  /** What has arrived so far. */
  snapshot(): ChatResult
}

/**
 * Starts an empty answer.
 *
 * @param expected - How many choices were asked for; a stream that brings fewer is not finished.
 */
export function fold(expected = 1): Fold {
  const choices = new Map<number, ChoiceFold>()
  const citations: Citation[] = []
  let id: string | undefined
  let model: string | undefined
  let usage: Usage | undefined
  let promptFilter: ContentFilter | undefined

  function choiceAt(index: number): ChoiceFold {
    let choice = choices.get(index)
    if (!choice) choices.set(index, (choice = foldChoice(index)))
    return choice
  }

  return {
    get finished() {
      return choices.size >= expected && [...choices.values()].every((choice) => choice.finished)
    },
    take(raw) {
      const events: ChatEvent[] = []
      // The first chunk and annotations have `''` for both.
      id ||= string(raw, 'id') || undefined
      model = string(raw, 'model') || model
      for (const part of objects(raw, raw['prompt_filter_results'] ? 'prompt_filter_results' : 'prompt_annotations')) {
        const verdict = contentFilter(object(part, 'content_filter_results', 'prompt_filter_results[].'), 'prompt')
        if (!verdict) continue
        if (!promptFilter?.filtered) promptFilter = verdict
        events.push({ type: 'filter', choice: 0, ...verdict, raw })
      }
      for (const wire of objects(raw, 'choices')) choiceAt(number(wire, 'index', 'choices[].') ?? 0).take(wire, raw, events)
      const counted = object(raw, 'usage')
      if (counted) {
        usage = counted as Usage
        events.push({ type: 'usage', choice: 0, usage, raw })
      }
      for (const event of events) if (event.type === 'citation') citations.push(event.citation)
      return events
    },
    snapshot() {
      const all = [...choices.values()].map((choice) => choice.snapshot()).sort((a, b) => a.index - b.index)
      return { ...(all[0] ?? foldChoice(0).snapshot()), choices: all, id, model, usage, citations: [...citations], promptFilter }
    },
  }
}
