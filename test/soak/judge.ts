/**
 * A planned call, what the page says of it and what the emulator saw of it in, what is wrong with that out.
 * Runtimes: all. Imports: `./call.ts`; `keyless-chat/emulator` (types).
 * @module
 */
import type { Emulator, EmulatorCall } from 'keyless-chat/emulator'
import type { Call, Report } from './call.ts'

/** How many of its words the emulator says without an end. */
const BABBLE = 20_000
const BIG = `${'x'.repeat(1_048_576)}.`

/** What is wrong with what came of a call; empty where nothing is. */
export async function judge(call: Call, report: Report | undefined, seen: readonly EmulatorCall[], emulator: Emulator): Promise<readonly string[]> {
  const { outcomes, text: wanted, requests } = call
  if (!report) return ['outcome: none']
  const { outcome, text, read, message, contradiction } = report
  const wrong: string[] = []
  if (!outcomes.includes(outcome)) wrong.push(`outcome: ${outcome}, not ${outcomes.join(' or ')} (${message})`)
  if (contradiction) wrong.push(`outcome: ${contradiction}`)
  // Of a value that grows no words are read.
  if (!text.startsWith(read)) wrong.push('text: what was read is not how what is kept begins')
  if (outcome === 'whole' && call.how !== 'structured' && read !== text) wrong.push('text: less was read than is kept')
  const said = await truth(call, seen.at(-1), emulator)
  if (wanted === 'none' && text !== '') wrong.push(`text: ${text.length} characters where nothing was said`)
  if (wanted === 'all' && text !== said) wrong.push(`text: ${text.length} characters, and the emulator said ${said.length}`)
  if (wanted === 'some' && text === '') wrong.push('text: nothing is kept of what was said')
  if (!said.startsWith(text)) wrong.push('text: not how what was said begins')
  if (requests !== undefined && seen.length !== requests) wrong.push(`requests: ${seen.length}, not ${requests}`)
  const state = seen.at(-1)?.state
  // What comes after the end nobody reads.
  if (outcome === 'whole' && state !== 'complete' && !call.model.endsWith('~trailing')) wrong.push(`state: ${state} though the answer is whole`)
  if (outcome.endsWith('timeout') && state !== 'cancelled') wrong.push(`state: ${state} after ${outcome}`)
  if (call.model.endsWith('~endless') && seen.length > 0 && state !== 'cancelled') wrong.push(`state: ${state} of an answer without an end`)
  return wrong
}

/** What the emulator says to the same request when nothing goes wrong, asked without a client. */
async function truth(call: Call, last: EmulatorCall | undefined, emulator: Emulator): Promise<string> {
  if (!last || !last.body) return ''
  if (call.model.endsWith('~big')) return BIG
  if (call.model.endsWith('~endless')) return Array.from({ length: BABBLE }, (_, at) => ` and on (${at + 1})`).join('')
  const { stream_options: _, ...body } = last.body as Record<string, unknown>
  const { token } = await emulator.token()
  const response = await emulator.fetch(`http://127.0.0.1${last.path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, model: call.model.split('~')[0], stream: false }),
  })
  const answer = (await response.json()) as { choices?: { message: { content: string | null } }[]; output?: { content?: { text?: string }[] }[] }
  return answer.choices?.[0]?.message.content ?? answer.output?.flatMap(({ content = [] }) => content.map(({ text = '' }) => text)).join('') ?? ''
}
