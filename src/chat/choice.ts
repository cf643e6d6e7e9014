/**
 * The pieces of one choice in, its events and its whole out.
 * Runtimes: all. Imports: `../errors.ts`, `../schemas`.
 * @module
 */
import type { ContentFilter, ToolCall } from '../errors.ts'
import type { FinishReason, WireObject } from '../schemas/completion.ts'
import { contentFilter } from '../schemas/filter.ts'
import type { AssistantMessage } from '../schemas/message.ts'
import { number, object, objects, string } from '../schemas/parse.ts'
import type { ChatChoice, ChatEvent } from './events.ts'

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** One choice while it arrives. */
export interface ChoiceFold {
  /** Takes the choice's part of a chunk or completion and adds its events. */
  take(wire: WireObject, raw: WireObject, events: ChatEvent[]): void
  readonly finished: boolean
  snapshot(): ChatChoice
}

const PARENT = 'choices[].'
const DELTA = 'choices[].delta.'
const CALL = 'choices[].delta.tool_calls[].'

/** Starts an empty choice. */
export function foldChoice(index: number): ChoiceFold {
  let text = ''
  let reasoning = ''
  let refusal = ''
  let finishReason: FinishReason | undefined
  let filter: ContentFilter | undefined
  const calls: Mutable<ToolCall>[] = []

  function takeCall(wire: WireObject, raw: WireObject, events: ChatEvent[]): void {
    const wireIndex = number(wire, 'index', CALL)
    const id = string(wire, 'id', CALL) || undefined
    // Custom tools have `custom.input` in place of `function.arguments`.
    const body = object(wire, 'function', CALL) ?? object(wire, 'custom', CALL) ?? {}
    const name = string(body, 'name', `${CALL}function.`) || undefined
    const piece = string(body, 'arguments', `${CALL}function.`) ?? string(body, 'input', `${CALL}custom.`) ?? ''
    let call = wireIndex === undefined ? calls.at(-1) : calls.findLast((known) => known.index === wireIndex)
    // Without an index, or with one that is used twice, another id begins another call.
    if (!call || (id && call.id && id !== call.id)) {
      call = { index: wireIndex ?? calls.length, id: '', name: '', arguments: '' }
      calls.push(call)
    }
    call.id ||= id ?? ''
    call.name ||= name ?? ''
    call.arguments += piece
    events.push({ type: 'tool-call-delta', choice: index, index: call.index, ...(id ? { id } : {}), ...(name ? { name } : {}), arguments: piece, raw })
  }

  function takeContent(delta: WireObject, raw: WireObject, events: ChatEvent[]): void {
    const say = (type: 'text' | 'reasoning' | 'refusal', words: string | undefined) => {
      if (!words) return
      if (type === 'text') text += words
      else if (type === 'reasoning') reasoning += words
      else refusal += words
      events.push({ type, choice: index, text: words, raw })
    }
    // DeepSeek and others; groq, Ollama and OpenRouter.
    say('reasoning', string(delta, 'reasoning_content', DELTA) ?? (typeof delta['reasoning'] === 'string' ? delta['reasoning'] : undefined))
    // Mistral's reasoning models send parts: `{type: 'thinking', thinking: [{type: 'text', text}]}`.
    if (Array.isArray(delta['content'])) {
      for (const part of objects(delta, 'content', DELTA)) {
        for (const thought of objects(part, 'thinking', `${DELTA}content[].`)) say('reasoning', string(thought, 'text', `${DELTA}content[].thinking[].`))
        say('text', string(part, 'text', `${DELTA}content[].`))
      }
    } else say('text', string(delta, 'content', DELTA))
    say('refusal', string(delta, 'refusal', DELTA))
  }

  return {
    get finished() {
      return finishReason !== undefined
    },
    take(wire, raw, events) {
      // A completion has `message`, a chunk `delta`, an annotation neither. Perplexity sends both, `message` in sum.
      const delta = object(wire, 'delta', PARENT) ?? object(wire, 'message', PARENT)
      if (delta) {
        takeContent(delta, raw, events)
        for (const call of objects(delta, 'tool_calls', DELTA)) takeCall(call, raw, events)
        for (const citation of objects(object(delta, 'context', DELTA) ?? {}, 'citations', `${DELTA}context.`)) {
          events.push({ type: 'citation', choice: index, citation, raw })
        }
      }
      // 2023's versions say `content_filter_result`.
      const results = object(wire, 'content_filter_results', PARENT) ?? object(wire, 'content_filter_result', PARENT)
      const reason = string(wire, 'finish_reason', PARENT)
      let verdict = contentFilter(results, 'completion')
      if (reason === 'content_filter') verdict = { source: 'completion', categories: {}, ...verdict, filtered: true }
      if (verdict) {
        if (!filter?.filtered) filter = verdict
        events.push({ type: 'filter', choice: index, ...verdict, raw })
      }
      if (!reason) return
      if (finishReason === undefined) {
        for (const call of calls) events.push({ type: 'tool-call', choice: index, ...call, raw })
        events.push({ type: 'finish', choice: index, reason, raw })
      }
      // An asynchronous filter retracts what had finished already.
      if (finishReason === undefined || reason === 'content_filter') finishReason = reason
    },
    snapshot() {
      const toolCalls = calls.map((call) => ({ ...call }))
      return { index, text, reasoning, refusal, toolCalls, finishReason, contentFilter: filter, message: messageOf(text, reasoning, refusal, toolCalls) }
    },
  }
}

function messageOf(text: string, reasoning: string, refusal: string, calls: readonly ToolCall[]): AssistantMessage {
  return {
    role: 'assistant',
    content: text || null,
    ...(refusal ? { refusal } : {}),
    ...(reasoning ? { reasoning_content: reasoning } : {}),
    ...(calls.length ? { tool_calls: calls.map(({ id, name, arguments: text }) => ({ id, type: 'function', function: { name, arguments: text } })) } : {}),
  }
}
