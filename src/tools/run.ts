/**
 * A request and tools in; the model asked, its calls answered and the model asked again, until it has no more of them.
 * Runtimes: all. Imports: `../errors.ts`, `../chat`, `../endpoints/refuse.ts`, `../schemas` (types).
 * @module
 */
import type { ChatResult } from '../chat/events.ts'
import type { CallOptions, Connection } from '../chat/request.ts'
import { readOnce, words } from '../chat/once.ts'
import { streamChat } from '../chat/stream.ts'
import type { ChatStream } from '../chat/stream.ts'
import { refuse } from '../endpoints/refuse.ts'
import { ChatError, isChatError } from '../errors.ts'
import type { ChatMessage } from '../schemas/message.ts'
import type { ChatRequest, FunctionTool } from '../schemas/request.ts'
import { answering } from './answer.ts'
import type { AnswerOptions } from './answer.ts'
import type { ToolRun, ToolRunEvent, ToolRunResult } from './events.ts'
import type { Tool } from './tool.ts'

/** Options of a run. */
export interface RunToolsOptions extends CallOptions, AnswerOptions {
  readonly tools: readonly Tool[]
  /** How often the model is asked at most. Where it still calls tools then, they are not run: the run fails with `too-many-rounds`. @defaultValue `8` */
  readonly maxRounds?: number
}

/** What is refused. */
const RUN = 'run the tools'

/**
 * Asks a model, runs the tools that it calls, sends it their results, and so on until an answer calls none.
 *
 * The request's own `tools` go along. A call of one of them ends the run: it is in the result's `toolCalls`, and its answer, a
 * tool message, is yours to push after `messages`; calls of `tools` beside it have been run. An answer that was cut, by a limit
 * of tokens or a content filter, ends the run, too: its calls, of which the last may be half, are neither run nor in `messages`.
 *
 * Wrong arguments and unknown names are told to the model, once; where it repeats the mistake in the next round, the run fails.
 * What a tool throws is told by its message, never a stack. Leaving the loop, or the signal, aborts request and tools.
 *
 * @throws from the loop: `ChatError`, `too-many-rounds` and `invalid-tool-call` among them, with `messages` and `partial`; what
 * `approve` throws; the signal's own reason after an abort, though a tool may not heed it.
 * @example
 * ```ts
 * const run = runTools(foundry, { model: 'gpt-5-mini', messages }, { tools: [weather], approve: ({ name }) => confirm(`Run ${name}?`) })
 * for await (const event of run) if (event.type === 'text') output.append(event.text)
 * messages.push(...(await run.result).messages)
 * ```
 */
export function runTools(connection: Connection, request: ChatRequest, options: RunToolsOptions): ToolRun {
  const { tools, maxRounds = 8, signal: outer } = options
  const { tools: own = [], tool_choice, n } = request
  // As it is now: who pushes what comes to the same array would find it doubled in the next round.
  const asked = Array.isArray(request.messages) ? [...(request.messages as ChatMessage[])] : request.messages
  const owned = new Set(own.map((tool) => ((tool as Partial<FunctionTool>).function ?? (tool as { readonly custom?: { readonly name?: unknown } }).custom)?.name))
  const controller = new AbortController()
  const { signal } = controller
  const all = [...own, ...tools.map(({ definition }) => definition)]
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  const answer = answering(byName, options, signal, connection.tokens.redact)
  const messages: ChatMessage[] = []
  const rounds: ChatResult[] = []
  const ids = new Set([''])
  /** The answer that is arriving, or will when it is read. */
  let stream = ask()
  let left = false
  let resolve: (result: ToolRunResult) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const result = new Promise<ToolRunResult>((...settle) => ([resolve, reject] = settle))
  // Who loops learns of a failure there and may never look at the promise.
  result.catch(() => {})

  function ask(next?: Partial<ChatRequest>): ChatStream {
    return streamChat(connection, { ...request, messages: asked, tools: all, ...next }, { ...options, signal })
  }

  const copy = (last: ChatResult): ToolRunResult => ({ ...last, messages: [...messages], rounds: [...rounds] })

  /** Settles the result, if it is not. */
  function fail(cause: unknown): void {
    const facts = { partial: stream.partial, messages: [...messages] }
    reject(isChatError(cause) ? Object.assign(cause, facts) : signal.aborted ? new ChatError('aborted', 'Cannot get the answer as its stream was left', facts, { cause }) : cause)
  }

  async function* run(): AsyncGenerator<ToolRunEvent, void, void> {
    const abort = () => controller.abort(outer?.reason)
    try {
      if (!tools.length) refuse(RUN, 'there are none')
      if (!Number.isInteger(maxRounds) || maxRounds < 1) refuse(RUN, `maxRounds must be an integer of at least 1: it is ${maxRounds}`)
      if (n && n > 1) refuse(RUN, `n must be 1: it is ${n}`)
      const names = all.map((tool) => (tool as Partial<FunctionTool>).function?.name ?? tool)
      if (new Set(names).size < names.length) refuse(RUN, `two have one name: they are ${names.join(', ')}`)
      outer?.addEventListener('abort', abort)
      if (outer?.aborted) abort()
      for (;;) {
        yield* stream
        const last = stream.partial
        const { message, toolCalls, finishReason } = last
        for (const [at, call] of toolCalls.entries()) {
          // Some services write no id, or one that was there before.
          if (ids.has(call.id)) for (const named of [call, message.tool_calls?.[at]]) Object.assign(named ?? {}, { id: `call_${asked.length + messages.length}_${at}` })
          ids.add(call.id)
        }
        const calls = toolCalls.filter(({ name }) => byName.has(name) || !owned.has(name))
        // Mistral says `model_length`, too.
        const cut = /length|filter/.test(finishReason ?? '')
        // By the calls, as some services make them and say `stop`.
        const over = cut || !calls.length || calls.length < toolCalls.length
        if (!over && rounds.length + 1 === maxRounds) throw new ChatError('too-many-rounds', `Cannot end the run within ${maxRounds} rounds`, { maxRounds })
        const answers = cut ? [] : yield* answer(calls)
        rounds.push(last)
        // Calls without their answers would be refused with the next request.
        if (!cut || !toolCalls.length) messages.push(message, ...answers)
        if (over) {
          resolve(copy(last))
          return
        }
        stream = ask({ messages: [...asked, ...messages], ...(tool_choice && { tool_choice: unforced(tool_choice) }) })
      }
    } catch (error) {
      if (left) return
      fail(error)
      throw error
    } finally {
      outer?.removeEventListener('abort', abort)
      controller.abort()
    }
  }

  const [loop, drain] = readOnce(run, () => {
    left = true
    controller.abort()
    fail(outer?.reason)
  })

  return {
    [Symbol.asyncIterator]: loop,
    get text() {
      return words(this)
    },
    get result() {
      void drain()
      return result
    },
    get partial() {
      return copy(stream.partial)
    },
  }
}

/** What holds after the first round of what may force a call, as that could never end a run. `any` is Mistral's word for `required`. */
function unforced(choice: NonNullable<ChatRequest['tool_choice']>): NonNullable<ChatRequest['tool_choice']> {
  const { type, mode, allowed_tools: allowed } = Object(choice) as { type?: unknown; mode?: unknown; allowed_tools?: { mode?: unknown } }
  // Which tools are allowed stays so. The Responses API has the mode beside the type.
  if (allowed?.mode === 'required') return { ...Object(choice) as object, allowed_tools: { ...allowed, mode: 'auto' } }
  if (mode === 'required') return { ...Object(choice) as object, mode: 'auto' }
  return /^(required|any|function|custom)$/.test(String(type ?? choice)) ? 'auto' : choice
}
