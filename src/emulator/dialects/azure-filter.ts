/**
 * What Azure's content filter writes into chunks and bodies.
 * Runtimes: all. Imports: `../request.ts`, types alone.
 * @module
 */
import type { JsonObject } from '../request.ts'

const SEVERITIES = ['hate', 'self_harm', 'sexual', 'violence'] as const

/** The four categories that are judged by severity, one of them perhaps found. */
export function severities(found?: 'hate' | 'violence'): JsonObject {
  return Object.fromEntries(SEVERITIES.map((name) => [name, name === found ? { filtered: true, severity: 'high' } : { filtered: false, severity: 'safe' }]))
}

/** The verdict on a prompt; its keys are in alphabetical order, as everything in this dialect. */
export function promptVerdict(found?: 'violence'): JsonObject {
  const { hate, ...others } = severities(found)
  return { hate, jailbreak: { detected: false, filtered: false }, ...others }
}

/** The verdict on a text. Reasoning models were recorded to name only the material check in their chunks. */
export function textVerdict(reasoning: boolean): JsonObject {
  const safe = { detected: false, filtered: false }
  if (reasoning) return { protected_material_text: safe }
  const { hate, ...others } = severities()
  return { hate, protected_material_code: safe, protected_material_text: safe, ...others }
}

/**
 * The filter did not run, which is no failure of the request: it stood in every chunk of a recorded stream that ended well.
 *
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter
 */
export function filterError(): JsonObject {
  return { error: { code: 'content_filter_error', message: 'The contents are not filtered' } }
}
