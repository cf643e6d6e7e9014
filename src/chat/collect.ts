/**
 * Chunks in, events and in the end one result out; a whole completion is one chunk.
 * Runtimes: all. Imports: `../schemas`.
 * @module
 */
import type { ContentFilter } from '../errors.ts'
import type { Citation, Usage, WireObject } from '../schemas/completion.ts'
import { contentFilter } from '../schemas/filter.ts'
import { number, object, objects, string } from '../schemas/parse.ts'
import { copyChoice, emptyChoice, takeChoice } from './choice.ts'
import type { GrowingChoice } from './choice.ts'
import type { ChatEvent, ChatResult } from './events.ts'

/** An answer while it arrives. */
export interface Fold {
  /** Takes one chunk or completion and returns its events, added to `events`. @throws `ChatError` `malformed` */
  take(raw: WireObject, events?: ChatEvent[]): ChatEvent[]
  /** Whether every choice has finished. */
  finished(): unknown
  /** A copy of what has arrived so far. */
  copy(): ChatResult
}

/**
 * Starts an empty answer.
 *
 * @param expected - How many choices were asked for, one unless told; a stream that brings fewer is not finished.
 */
export function fold(expected?: number | null): Fold {
  const choices = new Map<number, GrowingChoice>()
  const citations: Citation[] = []
  let id: string | undefined
  let model: string | undefined
  let usage: Usage | undefined
  let promptFilter: ContentFilter | undefined

  return {
    finished: () => choices.size >= (expected ?? 1) && [...choices.values()].every(({ finishReason }) => finishReason),
    take(raw, events = []) {
      // The first chunk and annotations have `''` for both.
      id ||= string(raw['id'], 'id')
      model = string(raw['model'], 'model') || model
      for (const part of objects(raw['prompt_filter_results'], 'prompt_filter_results')) {
        const verdict = contentFilter(object(part['content_filter_results'], 'prompt_filter_results[].content_filter_results'), 'prompt')
        if (verdict) events.push({ type: 'filter', choice: 0, raw, ...(promptFilter = verdict) })
      }
      for (const wire of objects(raw['choices'], 'choices')) {
        const index = number(wire['index'], 'choices[].index') ?? 0
        let choice = choices.get(index)
        if (!choice) choices.set(index, (choice = emptyChoice(index)))
        takeChoice(choice, wire, raw, events, citations)
      }
      const counted = object(raw['usage'], 'usage')
      if (counted) events.push({ type: 'usage', choice: 0, raw, usage: (usage = counted as Usage) })
      return events
    },
    copy() {
      const copies = [...choices.values()].sort((a, b) => a.index - b.index).map(copyChoice)
      return { ...(copies[0] ?? copyChoice(emptyChoice(0))), choices: copies, id, model, usage, citations: [...citations], promptFilter }
    },
  }
}
