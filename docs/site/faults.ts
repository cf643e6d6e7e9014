/**
 * A choice of faults for an example whose deployment's name asks for one, such as `gpt-5-mini~429`.
 * @module
 */
import { element } from './element.ts'

const NAMED = /(?<=['"`][\w.-]+~)[\w-]+(?=[~'"`])/

/** Offers the choice, and keeps it and the text alike. */
export async function offerFaults(editor: HTMLTextAreaElement, place: HTMLElement, list: URL): Promise<void> {
  if (!NAMED.test(editor.value)) return
  const faults = (await (await fetch(list)).json()) as Readonly<Record<string, string>>
  const options = Object.entries(faults).map(([name, what]) => element('option', { value: name }, `${name}: ${what}`))
  const select = element('select', { 'aria-label': 'Fault' }, ...options)
  const show = (): void => {
    select.value = NAMED.exec(editor.value)?.[0] ?? ''
  }
  select.addEventListener('change', () => {
    editor.value = editor.value.replace(NAMED, select.value)
    editor.dispatchEvent(new Event('input'))
  })
  editor.addEventListener('input', show)
  show()
  place.append(element('label', {}, 'Fault ', select))
}
