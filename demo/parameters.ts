/**
 * What a reader may set of a request, within which bounds; what is not set is not sent. Knows no document.
 * @module
 */
import type { ChatRequest } from 'keyless-chat'

/** What is set. */
export type Parameters = Readonly<Partial<Pick<ChatRequest, 'temperature' | 'top_p' | 'max_completion_tokens' | 'reasoning_effort' | 'stop' | 'seed'>>>
export type ParameterName = keyof Parameters

/** One parameter, for its field. */
export interface Parameter {
  readonly name: ParameterName
  readonly label: string
  /** What it does, and what holds while it is not set. */
  readonly hint: string
  readonly kind: 'number' | 'choice' | 'lines'
  readonly choices?: readonly string[]
  /** Reads a text that is not empty. @throws saying what is wrong with it */
  readonly read: (text: string) => Parameters
}

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const
/** As many as the services take. */
const MAX_STOPS = 4
const MAX_TOKENS = 1_000_000

/** All of them, in the order of their fields. */
export const PARAMETERS: readonly Parameter[] = [
  { name: 'temperature', label: 'Temperature', kind: 'number', hint: '0 to 2: higher is more varied. Reasoning models take none.', read: (text) => ({ temperature: between(text, 'Temperature', 0, 2) }) },
  { name: 'top_p', label: 'Top p', kind: 'number', hint: '0 to 1: how much of the likely words counts. Set this or the temperature.', read: (text) => ({ top_p: between(text, 'Top p', 0, 1) }) },
  { name: 'max_completion_tokens', label: 'Most tokens of an answer', kind: 'number', hint: 'A whole number from 1; thinking counts.', read: (text) => ({ max_completion_tokens: whole(text, 'Most tokens', 1, MAX_TOKENS) }) },
  { name: 'reasoning_effort', label: 'Reasoning effort', kind: 'choice', choices: EFFORTS, hint: 'How long a reasoning model thinks.', read: (text) => ({ reasoning_effort: oneOf(text) }) },
  { name: 'stop', label: 'Stop sequences', kind: 'lines', hint: `Up to ${MAX_STOPS}, one a line: the answer ends before them.`, read: (text) => ({ stop: lines(text) }) },
  { name: 'seed', label: 'Seed', kind: 'number', hint: 'A whole number: the same one makes answers more alike.', read: (text) => ({ seed: whole(text, 'Seed', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) }) },
]

/** Says what is set, in words; empty where nothing is. */
export function inWords(system: string, parameters: Parameters): string {
  const set = PARAMETERS.flatMap(({ name, label }) => (parameters[name] === undefined ? [] : [`${label.toLowerCase()} ${shown(parameters[name])}`]))
  return [...(system === '' ? [] : ['a system message']), ...set].join(' · ')
}

/** Writes a value as its field has it. */
export function written(value: Parameters[ParameterName]): string {
  return Array.isArray(value) ? value.join('\n') : value === undefined || value === null ? '' : String(value)
}

function shown(value: Parameters[ParameterName]): string {
  return Array.isArray(value) ? value.map((line) => JSON.stringify(line)).join(', ') : String(value)
}

function between(text: string, label: string, least: number, most: number): number {
  const value = Number(text)
  if (!(value >= least && value <= most)) throw new Error(`${label} must be a number from ${least} to ${most}: it is ${text}`)
  return value
}

function whole(text: string, label: string, least: number, most: number): number {
  const value = Number(text)
  const bounds = least === Number.MIN_SAFE_INTEGER ? '' : ` from ${least} to ${most}`
  if (!Number.isSafeInteger(value) || value < least || value > most) throw new Error(`${label} must be a whole number${bounds}: it is ${text}`)
  return value
}

function oneOf(text: string): (typeof EFFORTS)[number] {
  const found = EFFORTS.find((effort) => effort === text)
  if (!found) throw new Error(`Reasoning effort must be one of ${EFFORTS.join(', ')}: it is ${text}`)
  return found
}

function lines(text: string): readonly string[] {
  const all = text.split('\n').filter((line) => line !== '')
  if (all.length > MAX_STOPS) throw new Error(`There may be ${MAX_STOPS} stop sequences: there are ${all.length}`)
  return all
}
