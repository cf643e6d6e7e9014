/**
 * A request and tools in; the model asked, its calls answered and the model asked again, until it has no more of them.
 * Runtimes: all. Imports: `../errors.ts`, `../chat`, `../endpoints/refuse.ts`, `../schemas` (types).
 * @module
 */
import type { ChatResult } from '../chat/events.ts'
import type { CallOptions, Connection } from '../chat/request.ts'
import { streamChat } from '../chat/stream.ts'
import type { ChatStream } from '../chat/stream.ts'
import { refuse } from '../endpoints/refuse.ts'
import { ChatError, isChatError } from '../errors.ts'
import type { ChatMessage } from '../schemas/message.ts'
import type { ChatRequest, FunctionTool } from '../schemas/request.ts'
import { answerAll, nameCalls } from './answer.ts'
import type { ApprovalRequest } from './answer.ts'
import type { ToolRun, ToolRunEvent, ToolRunResult } from './events.ts'
import type { Tool } from './tool.ts'

/** Options of a run. */
export interface RunToolsOptions extends CallOptions {
  readonly tools: readonly Tool[]
  /** How often the model is asked at most. Where it still calls tools then, they are not run: the run fails with `too-many-rounds`. @defaultValue `8` */
  readonly maxRounds?: number
  /** Runs the calls of a round at once, or else one after the other. Whether the model makes several is up to the request's `parallel_tool_calls`. @defaultValue `true` */
  readonly parallel?: boolean
  /**
   * Asked before each call, one at a time and in order: true runs it; false, or the reason as a string, is told to the model. What
   * it throws ends the run.
   *
   * @defaultValue every valid call is run
   */
  readonly approve?: (call: ApprovalRequest) => boolean | string | Promise<boolean | string>
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
  const { tools, maxRounds = 8, parallel = true, approve, signal: outer } = options
  const { messages: asked, tools: own = [], tool_choice, n } = request
  const controller = new AbortController()
  const { signal } = controller
  const messages: ChatMessage[] = []
  const rounds: ChatResult[] = []
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  const wrong = new Map<string, number>()
  const ids = new Set<string>()
  let stream = ask()
  let begun = false
  let left = false
  let resolve: (result: ToolRunResult) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const result = new Promise<ToolRunResult>((...settle) => ([resolve, reject] = settle))
  // Who loops learns of a failure there and may never look at the promise.
  result.catch(() => {})

  /** What is sent next; read later, or never. */
  function ask(): ChatStream {
    const all = { ...request, tools: [...own, ...tools.map(({ definition }) => definition)] }
    return streamChat(connection, rounds.length ? { ...all, messages: [...asked, ...messages], ...(isForced(tool_choice) && { tool_choice: 'auto' }) } : all, { ...options, signal })
  }

  const copy = (answer: ChatResult = stream.partial): ToolRunResult => ({ ...answer, messages: [...messages], rounds: [...rounds] })

  /** Settles the result, if it is not. */
  function fail(cause: unknown): void {
    const facts = { partial: stream.partial, messages: [...messages] }
    reject(isChatError(cause) ? Object.assign(cause, facts) : signal.aborted ? new ChatError('aborted', 'Cannot get the answer as its run was left', facts, { cause }) : cause)
  }

  function check(): void {
    if (!byName.size) refuse(RUN, 'there are none')
    if (!(Number.isInteger(maxRounds) && maxRounds > 0)) refuse(RUN, `maxRounds must be an integer of at least 1: it is ${maxRounds}`)
    if (n && n > 1) refuse(RUN, `n must be 1: it is ${n}`)
    const names = [...own.map((tool) => (tool as Partial<FunctionTool>).function?.name), ...tools.map(({ name }) => name)]
    const twice = names.find((name, at) => name && names.indexOf(name) < at)
    if (twice) refuse(RUN, `two of them are called ${twice}`)
  }

  async function* run(): AsyncGenerator<ToolRunEvent, void, void> {
    const abort = () => controller.abort(outer?.reason)
    try {
      check()
      outer?.addEventListener('abort', abort)
      if (outer?.aborted) abort()
      for (;;) {
        yield* stream
        const answer = stream.partial
        nameCalls(answer, rounds.length + 1, ids)
        const { message, toolCalls, finishReason } = answer
        const calls = toolCalls.filter(({ name }) => !own.length || byName.has(name))
        const foreign = calls.length < toolCalls.length
        // By the calls, as some services call them and say `stop`.
        const cut = finishReason === 'length' || finishReason === 'content_filter'
        if (!foreign && !cut && calls.length && rounds.length + 1 === maxRounds) throw new ChatError('too-many-rounds', `Cannot end the run as the model still calls tools in round ${maxRounds}`, { maxRounds })
        const answers = cut ? [] : yield* answerAll(calls, { tools: byName, approve, parallel, signal, redact: connection.tokens.redact, wrong, round: rounds.length })
        rounds.push(answer)
        // Calls without their answers would be refused with the next request.
        if (!cut || !toolCalls.length) messages.push(message, ...answers)
        if (cut || foreign || !calls.length) {
          resolve(copy(answer))
          return
        }
        stream = ask()
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

  function begin(): AsyncGenerator<ToolRunEvent, void, void> {
    if (begun) throw new TypeError('Cannot read the stream twice')
    begun = true
    return run()
  }

  async function drain(): Promise<void> {
    // A loop that begins in the same breath comes first.
    await Promise.resolve()
    if (!begun) for await (const _ of begin());
  }

  return {
    [Symbol.asyncIterator]() {
      const generator = begin()
      return {
        next: () => generator.next(),
        return() {
          // A generator would finish its wait first, be it for the service or for a tool.
          left = true
          controller.abort()
          fail(outer?.reason)
          return generator.return()
        },
      }
    },
    get text() {
      return words(this)
    },
    get result() {
      // Its failure is the result's.
      drain().catch(() => {})
      return result
    },
    get partial() {
      return copy()
    },
  }
}

/** Whether a model must call a tool. It could never end a run, so this holds for the first round alone. `any` is Mistral's word for `required`. */
function isForced(choice: ChatRequest['tool_choice']): boolean {
  return typeof choice === 'object' ? choice?.['type'] !== 'allowed_tools' : choice === 'required' || choice === 'any'
}

async function* words(run: AsyncIterable<ToolRunEvent>): AsyncGenerator<string, void, void> {
  for await (const event of run) if (event.type === 'text' && event.choice === 0) yield event.text
}
