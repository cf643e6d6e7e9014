import { describe, expect, test } from 'vitest'
import { chargeFor } from '../../src/edge/charge.ts'
import type { Outcome } from '../../src/edge/charge.ts'

const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }
const answered = (more: object): Outcome => ({ kind: 'answered', sinceMs: 0, ended: false, events: 0, usage: undefined, ...more })

describe('chargeFor()', () => {
  test.each<[string, Outcome, boolean, number]>([
    ['nothing for what was not sent', { kind: 'unsent' }, true, 0],
    ['nothing for a limit', { kind: 'failed', status: 429 }, true, 0],
    ['nothing where nobody is let in', { kind: 'failed', status: 401 }, true, 0],
    ['nothing for a deployment that is not there', { kind: 'failed', status: 404 }, true, 0],
    ['the prompt for what a filter refused', { kind: 'failed', status: 400 }, true, 100],
    ['the prompt for what failed', { kind: 'failed', status: 500 }, false, 100],
    ['what the service counted', answered({ usage, ended: true, events: 99, sinceMs: 9999 }), true, 7],
    ['what the service counted, also of an answer that was left', answered({ usage }), false, 7],
    ['all that there may be, where a stream ended and nobody counted', answered({ ended: true }), true, 1100],
    ['all that there may be, where an answer that is not streamed was left', answered({ events: 1 }), false, 1100],
    ['all that there may be, where such an answer was not waited for', { kind: 'unanswered', sinceMs: 1 }, false, 1100],
    ['what was seen of a stream that was left', answered({ events: 20 }), true, 120],
    ['what may have been thought meanwhile', answered({ events: 20, sinceMs: 2000 }), true, 400],
    ['what may have been thought, where nothing was seen', { kind: 'unanswered', sinceMs: 2000 }, true, 400],
    ['never more than what was asked for', answered({ events: 5000, sinceMs: 1e9 }), true, 1100],
  ])('charges %s', (_, outcome, streamed, tokens) => {
    expect(chargeFor(outcome, { streamed, promptTokens: 100, answerTokens: 1000 })).toBe(tokens)
  })
})
