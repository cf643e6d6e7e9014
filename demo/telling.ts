/**
 * An answer's view in, the same view out that tells how the answer goes: for the status line, never each word.
 * @module
 */
import { ADVICE } from './advice.ts'
import type { AnswerView } from './conversation.ts'

/** Makes the view; `more` is for those who cannot see the list. */
export function telling(answer: AnswerView, name: string, tell: (words: string, more?: string) => void): AnswerView {
  return {
    ...answer,
    async approve(asked, signal) {
      tell(`May the model call ${asked.name}?`, ' Allow or refuse it on its card.')
      const allowed = await answer.approve(asked, signal)
      tell(`${allowed ? 'Called' : 'Refused'} ${asked.name}, ${name} is answering`)
      return allowed
    },
    finished(result, info) {
      answer.finished(result, info)
      tell(result.finishReason === 'stop' ? `${name} has answered` : `The answer ended early: ${result.finishReason}`)
    },
    stopped(partial) {
      answer.stopped(partial)
      tell('Stopped')
    },
    failed(error, partial) {
      answer.failed(error, partial)
      const { title, remedy } = ADVICE[error.code]
      tell(title, `. ${remedy}`)
    },
  }
}
