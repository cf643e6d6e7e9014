/**
 * The calls of one round in, a tool's message for each out, and an event as soon as it is there.
 * Runtimes: all. Imports: `../abort.ts`, `../errors.ts`, `../schemas`.
 * @module
 */
import { abortable } from '../abort.ts'
import { ChatError } from '../errors.ts'
import type { SchemaIssue, ToolCall } from '../errors.ts'
import type { ToolMessage } from '../schemas/message.ts'
import { validate } from '../schemas/standard.ts'
import type { ToolResultEvent } from './events.ts'
import type { Tool } from './tool.ts'

/** A call that waits for an approval. */
export interface ApprovalRequest {
  readonly id: string
  readonly name: string
  /** Validated. */
  readonly input: unknown
  readonly tool: Tool
}

/** How calls are answered. */
export interface AnswerOptions {
  /**
   * Runs the calls of a round at once, or else one after the other. Whether the model makes several is up to the request's
   * `parallel_tool_calls`.
   *
   * @defaultValue `true`
   */
  readonly parallel?: boolean
  /**
   * Asked before each call, one at a time and in order: true runs it; false, or the reason as a string, is told to the model. What
   * it throws ends the run.
   *
   * @defaultValue every valid call is run
   */
  readonly approve?: (call: ApprovalRequest) => boolean | string | Promise<boolean | string>
}

/** Answers the calls of one round. */
export type Answering = (calls: readonly ToolCall[]) => AsyncGenerator<ToolResultEvent, readonly ToolMessage[], void>

/**
 * Makes what answers the calls of one run, round by round: it remembers who was called wrongly.
 *
 * @returns a generator of results as they come, which returns the messages in the order of the calls. It throws `ChatError`
 * `invalid-tool-call`, whatever `approve` throws, and the signal's reason, though a tool may not heed it.
 */
export function answering(tools: ReadonlyMap<string, Tool>, { parallel = true, approve }: AnswerOptions, signal: AbortSignal, redact: (text: string) => string): Answering {
  /** In which round a tool was called wrongly last. */
  const wrong = new Map<string, number>()
  let round = 0

  return async function* answer(calls) {
    round++
    let messages: ToolMessage[] = []
    const results = new ReadableStream<ToolResultEvent>({
      async start(stream) {
        messages = await answerEach(calls, (event) => stream.enqueue(event))
        stream.close()
      },
    }).getReader()
    // Who aborts in the loop is given nothing more, be it there already.
    for (let read; !(read = await abortable(results.read(), signal)).done; ) yield read.value
    return messages
  }

  /** Reads arguments and asks for approval one by one, in order, while what was approved may already run. */
  async function answerEach(calls: readonly ToolCall[], emit: (event: ToolResultEvent) => void): Promise<ToolMessage[]> {
    const messages: Promise<ToolMessage>[] = []

    async function report({ id, name }: ToolCall, facts: Partial<ToolResultEvent>, content: string): Promise<ToolMessage> {
      const raw: ToolMessage = { role: 'tool', tool_call_id: id, content }
      emit({ type: 'tool-result', choice: 0, raw, id, name, ...facts, content })
      return raw
    }

    async function run(tool: Tool, call: ToolCall, input: unknown): Promise<ToolMessage> {
      let output: unknown
      let content: string | undefined
      try {
        output = await tool.run(input as never, { signal, call })
        content = typeof output === 'string' ? output : output === undefined ? '' : JSON.stringify(output)
        // So says JSON of functions and symbols.
        if (content === undefined) throw new TypeError('the result is no JSON')
      } catch (error) {
        return report(call, { input, error }, failure('tool-failed', redact(messageOf(error))))
      }
      return report(call, { input, output }, content)
    }

    for (const call of calls) {
      const { id, name } = call
      const tool = tools.get(name)
      let input: unknown
      let issues: readonly SchemaIssue[] | undefined
      try {
        if (!tool) throw new TypeError(`the tools are ${[...tools.keys()].join(', ')}`)
        // Some models write nothing where there is nothing to say.
        input = JSON.parse(call.arguments.trim() || '{}')
        const verdict: Verdict = tool.input ? await validate(tool.input, input) : { value: input }
        ;({ value: input, issues } = verdict)
      } catch (error) {
        issues = [{ path: '', message: messageOf(error) }]
      }
      if (!tool || issues) {
        const message = `Cannot call ${name}: ${issues?.map((issue) => issue.message).join(', ')}`
        const error = new ChatError('invalid-tool-call', message, { tool: name, issues: issues ?? [] })
        if (wrong.get(name) === round - 1) throw error
        wrong.set(name, round)
        messages.push(report(call, { error }, failure(tool ? 'invalid-arguments' : 'unknown-tool', message, issues)))
        continue
      }
      // Nobody is asked, and nothing is done, for a run that is over.
      signal.throwIfAborted()
      const verdict = !approve || (await approve({ id, name, input, tool }))
      signal.throwIfAborted()
      const message = verdict === true ? run(tool, call, input) : report(call, { input, refused: true }, failure('refused', verdict || 'The user refused'))
      // Once the run has failed, nobody takes its event any more.
      message.catch(() => {})
      if (!parallel) await message
      messages.push(message)
    }
    return Promise.all(messages)
  }
}

interface Verdict {
  readonly value?: unknown
  readonly issues?: readonly SchemaIssue[] | undefined
}

/** What a model is told of a failure: one shape, so that it can be told how to read it. */
function failure(type: string, message: string, issues?: readonly SchemaIssue[]): string {
  return JSON.stringify({ error: { type, message, issues } })
}

function messageOf(error: unknown): string {
  return String((error as Partial<Error> | undefined)?.message ?? error)
}
