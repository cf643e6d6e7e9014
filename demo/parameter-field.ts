/**
 * One parameter's field: its bounds in words, what is wrong with its value, and a way to take it away.
 * @module
 */
import { element } from './dom.ts'
import type { Parameter, Parameters } from './parameters.ts'

/** The field. */
export interface ParameterField {
  readonly root: HTMLElement
  /** Empties it. */
  clear(): void
  /** Says that a deployment refused its value. */
  refused(deployment: string): void
}

/** Makes the field; `changed` gets its value, or nothing where it is empty or wrong. */
export function parameterField({ name, label, hint, kind, choices = [], read }: Parameter, changed: (value: Parameters) => void): ParameterField {
  const id = `parameter-${name}`
  const described = { id, name, 'aria-describedby': `${id}-hint ${id}-wrong` }
  const input =
    kind === 'choice'
      ? element('select', described, element('option', { value: '' }, 'not set'), ...choices.map((choice) => element('option', { value: choice }, choice)))
      : kind === 'lines'
        ? element('textarea', { ...described, rows: '2', spellcheck: 'false' })
        : element('input', { ...described, type: 'text', inputmode: 'decimal', autocomplete: 'off', placeholder: 'not set' })
  const wrong = element('p', { class: 'wrong', id: `${id}-wrong`, role: 'alert' })
  const out = element('button', { type: 'button', class: 'link' }, 'Leave it out')
  const root = element(
    'div',
    { class: 'field', 'data-parameter': name },
    element('label', { for: id }, label, ' ', element('code', {}, name)),
    input,
    element('p', { class: 'hint', id: `${id}-hint` }, hint),
    wrong,
  )

  function take(): void {
    out.remove()
    try {
      // Spaces may be part of where an answer ends.
      changed(input.value.trim() === '' ? {} : read(kind === 'lines' ? input.value : input.value.trim()))
      say('')
    } catch (error) {
      // Half of a value is not sent in place of the one before.
      changed({})
      say(`${(error as Error).message}. It is not sent.`)
    }
  }

  function say(words: string): void {
    wrong.textContent = words
    input.setAttribute('aria-invalid', String(words !== ''))
  }

  function clear(): void {
    input.value = ''
    take()
  }

  input.addEventListener('input', take)
  out.addEventListener('click', () => {
    clear()
    input.focus()
  })

  return {
    root,
    clear,
    refused(deployment) {
      say(`${deployment} has refused it.`)
      wrong.after(out)
    },
  }
}
