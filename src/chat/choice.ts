/**
 * The pieces of one choice in, its events out, and the choice as far as it has come.
 * Runtimes: all. Imports: `../errors.ts`, `../schemas`.
 * @module
 */
import type { ContentFilter, ToolCall } from '../errors.ts'
import type { FinishReason, WireObject } from '../schemas/completion.ts'
import { contentFilter } from '../schemas/filter.ts'
import { number, object, objects, string } from '../schemas/parse.ts'
import type { ChatChoice, ChatEvent } from './events.ts'

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** One choice while it arrives; {@link takeChoice} adds to it. */
export interface GrowingChoice {
  readonly index: number
  text: string
  reasoning: string
  refusal: string
  readonly toolCalls: Mutable<ToolCall>[]
  finishReason: FinishReason | undefined
  contentFilter: ContentFilter | undefined
  intent: string | undefined
}

const DELTA = 'choices[].delta.'
const CALL = `${DELTA}tool_calls[].`
const CONTEXT = `${DELTA}context.`

/** Starts an empty choice. */
export function emptyChoice(index: number): GrowingChoice {
  return { index, text: '', reasoning: '', refusal: '', toolCalls: [], finishReason: undefined, contentFilter: undefined, intent: undefined }
}

/** Copies a choice, with the message that the next turn sends back. */
export function copyChoice(choice: GrowingChoice): ChatChoice {
  const { text, reasoning, refusal } = choice
  const toolCalls = choice.toolCalls.map((call) => ({ ...call }))
  return {
    ...choice,
    toolCalls,
    message: {
      role: 'assistant',
      content: text || null,
      ...(refusal && { refusal }),
      ...(reasoning && { reasoning_content: reasoning }),
      ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(({ id, name, arguments: json }) => ({ id, type: 'function', function: { name, arguments: json } })) }),
    },
  }
}

/**
 * Takes the choice's part of a chunk or of a completion.
 *
 * @throws `ChatError` `malformed`
 */
export function takeChoice(choice: GrowingChoice, wire: WireObject, raw: WireObject, events: ChatEvent[]): void {
  const of = { choice: choice.index, raw }
  // A chunk has `delta`, a completion `message`, an annotation neither. Perplexity sends both, `message` in sum.
  const delta = object(wire, wire['delta'] == null ? 'message' : 'delta', 'choices[].') ?? {}
  takeWords(choice, delta, of, events)
  for (const call of objects(delta, 'tool_calls', DELTA)) takeCall(choice.toolCalls, call, of, events)
  const context = object(delta, 'context', DELTA) ?? {}
  choice.intent = string(context, 'intent', CONTEXT) ?? choice.intent
  for (const citation of objects(context, 'citations', CONTEXT)) events.push({ type: 'citation', ...of, citation })

  const reason = string(wire, 'finish_reason', 'choices[].')
  const blocked = reason === 'content_filter'
  // 2023's versions say `content_filter_result`.
  let verdict = contentFilter(object(wire, wire['content_filter_results'] == null ? 'content_filter_result' : 'content_filter_results', 'choices[].'), 'completion')
  if (blocked) verdict = { source: 'completion', categories: {}, ...verdict, filtered: true }
  if (verdict) {
    if (!choice.contentFilter?.filtered) choice.contentFilter = verdict
    events.push({ type: 'filter', ...of, ...verdict })
  }
  if (reason) {
    if (!choice.finishReason) {
      for (const call of choice.toolCalls) events.push({ type: 'tool-call', ...of, ...call })
      events.push({ type: 'finish', ...of, reason })
    }
    // An asynchronous filter retracts what had finished already.
    if (blocked || !choice.finishReason) choice.finishReason = reason
  }
}

interface Of {
  readonly choice: number
  readonly raw: WireObject
}

function takeWords(choice: GrowingChoice, delta: WireObject, of: Of, events: ChatEvent[]): void {
  const say = (type: 'text' | 'reasoning' | 'refusal', text: string | undefined) => {
    if (!text) return
    choice[type] += text
    events.push({ type, ...of, text })
  }
  // DeepSeek and others say `reasoning_content`; groq, Ollama and OpenRouter `reasoning`.
  say('reasoning', string(delta, 'reasoning_content', DELTA) ?? string(delta, 'reasoning', DELTA))
  if (Array.isArray(delta['content'])) {
    // Mistral's reasoning models send parts: `{type: 'thinking', thinking: [{type: 'text', text}]}`.
    for (const part of objects(delta, 'content', DELTA)) {
      for (const thought of objects(part, 'thinking', `${DELTA}content[].`)) say('reasoning', string(thought, 'text', `${DELTA}content[].thinking[].`))
      say('text', string(part, 'text', `${DELTA}content[].`))
    }
  } else say('text', string(delta, 'content', DELTA))
  say('refusal', string(delta, 'refusal', DELTA))
}

function takeCall(calls: Mutable<ToolCall>[], wire: WireObject, of: Of, events: ChatEvent[]): void {
  const wireIndex = number(wire, 'index', CALL)
  // Custom tools have `custom.input` in place of `function.arguments`.
  const body = object(wire, 'function', CALL) ?? object(wire, 'custom', CALL) ?? {}
  const id = string(wire, 'id', CALL)
  const name = string(body, 'name', `${CALL}function.`)
  const piece = string(body, 'arguments', `${CALL}function.`) ?? string(body, 'input', `${CALL}custom.`) ?? ''
  let call = wireIndex === undefined ? calls.at(-1) : calls.findLast(({ index }) => index === wireIndex)
  // Without an index, or with one that is used twice, another id begins another call.
  if (!call || (id && call.id && id !== call.id)) calls.push((call = { index: wireIndex ?? calls.length, id: '', name: '', arguments: '' }))
  call.id ||= id ?? ''
  call.name ||= name ?? ''
  call.arguments += piece
  events.push({ type: 'tool-call-delta', ...of, index: call.index, ...(id && { id }), ...(name && { name }), arguments: piece })
}
