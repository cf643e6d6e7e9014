/**
 * The pieces of one choice in, its events out, and the choice as far as it has come.
 * Runtimes: all. Imports: `../errors.ts`, `../schemas`.
 * @module
 */
import type { ContentFilter, ToolCall } from '../errors.ts'
import type { Citation, FinishReason, WireObject } from '../schemas/completion.ts'
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
  /** The last call of each index, as answers may have thousands. */
  readonly byIndex: Map<number, Mutable<ToolCall>>
  finishReason: FinishReason | undefined
  contentFilter: ContentFilter | undefined
  intent: string | undefined
}

/** Starts an empty choice. */
export function emptyChoice(index: number): GrowingChoice {
  return { index, text: '', reasoning: '', refusal: '', toolCalls: [], byIndex: new Map(), finishReason: undefined, contentFilter: undefined, intent: undefined }
}

/** Copies a choice, with the message that the next turn sends back. */
export function copyChoice(growing: GrowingChoice): ChatChoice {
  const { byIndex: _, ...choice } = growing
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
export function takeChoice(choice: GrowingChoice, wire: WireObject, raw: WireObject, events: ChatEvent[], citations: Citation[]): void {
  const { index, toolCalls } = choice
  // A chunk has `delta`, a completion `message`, an annotation neither. Perplexity sends both, `message` in sum.
  const delta = object(wire['delta'], 'choices[].delta') ?? object(wire['message'], 'choices[].message') ?? {}
  takeWords(choice, delta, raw, events)
  for (const call of objects(delta['tool_calls'], 'choices[].delta.tool_calls')) takeCall(choice, call, raw, events)
  const context = object(delta['context'], 'choices[].delta.context')
  if (context) {
    choice.intent = string(context['intent'], 'choices[].delta.context.intent') ?? choice.intent
    for (const citation of objects(context['citations'], 'choices[].delta.context.citations')) {
      citations.push(citation)
      events.push({ type: 'citation', choice: index, raw, citation })
    }
  }

  const reason = string(wire['finish_reason'], 'choices[].finish_reason')
  const blocked = reason === 'content_filter'
  // 2023's versions say `content_filter_result`.
  let verdict = contentFilter(object(wire['content_filter_results'], 'choices[].content_filter_results') ?? object(wire['content_filter_result'], 'choices[].content_filter_result'), 'completion')
  if (blocked) verdict = { source: 'completion', categories: {}, ...verdict, filtered: true }
  if (verdict) {
    if (!choice.contentFilter?.filtered) choice.contentFilter = verdict
    events.push({ type: 'filter', choice: index, raw, source: verdict.source, filtered: verdict.filtered, categories: verdict.categories })
  }
  if (reason) {
    if (!choice.finishReason) {
      for (const call of toolCalls) events.push({ type: 'tool-call', choice: index, raw, ...call })
      events.push({ type: 'finish', choice: index, raw, reason })
    }
    // An asynchronous filter retracts what had finished already.
    if (blocked || !choice.finishReason) choice.finishReason = reason
  }
}

function takeWords(choice: GrowingChoice, delta: WireObject, raw: WireObject, events: ChatEvent[]): void {
  const { content } = delta
  // DeepSeek and others say `reasoning_content`; groq, Ollama and OpenRouter `reasoning`.
  say('reasoning', string(delta['reasoning_content'], 'choices[].delta.reasoning_content') ?? string(delta['reasoning'], 'choices[].delta.reasoning'))
  if (Array.isArray(content)) {
    // Mistral's reasoning models send parts: `{type: 'thinking', thinking: [{type: 'text', text}]}`.
    for (const part of objects(content, 'choices[].delta.content')) {
      for (const thought of objects(part['thinking'], 'choices[].delta.content[].thinking')) say('reasoning', string(thought['text'], 'choices[].delta.content[].thinking[].text'))
      say('text', string(part['text'], 'choices[].delta.content[].text'))
    }
  } else say('text', string(content, 'choices[].delta.content'))
  say('refusal', string(delta['refusal'], 'choices[].delta.refusal'))

  function say(type: 'text' | 'reasoning' | 'refusal', text: string | undefined): void {
    if (!text) return
    choice[type] += text
    events.push({ type, choice: choice.index, raw, text })
  }
}

function takeCall({ index: choice, toolCalls: calls, byIndex }: GrowingChoice, wire: WireObject, raw: WireObject, events: ChatEvent[]): void {
  const wireIndex = number(wire['index'], 'choices[].delta.tool_calls[].index')
  // Custom tools have `custom.input` in place of `function.arguments`.
  const body = object(wire['function'], 'choices[].delta.tool_calls[].function') ?? object(wire['custom'], 'choices[].delta.tool_calls[].custom') ?? {}
  const id = string(wire['id'], 'choices[].delta.tool_calls[].id')
  const name = string(body['name'], 'choices[].delta.tool_calls[].function.name')
  const piece = string(body['arguments'], 'choices[].delta.tool_calls[].function.arguments') ?? string(body['input'], 'choices[].delta.tool_calls[].custom.input') ?? ''
  let call = wireIndex === undefined ? calls.at(-1) : byIndex.get(wireIndex)
  // Without an index, or with one that is used twice, another id begins another call.
  if (!call || (id && call.id && id !== call.id)) {
    calls.push((call = { index: wireIndex ?? calls.length, id: '', name: '', arguments: '' }))
    byIndex.set(call.index, call)
  }
  call.id ||= id ?? ''
  call.name ||= name ?? ''
  call.arguments += piece
  events.push({ type: 'tool-call-delta', choice, raw, index: call.index, ...(id && { id }), ...(name && { name }), arguments: piece })
}
