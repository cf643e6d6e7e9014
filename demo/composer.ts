/**
 * Where a message is written: its words, its files, and the button that sends, or stops what it has begun.
 * @module
 */
import { createAttachments } from './attachments.ts'
import type { Attachments } from './attachments.ts'
import { byId } from './dom.ts'
import { newQuestion } from './question.ts'
import type { Question } from './question.ts'
import { onEnter } from './typing.ts'
import { createWays } from './ways.ts'
import type { Ways, WaysOptions } from './ways.ts'

/** What the composer works with. */
export interface ComposerOptions {
  readonly busy: () => boolean
  readonly stop: () => void
  /** Says why nothing can be sent now, and returns true; false where it can. */
  readonly held: () => boolean
  readonly ask: (question: Question) => void
  readonly say: (words: string) => void
  readonly changed: () => void
  readonly chosen: WaysOptions['chosen']
}

/** The composer. */
export interface Composer {
  readonly attachments: Attachments
  readonly ways: Ways
  /** What would be asked now. */
  readonly draft: Question
  /** True where nothing is written and nothing attached. */
  readonly empty: boolean
  focus(): void
  /** Asks what is written, or what was suggested, with the files that were attached. */
  submit(words?: string): void
  show(held: boolean): void
}

/** Prepares it. */
export function createComposer({ busy, stop, held, ask, say, changed, chosen }: ComposerOptions): Composer {
  const prompt = byId('prompt', HTMLTextAreaElement)
  const send = byId('send', HTMLButtonElement)
  const attachments = createAttachments({ say, changed })
  const ways = createWays({ ask: submit, chosen })
  const words = () => prompt.value.trim()
  const nothing = () => words() === '' && attachments.empty

  function submit(asked = words()): void {
    if (busy() || attachments.reading || (asked === '' && attachments.empty)) return
    // The words stay, for when it can be sent.
    if (held()) return
    if (asked === words()) prompt.value = ''
    ask(newQuestion(asked, attachments.take(), ways.current))
    // What was suggested may be gone, and Stop is next to here.
    prompt.focus()
  }

  byId('composer', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault())
  send.addEventListener('click', (event) => {
    // The second half of a double click would stop what the first has begun.
    if (event.detail > 1) return
    if (busy()) stop()
    else submit()
    // Sending leaves the button disabled, in time, and a disabled button cannot keep the focus.
    prompt.focus()
  })
  onEnter(prompt, () => submit())
  prompt.addEventListener('input', changed)

  return {
    attachments,
    ways,
    get draft() {
      return newQuestion(words(), attachments.waiting, ways.current)
    },
    get empty() {
      return nothing()
    },
    focus: () => prompt.focus(),
    submit,
    show(offline) {
      send.dataset['state'] = busy() ? 'stop' : 'send'
      send.setAttribute('aria-label', busy() ? 'Stop' : 'Send')
      send.disabled = !busy() && (offline || attachments.reading || nothing())
    },
  }
}
