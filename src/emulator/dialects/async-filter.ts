/**
 * Azure OpenAI with the asynchronous filter: text is sent unchecked, verdicts follow in chunks that have no delta, some after the finish.
 *
 * From a recording of gpt-6-luna made in 2026; a block as content-streaming.md of the docs shows it. Runtimes: all. Imports: `../request.ts`
 * (types), `./azure-chunk.ts`, `./azure-filter.ts`, `./frame.ts`.
 * @module
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-streaming
 */
import type { JsonObject } from '../request.ts'
import { chunker, interleaved, latency, promptChunk, usageOf } from './azure-chunk.ts'
import { filterError, severities } from './azure-filter.ts'
import { done, frame } from './frame.ts'
import type { Answer, Frame } from './frame.ts'

/** Texts between two verdicts; the recording had one after 47. */
const WINDOW = 40

/** Streams an answer; with the filter `late` the block comes after the text, in place of a finish. */
export function* frames(answer: Answer): Generator<Frame> {
  const { choices, filter, request, reasoning } = answer
  const chunk = chunker(answer)
  // Offsets count characters from the start of the prompt.
  const start = request.prompt.length
  const ends = choices.map(() => start)
  const note = (index: number, results: JsonObject, finish: string | null = null) => annotation(index, start, ends[index] ?? start, results, finish)
  let texts = 0
  yield frame('prompt', promptChunk())
  for (const { kind, index, delta, finish } of interleaved(choices)) {
    const blocked = finish === 'content_filter'
    if (blocked && filter === 'late') {
      yield frame('finish', note(index, severities('violence'), finish))
      continue
    }
    const choice = { ...(blocked ? { content_filter_results: severities('hate') } : {}), delta, finish_reason: finish, index, logprobs: null }
    yield frame(kind, chunk([choice]))
    ends[index] = (ends[index] ?? start) + String(delta['content'] ?? delta['refusal'] ?? '').length
    texts += kind === 'text' ? 1 : 0
    if (kind === 'text' && texts % WINDOW === 0) yield frame('annotation', note(index, filter === 'error' ? filterError() : { custom_blocklists: [] }))
  }
  for (const { index, finish } of choices) {
    if (finish === 'content_filter') continue
    for (const results of verdicts(filter === 'error')) yield frame('annotation', note(index, results))
  }
  const extras = { ...(reasoning ? { latency_checkpoint: latency(false) } : {}), routing: { serving_pipereplica: 'emulated-prefill-r0-dp0' } }
  if (request.includeUsage) yield frame('usage', chunk([], { usage: usageOf(answer, true), ...extras }))
  yield done()
}

/** One chunk each, as recorded. */
function verdicts(failed: boolean): readonly JsonObject[] {
  if (failed) return [filterError()]
  const safe = { detected: false, filtered: false }
  return [{ protected_material_code: safe }, { custom_blocklists: [] }, { protected_material_text: safe }, severities()]
}

function annotation(index: number, start: number, end: number, results: JsonObject, finish: string | null): JsonObject {
  const offsets = { check_offset: start, start_offset: start, end_offset: end }
  return { choices: [{ content_filter_offsets: offsets, content_filter_results: results, finish_reason: finish, index }], created: 0, id: '', model: '', object: '' }
}
