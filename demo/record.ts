/**
 * What came of an answer, as plain data: enough to send it along, to keep it, and to show it again as it was. Knows no document.
 * @module
 */
import { ChatError } from 'keyless-chat'
import type { AnswerInfo, AnyChatError, ChatMessage, ChatResult, Citation, ContentFilter } from 'keyless-chat'
import type { AnswerView } from './conversation.ts'

/** Something that was shown, in its order. */
export type Piece =
  | { readonly type: 'text' | 'reasoning' | 'refusal'; text: string }
  | { readonly type: 'call'; readonly id: string; readonly name: string; readonly input?: unknown; readonly output?: unknown; readonly error?: string; readonly refused?: true }
  | { readonly type: 'citation'; readonly citation: Citation }
  | { readonly type: 'filter'; readonly filter: ContentFilter }
  | { readonly type: 'form'; value: unknown }

/** What was known at its end. */
export interface Ending {
  readonly outcome: 'finished' | 'stopped' | 'failed'
  readonly facts: Readonly<Partial<Pick<ChatResult, 'finishReason' | 'model' | 'usage' | 'intent'>>>
  readonly requestId?: string
  readonly failure?: { readonly code: string; readonly message: string; readonly serviceMessage?: string; readonly param?: string }
}

/** One answer. Without an ending it is on its way, or its page was closed. */
export interface AnswerRecord {
  readonly pieces: Piece[]
  /** What the model is told of it: its words; with tools their calls and results before. */
  messages: readonly ChatMessage[]
  ending?: Ending
}

/** Makes the record of an answer of which nothing has come. */
export function newRecord(): AnswerRecord {
  return { pieces: [], messages: [] }
}

/** Whether anything came that a reader would miss. */
export function holdsAnything({ pieces, messages }: AnswerRecord): boolean {
  return messages.length > 0 || pieces.some((piece) => piece.type !== 'filter')
}

/** Makes a view that writes down what it hands on to another. */
export function recording(record: AnswerRecord, view: AnswerView): AnswerView {
  const { pieces } = record

  function end(outcome: Ending['outcome'], { finishReason, model, usage, intent }: ChatResult, more: Partial<Ending> = {}): void {
    // Only what is there; a result's members may be undefined.
    record.ending = { outcome, facts: JSON.parse(JSON.stringify({ finishReason, model, usage, intent })) as Ending['facts'], ...more }
  }

  return {
    take(event) {
      if (event.type === 'text' || event.type === 'reasoning' || event.type === 'refusal') write(pieces, event.type, event.text)
      else if (event.type === 'citation') pieces.push({ type: 'citation', citation: event.citation })
      else if (event.type === 'filter') judge(pieces, { source: event.source, filtered: event.filtered, categories: event.categories })
      else if (event.type === 'tool-result') {
        const { id, name, input, output, error, refused } = event
        pieces.push({ type: 'call', id, name, input, output, ...(error === undefined ? {} : { error: error instanceof Error ? error.message : String(error) }), ...(refused ? { refused } : {}) })
      }
      view.take(event)
    },
    approve: (call, signal) => view.approve(call, signal),
    grow(trip) {
      form(pieces, trip)
      view.grow(trip)
    },
    fill(trip) {
      form(pieces, trip)
      view.fill(trip)
    },
    finished(result, info) {
      end('finished', result, info?.requestId === undefined ? {} : { requestId: info.requestId })
      view.finished(result, info)
    },
    stopped(partial) {
      end('stopped', partial)
      view.stopped(partial)
    },
    failed(error, partial) {
      const { code, message } = error
      const [serviceMessage, param] = ['serviceMessage' in error ? error.serviceMessage : '', 'param' in error ? error.param : '']
      end('failed', partial, { failure: { code, message, ...(serviceMessage ? { serviceMessage } : {}), ...(param ? { param } : {}) } })
      view.failed(error, partial)
    },
  }
}

/** Words of the same kind are one piece. */
function write(pieces: Piece[], type: 'text' | 'reasoning' | 'refusal', text: string): void {
  const last = pieces.at(-1)
  if (last?.type === type) last.text += text
  else if (text !== '') pieces.push({ type, text })
}

/** Verdicts come with every few words; the last one stands, but for one that withheld something. */
function judge(pieces: Piece[], filter: ContentFilter): void {
  const at = pieces.findIndex((piece) => piece.type === 'filter')
  const before = pieces[at]
  if (before === undefined) pieces.push({ type: 'filter', filter })
  else if (before.type === 'filter' && !before.filter.filtered) pieces[at] = { type: 'filter', filter }
}

function form(pieces: Piece[], value: unknown): void {
  const before = pieces.find((piece) => piece.type === 'form')
  if (before) before.value = value
  else pieces.push({ type: 'form', value })
}

/** Shows an answer again, as it was. */
export function replay({ pieces, ending }: AnswerRecord, view: AnswerView): void {
  const result = resultOf(pieces, ending)
  for (const piece of pieces) {
    if (piece.type === 'call') view.take({ ...piece, type: 'tool-result', choice: 0, raw: { role: 'tool', tool_call_id: piece.id, content: '' }, content: '' })
    else if (piece.type === 'filter') view.take({ type: 'filter', choice: 0, raw: {}, ...piece.filter })
    else if (piece.type === 'form') view.grow(piece.value as Parameters<AnswerView['grow']>[0])
    else view.take({ choice: 0, raw: {}, ...piece })
  }
  const filled = pieces.find((piece) => piece.type === 'form')
  if (filled && ending?.outcome === 'finished') view.fill(filled.value as Parameters<AnswerView['fill']>[0])
  if (ending?.outcome === 'finished') view.finished(result, ending.requestId === undefined ? undefined : ({ requestId: ending.requestId } as AnswerInfo))
  else if (ending?.outcome === 'failed' && ending.failure) view.failed(failureOf(ending.failure, pieces), result)
  else view.stopped(result)
}

function resultOf(pieces: readonly Piece[], ending: Ending | undefined): ChatResult {
  const said = (type: string) => pieces.map((piece) => (piece.type === type && 'text' in piece ? piece.text : '')).join('')
  const text = said('text')
  const choice = { index: 0, text, reasoning: said('reasoning'), refusal: said('refusal'), toolCalls: [], finishReason: undefined, contentFilter: undefined, intent: undefined, message: { role: 'assistant', content: text } } as const
  return { ...choice, id: undefined, model: undefined, usage: undefined, citations: [], promptFilter: undefined, ...ending?.facts, choices: [] }
}

function failureOf({ code, message, ...facts }: NonNullable<Ending['failure']>, pieces: readonly Piece[]): AnyChatError {
  const struck = pieces.findLast((piece) => piece.type === 'filter')?.filter ?? { source: 'prompt', filtered: true, categories: {} }
  // Status and address are not kept; of the facts, a filter's verdict is all that a card cannot do without.
  return Object.assign(new ChatError(code as AnyChatError['code'], message), facts, code === 'content-filter' ? { contentFilter: struck } : {}) as AnyChatError
}
