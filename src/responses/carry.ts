/**
 * The output of a response in, what of it the next turn must send back out.
 * Runtimes: all. Imports: `../schemas` (types).
 * @module
 */
import type { WireObject } from '../schemas/completion.ts'

/**
 * Chooses the items; none where chat completions can say the turn, so that its message stays one of theirs.
 *
 * @param stored - Whether the service can look up an item by its id.
 */
export function carry(output: readonly WireObject[], stored: boolean): readonly WireObject[] | undefined {
  // Reasoning that is neither stored nor encrypted is answered with 404: https://github.com/vercel/ai/issues/7543.
  const whole = stored || output.every((item) => item['type'] !== 'reasoning' || item['encrypted_content'])
  // Where it has to go, the others are sent as if they were new, as an id ties them to it.
  const kept = whole ? output : output.filter(({ type }) => /^message|^(function|custom_tool)_call$/.test(String(type))).map((item) => ({ ...item, id: undefined }))
  return kept.some(({ type, phase }) => phase || !/^(message|function_call)$/.test(String(type))) ? kept : undefined
}
