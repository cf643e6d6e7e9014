/**
 * The calls of one round in, a tool's message for each out, and an event as soon as it is there.
 * Runtimes: all. Imports: `../abort.ts`, `../errors.ts`, `../chat` (types), `../schemas`.
 * @module
 */
import { abortable } from '../abort.ts'
import type { ChatResult } from '../chat/events.ts'
import { ChatError } from '../errors.ts'
import type { SchemaIssue, ToolCall } from '../errors.ts'
import type { ToolMessage } from '../schemas/message.ts'
import { validate } from '../schemas/standard.ts'
import type { StandardSchema } from '../schemas/standard.ts'
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
export interface Answering {
  readonly tools: ReadonlyMap<string, Tool>
  readonly approve: ((call: ApprovalRequest) => boolean | string | Promise<boolean | string>) | undefined
  readonly parallel: boolean
  readonly signal: AbortSignal
  readonly redact: (text: string) => string
  /** In which round a tool was called wrongly last; kept from round to round. */
  readonly wrong: Map<string, number>
  readonly round: number
}

/** Names the calls of an answer, in place, whose id is empty or was there before, as some services write them. */
export function nameCalls({ toolCalls, message }: ChatResult, round: number, ids: Set<string>): void {
  for (const [at, call] of toolCalls.entries()) {
    if (!call.id || ids.has(call.id)) for (const named of [call, message.tool_calls?.[at]]) Object.assign(named ?? {}, { id: `call_${round}_${at}` })
    ids.add(call.id)
  }
}

/**
 * Answers the calls of a round, and gives each result as soon as it is there.
 *
 * @returns the messages, in the order of the calls.
 * @throws `ChatError` `invalid-tool-call`; whatever `approve` throws; the signal's reason, though a tool may not heed it.
 */
export async function* answerAll(calls: readonly ToolCall[], answering: Answering): AsyncGenerator<ToolResultEvent, ToolMessage[], void> {
  const { signal } = answering
  const events: ToolResultEvent[] = []
  let over = false
  let wake = () => {}
  const answers = answerEach(calls, answering, (event) => {
    events.push(event)
    wake()
  }).finally(() => {
    over = true
    wake()
  })
  // Nobody may wait for it any more when it fails.
  answers.catch(() => {})
  for (;;) {
    const event = events.shift()
    if (event) yield event
    else if (over) return answers
    else await abortable(new Promise<void>((resolve) => (wake = resolve)), signal)
    // Who aborts in the loop is given nothing more.
    signal.throwIfAborted()
  }
}

/** Reads arguments and asks for approval one by one, in order, while what was approved may already run. */
async function answerEach(
  calls: readonly ToolCall[],
  { tools, approve, parallel, signal, redact, wrong, round }: Answering,
  emit: (event: ToolResultEvent) => void,
): Promise<ToolMessage[]> {
  const answers: Promise<ToolMessage>[] = []

  async function report({ id, name }: ToolCall, content: string, facts: Partial<ToolResultEvent>): Promise<ToolMessage> {
    const raw: ToolMessage = { role: 'tool', tool_call_id: id, content }
    emit({ type: 'tool-result', choice: 0, raw, id, name, input: undefined, ...facts, content })
    return raw
  }

  async function run(tool: Tool, call: ToolCall, input: unknown): Promise<ToolMessage> {
    let output: unknown
    let content: string | undefined
    try {
      output = await tool.run(input as never, { signal, call })
      content = typeof output === 'string' ? output : output === undefined ? '' : JSON.stringify(output)
      // So says JSON of functions and symbols.
      if (content === undefined) throw new TypeError('The result is no JSON')
    } catch (error) {
      return report(call, failure('tool-failed', redact(messageOf(error))), { input, error })
    }
    return report(call, content, { input, output })
  }

  for (const call of calls) {
    const { id, name } = call
    const tool = tools.get(name)
    const { value: input, issues } = tool ? await read(tool, call) : { issues: [{ path: '', message: `there is no such tool, only ${[...tools.keys()].join(', ')}` }] }
    if (!tool || issues) {
      const message = `Cannot call ${name}: ${issues?.map((issue) => `${issue.path} ${issue.message}`.trim()).join('; ')}`
      const error = new ChatError('invalid-tool-call', message, { tool: name, issues: issues ?? [] })
      if (wrong.get(name) === round - 1) throw error
      wrong.set(name, round)
      answers.push(report(call, failure(tool ? 'invalid-arguments' : 'unknown-tool', message, issues), { error }))
      continue
    }
    wrong.delete(name)
    // Nobody is asked, and nothing is done, for a run that is over.
    signal.throwIfAborted()
    const verdict = !approve || (await approve({ id, name, input, tool }))
    signal.throwIfAborted()
    if (verdict === true) {
      const running = run(tool, call, input)
      if (!parallel) await running
      answers.push(running)
    } else answers.push(report(call, failure('refused', verdict || 'The user did not allow this call'), { input, refused: true }))
  }
  return Promise.all(answers)
}

async function read(tool: Tool, call: ToolCall): Promise<{ readonly value?: unknown; readonly issues?: readonly SchemaIssue[] | undefined }> {
  try {
    // Some models write nothing where there is nothing to say.
    const value: unknown = JSON.parse(call.arguments.trim() || '{}')
    return tool.input ? await validate(tool.input as StandardSchema<never>, value) : { value }
  } catch (error) {
    return { issues: [{ path: '', message: messageOf(error) }] }
  }
}

/** What a model is told of a failure: one shape, so that it can be told how to read it. */
function failure(type: string, message: string, issues?: readonly SchemaIssue[]): string {
  return JSON.stringify({ error: { type, message, issues } })
}

function messageOf(error: unknown): string {
  return String((error as Partial<Error> | undefined)?.message ?? error)
}
