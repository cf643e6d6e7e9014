/**
 * A person's message in the list, and the place to word it anew.
 * @module
 */
import { iconButton, turnBar } from './branches.ts'
import type { Standing } from './branches.ts'
import { element } from './dom.ts'
import { enclosureView } from './enclosure-view.ts'
import { writeInto } from './prose.ts'
import type { Question } from './question.ts'
import { onEnter } from './typing.ts'

/** A question's place in the list. */
export interface QuestionElement {
  readonly root: HTMLElement
  show(standing: Standing): void
  /** Says whether it is sent along with what follows. */
  leaveOut(left: boolean): void
  /** Opens it for another wording. */
  edit(): void
}

/** What a question's buttons do. */
export interface QuestionActions {
  readonly move: (step: number) => void
  /** Asks it in other words. */
  readonly reword: (words: string) => void
}

/** Makes the message of a person, with what is enclosed first. */
export function questionView({ words, enclosures }: Question, { move, reword }: QuestionActions): QuestionElement {
  const text = element('div', { class: 'text' })
  const prose = writeInto(text)
  prose.append(words)
  prose.flush()
  const left = element('p', { class: 'left-out' }, 'Got no answer, so it is not sent along')
  const pencil = iconButton('edit', 'Edit this question')
  const bar = turnBar({ of: 'question', move, act: pencil, offered: () => true })
  const enclosed = enclosures.length > 0 ? [element('div', { class: 'pictures' }, ...enclosures.map(enclosureView))] : []
  let leftOut = false
  const said = () => [...enclosed, ...(words === '' ? [] : [text]), ...(leftOut ? [left] : []), bar.root]
  const root = element('article', { class: 'message question', 'aria-label': 'You' }, ...said())

  function edit(): void {
    const field = element('textarea', { 'aria-label': 'Your question, in other words', rows: '1' })
    const send = element('button', { type: 'submit', class: 'renew' }, 'Send again')
    const cancel = element('button', { type: 'button', class: 'cancel' }, 'Cancel')
    const editor = element('form', { class: 'editor' }, field, element('div', { class: 'actions' }, send, cancel))
    field.value = words

    function close(): void {
      root.removeAttribute('data-editing')
      root.replaceChildren(...said())
      pencil.focus()
    }
    function submit(): void {
      const wanted = field.value.trim()
      if (wanted === '' && enclosures.length === 0) return field.focus()
      close()
      reword(wanted)
    }
    editor.addEventListener('submit', (event) => {
      event.preventDefault()
      submit()
    })
    onEnter(field, submit)
    editor.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.isComposing) return
      // What is answering shall not stop by it.
      event.preventDefault()
      close()
    })
    cancel.addEventListener('click', close)
    root.dataset['editing'] = ''
    root.replaceChildren(...enclosed, editor)
    field.focus()
    field.setSelectionRange(words.length, words.length)
    // After the list, which keeps its end in sight, has taken its new height.
    requestAnimationFrame(() => requestAnimationFrame(() => editor.scrollIntoView({ block: 'nearest' })))
  }
  pencil.addEventListener('click', edit)

  return {
    root,
    show: bar.show,
    leaveOut(without) {
      if (without === leftOut) return
      leftOut = without
      if (without) bar.root.before(left)
      else left.remove()
    },
    edit,
  }
}
