/**
 * What became of a request in, the tokens that it is charged out.
 * Runtimes: all. Imports: `../schemas` (types).
 * @module
 */
import type { Usage } from '../schemas/completion.ts'

/** What became of a request, as far as it costs. */
export type Outcome =
  /** Nothing was sent, or nobody was there. */
  | { readonly kind: 'unsent' }
  /** It was sent, and the caller left or the time ran out before there was an answer. */
  | { readonly kind: 'unanswered'; readonly sinceMs: number }
  /** The upstream answered with a failure. */
  | { readonly kind: 'failed'; readonly status: number }
  /** There was an answer. `ended`: by itself, not because somebody left or something broke. */
  | { readonly kind: 'answered'; readonly sinceMs: number; readonly ended: boolean; readonly events: number; readonly usage: Usage | undefined }

/** What is known of a request before it is sent. */
export interface Estimate {
  readonly streamed: boolean
  /** About how many tokens the prompt has. */
  readonly promptTokens: number
  /** Most tokens that the answer may have, all choices together. */
  readonly answerTokens: number
}

/** Failures that the service does not charge. Others it may: those of filters, input limits and time among them. https://learn.microsoft.com/azure/ai-foundry/openai/how-to/manage-costs */
const FREE: readonly number[] = [401, 403, 404, 429]
/** What a fast model thinks in a second, where nobody can see how much it has thought. */
const TOKENS_PER_SECOND = 150

/**
 * Charges what the service counted, or else what it may have: never less than what was seen, never more than what was asked for.
 *
 * An answer that is not streamed is generated before its first byte comes, and thoughts are never seen: to leave early must not make them free.
 */
export function chargeFor(outcome: Outcome, { streamed, promptTokens, answerTokens }: Estimate): number {
  switch (outcome.kind) {
    case 'unsent':
      return 0
    case 'failed':
      return FREE.includes(outcome.status) ? 0 : promptTokens
    case 'unanswered':
    case 'answered': {
      if (outcome.kind === 'answered' && outcome.usage) return outcome.usage.total_tokens
      const seen = Math.max(outcome.kind === 'answered' ? outcome.events : 0, (outcome.sinceMs / 1000) * TOKENS_PER_SECOND)
      const hidden = !streamed || (outcome.kind === 'answered' && outcome.ended)
      return Math.ceil(promptTokens + (hidden ? answerTokens : Math.min(answerTokens, seen)))
    }
  }
}
