/**
 * A result in, what it cost and how it ended out, as facts with their labels.
 * @module
 */
import type { ChatResult } from 'keyless-chat'

/** Lists the facts that are known. */
export function factsOf({ usage, finishReason, model }: ChatResult, requestId: string | undefined): [string, string, string][] {
  const thought = usage?.completion_tokens_details?.['reasoning_tokens']
  const facts: [string, string, string | undefined][] = [
    ['tokens-in', 'Tokens in', usage && String(usage.prompt_tokens)],
    ['tokens-out', 'Tokens out', usage && `${usage.completion_tokens}${thought ? ` (${thought} thinking)` : ''}`],
    ['finish', 'Finish', finishReason],
    ['model', 'Model', model],
    ['request-id', 'Request id', requestId],
  ]
  return facts.flatMap(([name, label, value]) => (value ? [[name, label, value]] : []))
}
