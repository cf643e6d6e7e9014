/**
 * Which limits the page's address asks for, and which deployments there are to choose from.
 * @module
 */
import type { Timeouts } from 'keyless-chat'
import type { Config } from './config.ts'
import { element } from './dom.ts'

/** Limits that the address may set, as in `#idleMs=500&retries=0`. */
export interface Limits extends Timeouts {
  readonly retries?: number
  readonly maxRetryWaitMs?: number
  readonly maxMessageBytes?: number
}

const NAMES = ['connectMs', 'firstEventMs', 'idleMs', 'totalMs', 'retries', 'maxRetryWaitMs', 'maxMessageBytes'] as const

/** The model that fails: one that does not think first. */
const FAILING = 'gpt-4o-mini'

/** Reads the limits from a fragment; what is no number is not there. */
export function limitsFrom(fragment: string): Limits {
  const asked = new URLSearchParams(fragment.replace(/^#/, ''))
  return Object.fromEntries(NAMES.filter((name) => Number(asked.get(name) ?? NaN) >= 0).map((name) => [name, Number(asked.get(name))]))
}

/** Says the limits in words; empty where the library's own hold. */
export function limitsInWords(limits: Limits): string {
  const set = Object.entries(limits).map(([name, value]) => `${name} ${value}`)
  return set.length === 0 ? '' : `Limits from the address: ${set.join(', ')}`
}

/** Fills the picker with the deployments and, in a group of their own, the emulator's failures. */
export function fillPicker(picker: HTMLSelectElement, { deployments, faults }: Config): void {
  const group = (label: string, names: readonly string[]) => element('optgroup', { label }, ...names.map((name) => element('option', { value: name }, name)))
  const failures = Object.keys(faults).map((fault) => `${FAILING}~${fault}`)
  picker.replaceChildren(group('Deployments', deployments), ...(failures.length > 0 ? [group('Failures on demand', failures)] : []))
}

/** What the chosen deployment will do wrong; empty where it does nothing wrong. */
export function faultOf(deployment: string, { faults }: Config): string {
  return faults[deployment.split('~')[1] ?? ''] ?? ''
}
