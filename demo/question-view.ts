/**
 * A person's message in the list.
 * @module
 */
import { element } from './dom.ts'
import { writeInto } from './prose.ts'

/** Makes the message of a person, pictures first. */
export function questionView(prompt: string, pictures: readonly HTMLCanvasElement[] = []): HTMLElement {
  const text = element('div', { class: 'text' })
  const prose = writeInto(text)
  prose.append(prompt)
  prose.flush()
  const shown = pictures.length > 0 ? [element('div', { class: 'pictures' }, ...pictures)] : []
  return element('article', { class: 'message question', 'aria-label': 'You' }, ...shown, ...(prompt === '' ? [] : [text]))
}
