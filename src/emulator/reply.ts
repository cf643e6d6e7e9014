/**
 * A request in, what the model has to say to it out: texts, thoughts, tool calls, and why it ends.
 * Runtimes: all. Imports: `./deployments.ts`, `./request.ts`, `./sample.ts`, `./vision.ts`.
 * @module
 */
import type { DeploymentOptions } from './deployments.ts'
import { object } from './request.ts'
import type { EmulatedRequest, EmulatedTool } from './request.ts'
import { sample } from './sample.ts'
import { seen } from './vision.ts'

/** Why a choice ends, in the words of the wire. */
export type Finish = 'stop' | 'length' | 'tool_calls' | 'content_filter'

/** A tool call as the model makes it. */
export interface ToolCall {
  readonly name: string
  /** JSON text. */
  readonly arguments: string
}

/** One of the answers to a request. */
export interface Choice {
  readonly index: number
  /** Its thoughts, cut as they are sent; only DeepSeek shows them. */
  readonly thoughts: readonly string[]
  /** Its text, cut as it is sent; without an end for the fault `endless`. */
  readonly pieces: Iterable<string>
  /** Whether the text is a refusal. */
  readonly refused: boolean
  readonly calls: readonly ToolCall[]
  readonly finish: Finish
}

/** What a prompt asks the content filter to do, by `[filter:…]` in its text. */
export type Filter = 'none' | 'output' | 'late' | 'error'

/** What the model says. */
export interface Saying {
  readonly choices: readonly Choice[]
  readonly filter: Filter
  readonly reasoningTokens: number
  readonly completionTokens: number
}

const OPENINGS = ['Thank you for writing.', 'Good to hear from you.', 'Hello, and welcome.']
const MIDDLE = 'This answer comes from an emulator of Azure AI Foundry, so no model was asked, no account was needed and nothing left your machine. It arrives in small pieces, one word at a time, just as a deployed model would send it, so that you can watch your page fill, press stop half way, or pull the plug and see what happens.'
const CLOSINGS = ['Ask me anything else whenever you like.', 'What would you like to try next?', 'Write again and I will answer again.']
const THOUGHTS = 'The user wrote to me and waits for a short reply. I repeat the words so that they can see them arrive, and I stay friendly.'
const REFUSAL = 'I am sorry, but I cannot help with that request.'

/** Longer prompts are repeated up to here, in characters. */
const MAX_ECHO = 2000
/** Tokens of thought by `reasoning_effort`. */
const EFFORT: Readonly<Record<string, number>> = { none: 0, minimal: 0, low: 32, medium: 64, high: 256, xhigh: 512, max: 1024 }

/** Decides what the model says. The same request gets the same words; `seed` and the choice's index vary them. Only Azure OpenAI obeys `n`. */
export function say(request: EmulatedRequest, options: DeploymentOptions): Saying {
  const filter = /\[filter:(output|error|late)\]/.exec(request.prompt)?.[1] as Filter | undefined
  const late = filter === 'late' && options.dialect === 'azure-openai-async-filter'
  const cut = filter === 'output' ? 0.25 : late ? 0.66 : 1
  const choices = Array.from({ length: options.dialect.startsWith('azure') ? request.n : 1 }, (_, index) => sayChoice(request, options, index, cut))
  const thought = choices.reduce((sum, { thoughts }) => sum + thoughts.length, 0)
  const reasoningTokens = reasoningTokensOf(request, options) || thought
  const spoken = choices.reduce((sum, { pieces, calls }) => sum + [...pieces].length + calls.reduce((all, call) => all + fragments(call.arguments).length, 0), 0)
  return { choices, filter: filter === 'late' && !late ? 'none' : (filter ?? 'none'), reasoningTokens, completionTokens: spoken + reasoningTokens }
}

/** Tokens of thought that nobody sees; DeepSeek's are seen. */
export function reasoningTokensOf(request: EmulatedRequest, options: DeploymentOptions): number {
  return options.reasoning && options.dialect !== 'deepseek' ? (EFFORT[String(request.body['reasoning_effort'] ?? 'medium')] ?? 64) : 0
}

/** A summary of thoughts, cut as it is sent. */
export function thoughtsOf(): readonly string[] {
  return words(THOUGHTS)
}

/** Cuts a tool call's arguments as a backend streams them. */
export function fragments(text: string): readonly string[] {
  return text.match(/[^]{1,6}/gu) ?? []
}

function sayChoice(request: EmulatedRequest, options: DeploymentOptions, index: number, cut: number): Choice {
  const thoughts = options.dialect === 'deepseek' && options.reasoning ? words(THOUGHTS) : []
  const refused = options.refuse === true || request.prompt.includes('/refuse')
  const calls = refused ? [] : (options.calls ?? toolCalls)(request)
  if (calls.length > 0 && cut === 1) return { index, thoughts, pieces: [], refused: false, calls, finish: 'tool_calls' }
  const whole = refused ? REFUSAL : textOf(request, options, request.seed + index)
  const ends = request.stop.map((stop) => whole.indexOf(stop)).filter((at) => at >= 0)
  const spoken = words(whole.slice(0, Math.min(whole.length, ...ends)))
  const kept = cut < 1 ? Math.ceil(spoken.length * cut) : request.maxTokens
  const finish = cut < 1 ? 'content_filter' : spoken.length > kept ? 'length' : 'stop'
  return { index, thoughts, pieces: spoken.slice(0, kept), refused, calls: [], finish }
}

/** Cuts a text into words with the space before them, long ones into parts, none inside of a character. */
function words(text: string): readonly string[] {
  return text.match(/\s*\S{1,12}|\s+/gu) ?? []
}

function textOf(request: EmulatedRequest, { reply }: DeploymentOptions, seed: number): string {
  if (typeof reply === 'function') return reply(request)
  if (reply !== undefined) return reply
  const { type, json_schema: wanted } = object(request.body['response_format'])
  if (type === 'json_schema') return JSON.stringify(sample(object(wanted)['schema']))
  if (type === 'json_object') return JSON.stringify({ answer: clip(request.prompt) })
  const opening = OPENINGS[seed % OPENINGS.length]
  const echo = request.lastRole === 'tool' ? `The tool answered: "${clip(request.lastText)}".` : `You said: "${clip(request.prompt)}".`
  // As On Your Data refers to its sources.
  const cited = Array.isArray(request.body['data_sources']) ? ' Your index says so [doc1], and more [doc2].' : ''
  return `${opening} ${echo}${cited}${seen(request.images)} ${MIDDLE} ${CLOSINGS[seed % CLOSINGS.length]}`
}

function clip(text: string): string {
  return text.length <= MAX_ECHO ? text : `${Array.from(text).slice(0, MAX_ECHO).join('')}…`
}

/** Calls the tools that the user asks for by name, or the first one for "weather" and "tool"; none right after a tool's result. */
function toolCalls({ tools, prompt, lastRole, body }: EmulatedRequest): readonly ToolCall[] {
  const choice = body['tool_choice']
  const first = tools[0]
  if (first === undefined || choice === 'none' || lastRole === 'tool') return []
  const wanted = object(object(choice)['function'])['name']
  const named = tools.filter(({ name }) => (wanted === undefined ? prompt.includes(name) : name === wanted))
  const asked = choice === 'required' || /\b(?:weather|tools?)\b/i.test(prompt)
  const chosen: readonly EmulatedTool[] = named.length > 0 ? named : asked ? [tools.find(({ name }) => /weather/i.test(name) && /weather/i.test(prompt)) ?? first] : []
  const calls = chosen.map(({ name, parameters }) => ({ name, arguments: JSON.stringify(sample(parameters)) }))
  return body['parallel_tool_calls'] === false ? calls.slice(0, 1) : calls
}
